
'use strict';
(() => {
  const { lanes: LANES, objects: OBJECTS, links: LINKS, sources: SOURCES } =
    JSON.parse(document.getElementById('data').textContent);

  const SMALL = 60;      // objects up to which a selection dims the others in place of hiding them
  const LANE_ROOM = 40;  // objects of a lane up to which none are gathered into groups
  const STEP = 100;      // cards of a group, and rows of a list, that are shown at once
  const CROWD = 100;     // lines above which all are drawn faintly
  const MOST_WIRES = 900;  // lines above which only those of one card are drawn
  const TAIL = 9;        // letters at the end of a name that are always shown
  const PITCH = 54;      // a card with the gap below it, as the style has them

  const LEVELS = ['error', 'warning', 'note'];
  const STANDING = {
    here: '',
    patch: 'a patch: a part of an object',
    made: 'made by a controller',
    outside: 'lives outside these files',
    missing: 'in none of these files',
    unknown: 'not decided which object is meant',
  };
  const LOST = new Set(['missing', 'unknown']);
  const STATES = ['missing', 'unknown', 'outside', 'found'];  // the worst first

  const $ = (id) => document.getElementById(id);

  /** An element with properties and children; text is only ever text. */
  function make(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (value === undefined || value === null) continue;
      if (name === 'onclick') element.addEventListener('click', value);
      else element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
    return element;
  }

  /** A message, in which names stand in backquotes. */
  const prose = (text) => text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? make('code', {}, part) : part));

  const counted = (number, one, many) => `${number.toLocaleString('en')} ${number === 1 ? one : many || one + 's'}`;
  const short = (object) => (object.namespace ? `${object.namespace}/${object.name}` : object.name);
  const place = (file, line) => (line ? `${file}:${line}` : file);

  // What follows from the data once

  OBJECTS.forEach((object, index) => {
    object.index = index;
    object.out = [];
    object.in = [];
    object.tally = {};
    for (const finding of object.findings) object.tally[finding.level] = (object.tally[finding.level] || 0) + 1;
    object.level = LEVELS.find((level) => object.tally[level]) || '';
    object.words = [object.kind, short(object), object.file, object.standing,
      ...object.findings.flatMap((finding) => [finding.rule, finding.slug, finding.level])].join(' ').toLowerCase();
  });
  for (const link of LINKS) {
    OBJECTS[link.source].out.push(link);
    OBJECTS[link.target].in.push(link);
  }
  const unresolved = new Set(LINKS.filter((link) => LOST.has(link.state)).flatMap((link) => [link.source, link.target]));
  const FILTERS = {
    all: { title: 'All', keep: () => true },
    findings: { title: 'Findings', keep: (object) => object.level },
    unresolved: { title: 'Unresolved', keep: (object) => unresolved.has(object.index) },
  };

  /** The objects that one needs, and those that need it. */
  function related(index) {
    const near = new Set([index]);
    for (const [side, end] of [['out', 'target'], ['in', 'source']]) {
      const seen = new Set([index]);
      const waiting = [index];
      while (waiting.length) {
        for (const link of OBJECTS[waiting.pop()][side]) {
          if (!seen.has(link[end])) {
            seen.add(link[end]);
            near.add(link[end]);
            waiting.push(link[end]);
          }
        }
      }
    }
    return near;
  }

  // The state of the page, and the drawing of it

  const state = { selected: null, query: '', filter: 'all', open: new Set(), shown: new Map() };
  let stands = new Map();  // what is on the board for an object: its card, or that of its group
  let hovered = null;

  const small = () => OBJECTS.length <= SMALL;

  function visible() {
    if (state.selected !== null && !small()) {
      const near = related(state.selected);
      return OBJECTS.filter((object) => near.has(object.index));
    }
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    const { keep } = FILTERS[state.filter];
    return OBJECTS.filter((object) => keep(object) && words.every((word) => object.words.includes(word)));
  }

  function pills(tally) {
    const marks = LEVELS.filter((level) => tally[level]).map((level) =>
      make('span', { class: `pill ${level}`, title: counted(tally[level], level) }, String(tally[level])));
    return marks.length ? make('span', { class: 'pills' }, ...marks) : null;
  }

  /** A name in two parts, of which the first gives way: long names mostly differ at their ends. */
  function ends(name) {
    const letters = Array.from(name);
    return [make('span', {}, letters.slice(0, -TAIL).join('')), make('span', { class: 'tail' }, letters.slice(-TAIL).join(''))];
  }

  const spoken = (tally) => LEVELS.filter((level) => tally[level]).map((level) => counted(tally[level], level));

  function card(object, near) {
    const about = [object.standing === 'here' ? '' : object.standing, object.label, object.namespace].filter(Boolean);
    return make('button', {
      class: ['card', object.standing, object.level, near && !near.has(object.index) ? 'far' : ''].join(' ').trim(),
      'data-key': object.id,
      'data-index': object.index,
      'aria-pressed': String(object.index === state.selected),
      'aria-label': [`${object.kind} ${short(object)}`, STANDING[object.standing], ...spoken(object.tally)].filter(Boolean).join(', '),
      title: `${object.kind} ${short(object)}`,
      tabindex: '-1',
      onclick: () => select(object.index === state.selected ? null : object.index),
    }, make('b', {}, ...ends(object.name || '(no name)')), pills(object.tally), make('small', {}, about.join(' · ')));
  }

  function groupCard(key, namespace, members, open) {
    const tally = {};
    for (const member of members) for (const level of LEVELS) tally[level] = (tally[level] || 0) + (member.tally[level] || 0);
    return make('button', {
      class: `card group ${LEVELS.find((level) => tally[level]) || ''}`.trim(),
      'data-key': key,
      'aria-expanded': String(open),
      'aria-label': [namespace || 'cluster-wide', counted(members.length, 'object'), ...spoken(tally)].join(', '),
      tabindex: '-1',
      onclick: () => { state.open[open ? 'delete' : 'add'](key); draw(key); },
    }, make('b', {}, `${open ? '▾' : '▸'} ${namespace || 'cluster-wide'}`), pills(tally),
    make('small', {}, counted(members.length, 'object')));
  }

  /** The cells of a lane: cards, or groups by namespace where there are many. */
  function cells(lane, members, near) {
    const cell = (element, held) => {
      for (const object of held) stands.set(object.index, element);
      return make('div', { class: 'cell' }, element);
    };
    const listed = (objects, key) => {
      const room = state.shown.get(key) || STEP;
      const rows = objects.slice(0, room).map((object) => cell(card(object, near), [object]));
      const rest = objects.slice(room);
      if (rest.length) {
        const more = make('button', {
          class: 'card more', 'data-key': `more ${key}`, tabindex: '-1',
          onclick: () => { state.shown.set(key, room + 2 * STEP); draw(rest[0].id); },
        }, `${counted(rest.length, 'more', 'more')}`);
        rows.push(cell(more, rest));
      }
      return rows;
    };
    const mode = state.selected === null ? state.query || state.filter !== 'all' ? 'found' : 'all' : 'near';
    if (members.length <= LANE_ROOM) return listed(members, `${mode} ${lane}`);
    const groups = new Map();
    for (const object of members) {
      if (!groups.has(object.namespace)) groups.set(object.namespace, []);
      groups.get(object.namespace).push(object);
    }
    if (groups.size === 1) return listed(members, `${mode} ${lane}`);
    return [...groups.keys()].sort().flatMap((namespace) => {
      const held = groups.get(namespace);
      const key = `${mode} ${lane} ${namespace}`;
      const open = state.open.has(key) || held.some((object) => object.index === state.selected);
      const head = cell(groupCard(key, namespace, held, open), open ? [] : held);
      return open ? [head, ...listed(held, key)] : [head];
    });
  }

  /** Objects in the order that lets few lines cross, and how far down each stands: see `_spread` in layout.py. */
  function arranged(byLane, linked) {
    const order = new Map();
    const down = new Map();
    const mean = (values, otherwise) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : otherwise);
    for (const members of byLane.values()) {
      const wish = new Map(members.map((object) =>
        [object, mean(linked(object).filter((other) => order.has(other)).map((other) => order.get(other)), 2)]));
      if (members.length <= LANE_ROOM) members.sort((a, b) => wish.get(a) - wish.get(b) || a.index - b.index);
      members.forEach((object, i) => order.set(object.index, (i + .5) / members.length));
      const blocks = [];
      members.forEach((object, i) => {
        let total = mean(linked(object).filter((other) => down.has(other)).map((other) => down.get(other)), i * PITCH);
        let size = 1;
        while (blocks.length) {
          const [before, count] = blocks[blocks.length - 1];
          if (before / count + count * PITCH <= total / size) break;
          blocks.pop();
          total = before + total - size * count * PITCH;
          size += count;
        }
        blocks.push([total, size]);
      });
      let i = 0;
      for (const [total, size] of blocks) for (let k = 0; k < size; k += 1) down.set(members[i++].index, total / size + k * PITCH);
    }
    return down;
  }

  function draw(focus) {
    const shown = visible();
    const inside = new Set(shown.map((object) => object.index));
    const near = state.selected !== null && small() ? related(state.selected) : null;
    const byLane = new Map();
    LANES.forEach((_, lane) => {
      const members = shown.filter((object) => object.lane === lane);
      if (members.length) byLane.set(lane, members);
    });
    const linked = (object) => [...object.out.map((link) => link.target), ...object.in.map((link) => link.source)]
      .filter((other) => inside.has(other));
    const even = [...byLane.values()].every((members) => members.length <= LANE_ROOM);
    const places = arranged(byLane, linked);
    const down = even ? places : null;
    const top = down ? Math.min(...down.values()) : 0;

    stands = new Map();
    const sections = [...byLane].map(([lane, members]) => {
      const rows = cells(lane, members, near);
      if (down) {
        let bottom = top;
        members.forEach((object, i) => {
          rows[i].style.marginTop = `${down.get(object.index) - bottom + (i ? PITCH - 46 : 0)}px`;
          bottom = down.get(object.index) + PITCH;
        });
      }
      return make('section', { class: 'lane', 'aria-label': LANES[lane] },
        make('h2', {}, LANES[lane], make('span', {}, members.length.toLocaleString('en'))), ...rows);
    });
    $('lanes').replaceChildren(...(sections.length ? sections : [make('p', { class: 'nothing' }, 'Nothing here is like that.')]));
    for (const button of $('filters').children) button.setAttribute('aria-pressed', String(button.dataset.filter === state.filter));
    tell(shown);
    wire();
    const all = buttons();
    const wanted = all.find((button) => button.dataset.key === focus) || stands.get(state.selected) || all[0];
    if (wanted) wanted.tabIndex = 0;
    if (focus !== undefined && wanted) wanted.focus();
  }

  function tell(shown) {
    const tally = {};
    for (const object of shown) for (const level of LEVELS) tally[level] = (tally[level] || 0) + (object.tally[level] || 0);
    const number = shown.length === OBJECTS.length ? counted(shown.length, 'object')
      : `${shown.length.toLocaleString('en')} of ${counted(OBJECTS.length, 'object')}`;
    $('counts').textContent = [number, ...spoken(tally)].join(' · ');
  }

  // The lines between the cards

  const SVG = 'http://www.w3.org/2000/svg';
  let wires = [];

  function wire() {
    const found = new Map();
    for (const link of LINKS) {
      const from = stands.get(link.source);
      const to = stands.get(link.target);
      if (!from || !to || from === to) continue;
      const key = `${from.dataset.key}\n${to.dataset.key}`;
      const known = found.get(key);
      // Of two objects the worst link is shown; of groups the best: their members tell of the others.
      const worse = known && STATES.indexOf(link.state) < STATES.indexOf(known.state);
      if (!known) found.set(key, { from, to, state: link.state });
      else if (worse === !(from.dataset.index && to.dataset.index)) continue;
      else known.state = link.state;
    }
    wires = [...found.values()];
    const field = $('field').getBoundingClientRect();
    const boxes = new Map();
    for (const element of new Set(stands.values())) {
      const box = element.getBoundingClientRect();
      boxes.set(element, { left: box.left - field.left, right: box.right - field.left, y: box.top - field.top + box.height / 2 });
    }
    for (const one of wires) {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('d', curve(boxes.get(one.from), boxes.get(one.to)));
      one.path = path;
    }
    heat();
  }

  function curve(from, to) {
    if (from.left === to.left) {
      const reach = from.right + 28;
      return `M${from.right} ${from.y}C${reach} ${from.y} ${reach} ${to.y} ${to.right} ${to.y}`;
    }
    const [x1, x2] = from.left < to.left ? [from.right, to.left] : [from.left, to.right];
    const bend = (x2 - x1) / 2;
    return `M${x1} ${from.y}C${x1 + bend} ${from.y} ${x2 - bend} ${to.y} ${x2} ${to.y}`;
  }

  /** Draws the lines, those of the card under the pointer or of the selected one above all others. */
  function heat() {
    const centre = hovered || (state.selected === null ? null : stands.get(state.selected));
    const chosen = state.selected !== null && (!hovered || hovered === stands.get(state.selected));
    const near = chosen ? related(state.selected) : null;
    const hot = (one) => one.from === centre || one.to === centre;
    const many = wires.length > MOST_WIRES;
    const drawn = wires.filter((one) => !many || hot(one)).sort((a, b) => hot(a) - hot(b));
    const isNear = (element) => near && near.has(Number(element.dataset.index));
    for (const one of drawn) {
      const heat = hot(one) ? 'hot' : isNear(one.from) && isNear(one.to) ? 'near' : centre && !(near && !small()) ? 'cold' : '';
      one.path.setAttribute('class', `wire ${one.state} ${heat}`.trim());
    }
    $('wires').setAttribute('class', drawn.length > CROWD ? 'crowd' : '');
    $('wires').replaceChildren(...drawn.map((one) => one.path));
  }

  // The panel

  const chip = (level) => make('span', { class: `pill ${level}` }, level);

  /** A list whose end is shown when it is asked for. */
  function long(rows, room = STEP) {
    if (rows.length <= room) return rows.map((row) => row());
    const rest = make('button', { class: 'row quiet', onclick: () => rest.replaceWith(...long(rows.slice(room), room)) },
      counted(rows.length - room, 'more', 'more'));
    return [...rows.slice(0, room).map((row) => row()), rest];
  }

  function overview() {
    const findings = OBJECTS.flatMap((object) => object.findings.map((finding) => ({ object, finding })));
    findings.sort((a, b) => LEVELS.indexOf(a.finding.level) - LEVELS.indexOf(b.finding.level));
    const rows = findings.map(({ object, finding }) => () => make('button', { class: 'row', onclick: () => select(object.index, true) },
      make('span', { class: 'top' }, chip(finding.level), make('b', {}, short(object)), make('span', { class: 'quiet' }, object.label)),
      make('p', {}, ...prose(finding.message)),
      make('p', { class: 'mono' }, `${finding.rule} ${finding.slug}`)));
    const sample = (standing, level) => make('div', { class: 'sample' }, make('div', { class: `card ${standing} ${level || ''}`.trim() }));
    return [
      make('h2', {}, findings.length ? counted(findings.length, 'finding') : 'No findings'),
      make('p', { class: 'quiet' }, 'Choose an object to see its links, its findings and its source.'),
      make('h3', {}, 'What the cards say'),
      make('div', { class: 'legend' },
        sample('here'), 'in the files', sample('here', 'error'), 'with findings', sample('made'), 'made by a controller, or lives elsewhere',
        sample('missing'), 'in none of the files', sample('unknown'), 'not decided: a variable, a patch, several alike'),
      ...(findings.length ? [make('h3', {}, 'Findings', make('span', {}, findings.length.toLocaleString('en')))] : []),
      ...long(rows),
    ];
  }

  function linkRow(link, end) {
    const other = OBJECTS[link[end]];
    return make('button', { class: 'row', onclick: () => select(other.index, true) },
      make('span', { class: 'top' }, make('span', { class: 'quiet' }, link.kind), make('b', {}, short(other)),
        link.state === 'found' ? null : make('span', { class: `pill ${link.state === 'missing' ? 'error' : link.state === 'unknown' ? 'warning' : 'plain'}` }, link.state)),
      make('p', { class: 'quiet' }, other.kind),
      link.reason ? make('p', {}, ...prose(link.reason)) : null,
      make('p', { class: 'mono' }, link.field));
  }

  function source(object) {
    if (object.withheld) return [make('h3', {}, 'Source'), make('p', { class: 'quiet' }, 'The content of a Secret is left out of this page.')];
    const text = SOURCES[object.source];
    if (!text) return [];
    const own = object.standing !== 'made';
    const marks = new Map(own ? object.findings.map((finding) => [finding.line, finding.level]).reverse() : [[object.line, 'here']]);
    const lines = text.text.split('\n').map((line, i) =>
      make('span', { 'data-line': text.line + i, class: marks.get(text.line + i) }, line || ' '));
    return [make('h3', {}, 'Source', make('span', { class: 'mono' }, place(text.file, text.line))),
      make('pre', { tabindex: '0', 'aria-label': 'Source' }, ...lines),
      text.cut ? make('p', { class: 'quiet' }, counted(text.cut, 'line more', 'lines more')) : null];
  }

  function details(object) {
    const facts = [object.kind, STANDING[object.standing]].filter(Boolean).join(', ');
    const part = (title, rows, shown = STEP) => (rows.length
      ? [make('h3', {}, title, make('span', {}, rows.length.toLocaleString('en'))), ...long(rows, shown)] : []);
    return [
      make('button', { class: 'close', 'aria-label': 'Back to all objects', onclick: () => select(null, true) }, 'Esc'),
      make('h2', {}, short(object) || '(no name)'),
      make('p', { class: 'quiet' }, facts),
      object.file ? make('p', { class: 'mono quiet' }, place(object.file, object.line)) : null,
      ...part('Findings', object.findings.map((finding) => () => make('div', { class: 'row' },
        make('span', { class: 'top' }, chip(finding.level), make('b', {}, `${finding.rule} ${finding.slug}`)),
        make('p', {}, ...prose(finding.message)),
        finding.fix ? make('p', {}, make('b', {}, 'Fix: '), ...prose(finding.fix)) : null,
        make('p', { class: 'mono' }, [finding.effect, finding.field, finding.line ? `line ${finding.line}` : ''].filter(Boolean).join(' · '))))),
      ...part('Refers to', object.out.map((link) => () => linkRow(link, 'target')), 25),
      ...part('Referred to by', object.in.map((link) => () => linkRow(link, 'source')), 25),
      ...source(object),
    ].filter(Boolean);
  }

  function fill() {
    $('panel').replaceChildren(...(state.selected === null ? overview() : details(OBJECTS[state.selected])));
    $('panel').scrollTop = 0;
    const line = $('panel').querySelector('pre .error, pre .warning, pre .note, pre .here');
    if (line) line.parentNode.scrollTop = line.offsetTop - line.parentNode.offsetTop - 60;
  }

  function select(index, reveal) {
    const before = state.selected;
    state.selected = index;
    const key = index === null ? OBJECTS[before] && OBJECTS[before].id : OBJECTS[index].id;
    draw(key);
    fill();
    try {
      history.replaceState(null, '', index === null ? location.pathname + location.search : `#${encodeURIComponent(key)}`);
    } catch { /* a page in a frame has no address of its own */ }
    const element = stands.get(index === null ? before : index);
    if (element && (reveal || !small())) element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  // Pointer and keys

  const buttons = () => [...$('lanes').querySelectorAll('button.card')];

  function move(from, key) {
    const lanes = [...$('lanes').children].map((lane) => [...lane.querySelectorAll('button.card')]);
    const lane = lanes.findIndex((cards) => cards.includes(from));
    const at = lanes[lane].indexOf(from);
    const last = lanes[lane].length - 1;
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last };
    let to;
    if (key in steps) to = lanes[lane][Math.min(Math.max(steps[key], 0), last)];
    else {
      const beside = lanes[lane + (key === 'ArrowRight' ? 1 : -1)];
      if (!beside) return;
      const y = (element) => { const box = element.getBoundingClientRect(); return box.top + box.height / 2; };
      const here = y(from);
      to = beside.reduce((best, element) => (Math.abs(y(element) - here) < Math.abs(y(best) - here) ? element : best));
    }
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target === $('search');
    if (event.key === '/' && !typing) $('search').focus();
    else if (event.key === 'Escape' && state.selected !== null) select(null);
    else if (event.key === 'Escape' && (state.query || state.filter !== 'all')) {
      state.query = $('search').value = '';
      state.filter = 'all';
      draw();
    } else if (event.key === 'Escape') event.target.blur();
    else if (typing && (event.key === 'ArrowDown' || event.key === 'Enter') && buttons().length) buttons()[0].focus();
    else if (/^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key) && event.target.matches('button.card')) move(event.target, event.key);
    else return;
    event.preventDefault();
  });
  $('search').addEventListener('input', () => {
    state.query = $('search').value;
    if (state.selected !== null) { state.selected = null; fill(); }
    draw();
  });
  const over = (event) => {
    const element = event.target.closest ? event.target.closest('button.card') : null;
    if (element !== hovered) { hovered = element && $('lanes').contains(element) ? element : null; heat(); }
  };
  $('board').addEventListener('pointerover', over);
  $('board').addEventListener('focusin', over);
  $('board').addEventListener('pointerleave', () => { hovered = null; heat(); });
  new ResizeObserver(() => wire()).observe($('field'));

  for (const [name, { title, keep }] of Object.entries(FILTERS)) {
    const number = name === 'all' ? '' : ` ${OBJECTS.filter(keep).length.toLocaleString('en')}`;
    $('filters').append(make('button', {
      'data-filter': name, onclick: () => { state.filter = name; if (state.selected !== null) { state.selected = null; fill(); } draw(); },
    }, title + number));
  }
  const asked = (() => { try { return decodeURIComponent(location.hash.slice(1)); } catch { return ''; } })();
  const wanted = OBJECTS.find((object) => object.id === asked);
  if (wanted) select(wanted.index, true);
  else { draw(); fill(); }
})();
