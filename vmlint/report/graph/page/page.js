
'use strict';
(() => {
  const DATA = JSON.parse(document.getElementById('data').textContent);
  const { lanes: LANES, objects: OBJECTS, links: LINKS, findings: FINDINGS, sources: SOURCES } = DATA;

  const SMALL = 60;      // objects up to which a selection dims the others in place of hiding them
  const LANE_ROOM = 40;  // objects of a lane up to which none are gathered into groups
  const STEP = 100;      // cards of a group, and rows of a list, that are shown at once
  const CROWD = 100;     // lines above which all are drawn faintly
  const MOST_WIRES = 900;  // lines above which only those of one card are drawn
  const EVEN_ROOM = 16;  // objects of a lane up to which each stands beside what it is linked with
  const tail = (number) => (number < 8 ? 0 : Math.min(9, Math.floor(number / 2)));  // letters at a name's end that are always shown
  const PITCH = 54;      // a card with the gap below it, as the style has them

  const LEVELS = ['error', 'warning', 'note'];
  const STANDING = {
    here: '',
    patch: 'a patch: a part of an object',
    made: 'made by a controller',
    outside: 'external: it exists outside these files',
    missing: 'in none of these files',
    unknown: 'not decided which object is meant',
  };
  const WORDS = { here: '', patch: 'patch', made: 'made', outside: 'external', missing: 'missing', unknown: 'undecided', found: '' };
  const ASIDES = { made: 'made by controllers', outside: 'external', missing: 'missing', unknown: 'undecided' };
  const MIGRATES = new Map([[true, ['note', 'possible']], [false, ['error', 'not possible']], [null, ['warning', 'not decided']]]);
  const LOST = new Set(['missing', 'unknown']);
  const PLAIN = ['VirtualMachine', '', 'DataVolume', 'DataSource', 'PVC', 'StorageClass', ''];  // the kind that a lane's title names
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

  const counted = (number, one, many) => `${number} ${number === 1 ? one : many || one + 's'}`;
  const short = (object) => (object.namespace ? `${object.namespace}/${object.name}` : object.name);
  const place = (file, line) => (line ? `${file}:${line}` : file);
  const natural = new Intl.Collator('en', { numeric: true }).compare;

  /** `1 error, 2 warnings and 1 note`: the words of the report for people. */
  function spelled(tally) {
    const parts = spoken(tally);
    return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}` : parts.join('');
  }

  function tallied(findings) {
    const tally = {};
    for (const finding of findings) tally[finding.level] = (tally[finding.level] || 0) + 1;
    return tally;
  }

  /** A place in a file, as a link where the file has an address on the web. */
  function placeLink(file, line, text = place(file, line), look = 'mono quiet') {
    const address = DATA.addresses[file];
    if (!address) return make('span', { class: look }, text);
    const web = address.split('{line}').join(String(line || 1));
    return make('a', { class: look, href: web, target: '_blank', rel: 'noopener noreferrer' }, text);
  }

  // What follows from the data once

  OBJECTS.forEach((object, index) => {
    object.index = index;
    object.out = [];
    object.in = [];
    object.findings = object.findings.map((number) => FINDINGS[number]);
    object.words = [object.kind, short(object), object.file, object.standing,
      ...object.findings.flatMap((finding) => [finding.rule, finding.slug, finding.level])].join(' ').toLowerCase();
  });
  for (const link of LINKS) {
    OBJECTS[link.source].out.push(link);
    OBJECTS[link.target].in.push(link);
  }
  const elsewhere = DATA.elsewhere.map((number) => FINDINGS[number]);
  const marked = OBJECTS.filter((object) => object.findings.length);
  const written = (object) => object.standing === 'here' || object.standing === 'patch';
  const unresolved = new Set(LINKS.filter((link) => LOST.has(link.state)).flatMap((link) => [link.source, link.target]));
  const FILTERS = {
    all: { title: 'All', keep: () => true },
    findings: { title: 'Findings', keep: (object) => object.findings.length },
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

  const NOTHING = { query: '', filter: 'all', namespace: '', rule: '', effect: '' };
  const state = { selected: null, ...NOTHING, needs: true, open: new Set(), shown: new Map() };
  let stands = new Map();  // what is on the board for an object: its card, or that of its group
  let hovered = null;

  const small = () => OBJECTS.length <= SMALL;

  const narrowed = () => Object.keys(NOTHING).some((name) => state[name].trim() !== NOTHING[name]);
  const words = () => state.query.toLowerCase().split(/\s+/).filter(Boolean);
  const meant = (finding) => (!state.rule || finding.rule === state.rule) && (!state.effect || finding.effect === state.effect);

  /** Gives each object the findings that are meant by the choice of rule and effect. */
  function judge() {
    for (const object of OBJECTS) { object.shown = []; object.tally = {}; object.level = ''; }
    for (const object of marked) {
      object.shown = object.findings.filter(meant);
      object.tally = tallied(object.shown);
      object.level = LEVELS.find((level) => object.tally[level]) || '';
    }
  }

  /** The objects that are looked for, and besides them those that they need. */
  function visible() {
    if (state.selected !== null && !small()) {
      const near = related(state.selected);
      return { matches: OBJECTS.filter((object) => near.has(object.index)), needs: new Set() };
    }
    const wanted = words();
    const { keep } = FILTERS[state.filter];
    const chosen = state.rule || state.effect;
    const matches = OBJECTS.filter((object) => keep(object) && (!chosen || object.level)
      && (!state.namespace || `in ${object.namespace}` === state.namespace)
      && wanted.every((word) => object.words.includes(word)));
    const needs = new Set();
    if (!narrowed() || !state.needs) return { matches, needs };
    const known = new Set(matches.map((object) => object.index));
    const waiting = [...known];
    while (waiting.length) {
      for (const link of OBJECTS[waiting.pop()].out) {
        if (known.has(link.target)) continue;
        known.add(link.target);
        needs.add(link.target);
        waiting.push(link.target);
      }
    }
    return { matches, needs };
  }

  /** The findings on no object that are looked for. */
  function loose() {
    if (state.namespace || state.filter === 'unresolved') return [];
    return elsewhere.filter((finding) => meant(finding)
      && words().every((word) => `${finding.file} ${finding.rule} ${finding.slug} ${finding.level}`.toLowerCase().includes(word)));
  }

  function pills(tally) {
    const marks = LEVELS.filter((level) => tally[level]).map((level) =>
      make('span', { class: `pill ${level}`, title: counted(tally[level], level) }, String(tally[level])));
    return marks.length ? make('span', { class: 'pills' }, ...marks) : null;
  }

  /** A name in two parts, of which the first gives way: long names mostly differ at their ends. */
  function ends(name) {
    const letters = Array.from(name);
    const at = letters.length - tail(letters.length);
    return [make('span', {}, letters.slice(0, at).join('')), make('span', { class: 'tail' }, letters.slice(at).join(''))];
  }

  const spoken = (tally) => LEVELS.filter((level) => tally[level]).map((level) => counted(tally[level], level));

  function card(object, near, needs) {
    const kind = object.label === PLAIN[object.lane] ? '' : object.label;
    const standing = WORDS[object.standing];
    const about = [standing, object.namespace, kind].filter(Boolean);
    return make('button', {
      class: ['card', object.standing, object.level, near && !near.has(object.index) ? 'far' : '',
        needs.has(object.index) ? 'needed' : ''].filter(Boolean).join(' '),
      'data-key': object.id,
      'data-index': object.index,
      'aria-pressed': String(object.index === state.selected),
      'aria-label': [`${object.kind} ${short(object)}`, STANDING[object.standing], ...spoken(object.tally)].filter(Boolean).join(', '),
      title: `${object.kind} ${short(object)}`,
      tabindex: '-1',
      onclick: () => select(object.index === state.selected ? null : object.index),
    }, make('b', {}, ...ends(object.name || '(no name)')), pills(object.tally), make('small', {}, about.join(' · ') || object.label));
  }

  function groupCard(key, namespace, members, open) {
    const tally = tallied(new Set(members.flatMap((member) => member.shown)));
    const affected = members.filter((member) => member.level).length;
    const size = affected ? `${affected} of ${members.length} affected` : counted(members.length, 'object');
    return make('button', {
      class: `card group ${LEVELS.find((level) => tally[level]) || ''}`.trim(),
      'data-key': key,
      'aria-expanded': String(open),
      'aria-label': [namespace || 'cluster-wide', size, ...spoken(tally)].join(', '),
      tabindex: '-1',
      onclick: () => { state.open[open ? 'delete' : 'add'](key); draw(key); },
    }, make('b', {}, make('span', { class: 'tail' }, `${open ? '▾' : '▸'} `), ...ends(namespace || 'cluster-wide')), pills(tally),
    make('small', {}, size));
  }

  /** The cells of a lane: cards, or groups by namespace where there are many. */
  function cells(lane, members, near, needs) {
    const cell = (element, held) => {
      for (const object of held) stands.set(object.index, element);
      return make('div', { class: 'cell' }, element);
    };
    const listed = (objects, key) => {
      const room = state.shown.get(key) || STEP;
      const rows = objects.slice(0, room).map((object) => cell(card(object, near, needs), [object]));
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
    const mode = state.selected === null ? narrowed() ? 'found' : 'all' : 'near';
    if (members.length <= LANE_ROOM) return listed(members, `${mode} ${lane}`);
    const groups = new Map();
    for (const object of members) {
      if (!groups.has(object.namespace)) groups.set(object.namespace, []);
      groups.get(object.namespace).push(object);
    }
    if (groups.size === 1) return listed(members, `${mode} ${lane}`);
    return [...groups.keys()].sort(natural).flatMap((namespace) => {
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
    judge();
    const { matches, needs } = visible();
    const shown = needs.size ? [...matches, ...[...needs].map((index) => OBJECTS[index])].sort((a, b) => a.index - b.index) : matches;
    const inside = new Set(shown.map((object) => object.index));
    const near = state.selected !== null && small() ? related(state.selected) : null;
    const byLane = new Map();
    LANES.forEach((_, lane) => {
      const members = shown.filter((object) => object.lane === lane);
      if (members.length) byLane.set(lane, members);
    });
    const linked = (object) => [...object.out.map((link) => link.target), ...object.in.map((link) => link.source)]
      .filter((other) => inside.has(other));
    const even = [...byLane.values()].every((members) => members.length <= EVEN_ROOM);
    const places = arranged(byLane, linked);
    const down = even ? places : null;
    const top = down ? Math.min(...down.values()) : 0;

    stands = new Map();
    const sections = [...byLane].map(([lane, members]) => {
      const rows = cells(lane, members, near, needs);
      if (down) {
        let bottom = top;
        members.forEach((object, i) => {
          rows[i].style.marginTop = `${down.get(object.index) - bottom + (i ? PITCH - 46 : 0)}px`;
          bottom = down.get(object.index) + PITCH;
        });
      }
      const section = make('section', { class: 'lane', 'aria-label': LANES[lane] },
        make('h2', {}, make('span', {}, `${LANES[lane]} `, make('span', {}, String(members.length)))), ...rows);
      // A lane with longer names has more room, within bounds.
      const letters = Math.max(...rows.flatMap((row) => [
        ...[...row.querySelectorAll('b')].map((line) => line.textContent.length * 1.2 + 2 * row.querySelectorAll('.pill').length),
        ...[...row.querySelectorAll('small')].map((line) => line.textContent.length)]));
      section.style.flexGrow = String(Math.min(Math.max(letters, 15), 21));
      return section;
    });
    $('lanes').replaceChildren(...(sections.length ? sections : [make('p', { class: 'nothing' }, 'Nothing here is like that.')]));
    for (const button of $('filters').children) button.setAttribute('aria-pressed', String(button.dataset.filter === state.filter));
    for (const name of CHOICES) $(name).value = state[name];
    $('widen').hidden = !narrowed();
    tally(matches, needs);
    wire();
    const all = buttons();
    const wanted = all.find((button) => button.dataset.key === focus) || stands.get(state.selected)
      || all.find((button) => !button.matches('.needed')) || all[0];
    if (wanted) wanted.tabIndex = 0;
    if (focus !== undefined && wanted) wanted.focus();
  }

  /** The end of the report, of what is shown: findings, objects in the files, and what these lead to. */
  function tally(matches, needs) {
    const here = matches.filter(written).length;
    const findings = new Set(matches.flatMap((object) => object.shown));
    if (state.selected === null) for (const finding of loose()) findings.add(finding);
    const whole = matches.length === OBJECTS.length;
    const number = here === DATA.total ? counted(here, 'object') : `${here} of ${counted(DATA.total, 'object')}`;
    const verdict = (whole && DATA.verdict) || `${spelled(tallied(findings)) || 'no findings'} in ${number}`;
    const asides = new Map();
    for (const object of [...matches, ...[...needs].map((index) => OBJECTS[index])]) {
      if (!written(object)) asides.set(object.standing, (asides.get(object.standing) || 0) + 1);
    }
    const more = Object.keys(ASIDES).filter((standing) => asides.has(standing)).map((standing) => `${asides.get(standing)} ${ASIDES[standing]}`);
    $('counts').title = [verdict, ...more].join(' · ');
    $('counts').replaceChildren(make('b', {}, verdict), more.length ? make('span', {}, ` · beside them ${more.join(', ')}`) : '');
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
    const holders = new Map();
    for (const object of visible().matches) {
      for (const finding of object.shown) holders.set(finding, [...(holders.get(finding) || []), object]);
    }
    for (const finding of loose()) holders.set(finding, []);
    const findings = FINDINGS.filter((finding) => holders.has(finding));  // the gravest first
    const rows = findings.map((finding) => () => {
      const [object, ...others] = holders.get(finding);
      const texts = [make('p', {}, ...prose(finding.message)),
        make('p', { class: 'mono' }, `${finding.rule} ${finding.slug}${others.length ? ` · also on ${others.map(short).join(', ')}` : ''}`)];
      if (!object) return make('div', { class: 'row' }, make('span', { class: 'top' }, chip(finding.level), placeLink(finding.file, finding.line)), ...texts);
      return make('button', { class: 'row', onclick: () => select(object.index, true) },
        make('span', { class: 'top' }, chip(finding.level), make('b', {}, short(object)), make('span', { class: 'quiet' }, object.label)), ...texts);
    });
    const sample = (standing, level) => make('div', { class: 'sample' }, make('div', { class: `card ${standing} ${level || ''}`.trim() }));
    return [
      make('h2', {}, spelled(tallied(findings)) || 'No findings'),
      make('p', { class: 'quiet' }, 'Choose an object to see its links, its findings and its source.'),
      make('h3', {}, 'How to read the cards'),
      make('div', { class: 'legend' },
        sample('here'), 'in the files', sample('here', 'error'), 'with findings', sample('made'), 'made by a controller, or external',
        sample('missing'), 'missing: in none of the files', sample('unknown'), 'undecided: a variable, or several candidates'),
      ...(findings.length ? [make('h3', {}, 'Findings', make('span', {}, String(findings.length)))] : []),
      ...long(rows),
    ];
  }

  function linkRow(link, end) {
    const other = OBJECTS[link[end]];
    return make('button', { class: 'row', onclick: () => select(other.index, true) },
      make('span', { class: 'top' }, make('span', { class: 'quiet' }, link.kind), make('b', {}, short(other)),
        link.state === 'found' ? null : make('span', { class: `pill ${link.state === 'missing' ? 'error' : link.state === 'unknown' ? 'warning' : 'plain'}` }, WORDS[link.state])),
      make('p', { class: 'quiet' }, other.kind),
      link.reason ? make('p', {}, ...prose(link.reason)) : null,
      make('p', { class: 'mono' }, link.field));
  }

  function source(object) {
    if (object.withheld) return [make('h3', {}, 'Source'), make('p', { class: 'quiet' }, 'The content of a Secret is left out of this page.')];
    const text = SOURCES[object.source];
    if (!text) return [];
    const own = object.standing !== 'made';
    const marks = new Map(own ? object.findings.filter((finding) => finding.file === text.file)
      .map((finding) => [finding.line, finding.level]).reverse() : [[object.line, 'here']]);
    const lines = text.text.split('\n').map((line, i) =>
      make('span', { 'data-line': text.line + i, class: marks.get(text.line + i) }, line || ' '));
    return [make('h3', {}, 'Source', placeLink(text.file, text.line)),
      make('pre', { tabindex: '0', 'aria-label': 'Source' }, ...lines),
      text.cut ? make('p', { class: 'quiet' }, counted(text.cut, 'line more', 'lines more')) : null];
  }

  /** What the VM starts: its size, and whether it can be migrated. */
  function guest(object) {
    const known = object.guest;
    if (!known) return [];
    const row = (name, ...values) => (values.some(Boolean) ? [make('dt', {}, name), make('dd', {}, ...values)] : []);
    const [look, word] = MIGRATES.get(known.migratable);
    const migration = known.problem ? [] : row('Live migration', make('span', { class: `pill ${look}` }, word),
      known.reasons.length ? make('ul', {}, ...known.reasons.map((reason) => make('li', {}, ...prose(reason)))) : null);
    return [make('h3', {}, 'Size and migration'), make('dl', {},
      ...(known.problem ? row('Size', make('span', { class: 'quiet' }, ...prose(known.problem))) : [
        ...row('vCPUs', known.vcpus ? make('b', {}, String(known.vcpus)) : 'not decided', known.topology ? make('span', { class: 'quiet' }, ` ${known.topology}`) : null),
        ...row('Memory', known.memory ? make('b', {}, known.memory) : 'not decided')]),
      ...row('Instancetype', known.instancetype), ...row('Preference', known.preference), ...migration)];
  }

  function details(object) {
    const facts = [object.kind, STANDING[object.standing]].filter(Boolean).join(', ');
    const part = (title, rows, shown = STEP) => (rows.length
      ? [make('h3', {}, title, make('span', {}, String(rows.length))), ...long(rows, shown)] : []);
    return [
      make('button', { class: 'close', 'aria-label': 'Back to all objects', onclick: () => select(null, true) }, 'Esc'),
      make('h2', {}, short(object) || '(no name)'),
      make('p', { class: 'quiet' }, facts),
      object.file ? make('p', {}, placeLink(object.line ? object.file : '', object.line, place(object.file, object.line))) : null,
      ...part('Findings', object.findings.map((finding) => () => make('div', { class: 'row' },
        make('span', { class: 'top' }, chip(finding.level), make('b', {}, `${finding.rule} ${finding.slug}`)),
        make('p', {}, ...prose(finding.message)),
        finding.fix ? make('p', {}, make('b', {}, 'Fix: '), ...prose(finding.fix)) : null,
        make('p', { class: 'mono' }, [finding.effect, finding.field].filter(Boolean).join(' · '), finding.line ? ' · ' : '',
          finding.line ? placeLink(finding.file, finding.line, finding.file === object.file ? `line ${finding.line}` : place(finding.file, finding.line)) : null)))),
      ...guest(object),
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
    if (index !== null && document.body.classList.contains('wide')) $('toggle').click();
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
    else if (event.key === 'Escape' && narrowed()) widen();
    else if (event.key === 'Escape') event.target.blur();
    else if (typing && (event.key === 'ArrowDown' || event.key === 'Enter') && buttons().length) {
      (buttons().find((button) => !button.matches('.needed')) || buttons()[0]).focus();
    }
    else if (/^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key) && event.target.matches('button.card')) move(event.target, event.key);
    else return;
    event.preventDefault();
  });

  // What is shown

  const CHOICES = ['namespace', 'rule', 'effect'];

  function narrow(change) {
    Object.assign(state, change);
    state.selected = null;
    draw();
    fill();
    try { history.replaceState(null, '', location.pathname + location.search); } catch { /* as above */ }
  }

  function widen() {
    $('search').value = '';
    narrow(NOTHING);
  }

  /** The options of a choice: each value with its title and its number. */
  function choice(name, all, options) {
    const list = make('select', { id: name, 'aria-label': name[0].toUpperCase() + name.slice(1) }, make('option', { value: '' }, all),
      ...options.map(([value, title, number]) => make('option', { value }, `${title} (${number})`)));
    list.disabled = !options.length;
    list.addEventListener('change', () => narrow({ [name]: list.value }));
    return list;
  }

  function numbers(values) {
    const found = new Map();
    for (const value of values) found.set(value, (found.get(value) || 0) + 1);
    return [...found].sort(([a], [b]) => natural(a, b));
  }

  const slugs = new Map(FINDINGS.map((finding) => [finding.rule, finding.slug]));
  $('choices').append(
    choice('namespace', 'All namespaces', numbers(OBJECTS.map((object) => object.namespace))
      .map(([name, number]) => [`in ${name}`, name || 'cluster-wide', number])),
    choice('rule', 'All rules', numbers(FINDINGS.map((finding) => finding.rule))
      .map(([rule, number]) => [rule, `${rule} ${slugs.get(rule)}`, number])),
    choice('effect', 'All effects', numbers(FINDINGS.map((finding) => finding.effect)).map(([effect, number]) => [effect, effect, number])));
  $('widen').append(
    make('button', { id: 'needs', 'aria-pressed': 'true', title: 'Show what the matching objects need, too', onclick: () => {
      state.needs = !state.needs;
      $('needs').setAttribute('aria-pressed', String(state.needs));
      draw();
    } }, 'With needs'),
    make('button', { id: 'clear', onclick: widen }, 'Clear'));

  $('search').addEventListener('input', () => narrow({ query: $('search').value }));
  const over = (event) => {
    const element = event.target.closest ? event.target.closest('button.card') : null;
    if (element !== hovered) { hovered = element && $('lanes').contains(element) ? element : null; heat(); }
  };
  $('board').addEventListener('pointerover', over);
  $('board').addEventListener('focusin', over);
  $('board').addEventListener('pointerleave', () => { hovered = null; heat(); });
  new ResizeObserver(() => wire()).observe($('field'));

  for (const [name, { title, keep }] of Object.entries(FILTERS)) {
    const number = name === 'all' ? '' : name === 'findings' ? ` ${FINDINGS.length}` : ` ${OBJECTS.filter(keep).length}`;
    $('filters').append(make('button', { 'data-filter': name, onclick: () => narrow({ filter: name }) }, title + number));
  }

  // The board as a file

  /** The shapes on the board, lines below cards, with the colours of the page as it is. */
  function shapes() {
    const field = $('field').getBoundingClientRect();
    const look = (element) => getComputedStyle(element);
    const page = look(document.body);
    const head = 40;
    const pen = document.createElement('canvas').getContext('2d');
    const font = (element, style = look(element)) => ({ size: parseFloat(style.fontSize), weight: style.fontWeight, family: style.fontFamily });
    const fitted = (text, style, room) => {
      pen.font = `${style.weight} ${style.size}px ${style.family}`;
      if (pen.measureText(text).width <= room) return text;
      const letters = Array.from(text);
      const kept = tail(letters.length);
      const end = letters.slice(letters.length - kept).join('');
      let rest = letters.length - kept;
      while (rest > 0 && pen.measureText(`${letters.slice(0, rest).join('')}…${end}`).width > room) rest -= 1;
      return `${letters.slice(0, Math.max(rest, 0)).join('')}…${end}`;
    };
    const found = [];
    const write = (element, text, x, y, room, extra = {}) => {
      const style = font(element);
      found.push({ is: 'text', text: room ? fitted(text, style, room) : text, x, y, ...style, fill: look(element).color, ...extra });
    };
    write(document.querySelector('h1'), `${document.querySelector('h1').textContent}: ${$('counts').textContent}`, 24, 28, 0);
    for (const path of $('wires').querySelectorAll('path')) {
      const style = look(path);
      found.push({ is: 'path', d: path.getAttribute('d'), stroke: style.stroke, width: parseFloat(style.strokeWidth),
        dash: style.strokeDasharray === 'none' ? '' : style.strokeDasharray.replaceAll('px', ''), opacity: Number(style.opacity) });
    }
    let bottom = 0;
    for (const title of $('lanes').querySelectorAll('h2')) {
      const box = title.parentNode.getBoundingClientRect();
      write(title, title.textContent, box.left - field.left, box.top - field.top + head + 30, box.width);
    }
    for (const element of $('lanes').querySelectorAll('button.card')) {
      const style = look(element);
      const box = element.getBoundingClientRect();
      const [x, y] = [box.left - field.left, box.top - field.top + head];
      bottom = Math.max(bottom, y + box.height);
      const dash = { dashed: '4 3', dotted: '1 3' }[style.borderTopStyle] || '';
      const opacity = element.matches('.far') ? .5 : 1;
      found.push({ is: 'rect', x: x + .5, y: y + .5, width: box.width - 1, height: box.height - 1, radius: 8, dash,
        fill: style.backgroundColor, stroke: style.borderTopColor, opacity });
      const bar = getComputedStyle(element, '::before');
      if (element.matches('.error, .warning, .note')) {
        found.push({ is: 'rect', x, y: y + 10, width: 3, height: box.height - 20, radius: 1, fill: bar.backgroundColor, stroke: 'none', dash: '', opacity });
      }
      let right = x + box.width - 10;
      for (const pill of [...element.querySelectorAll('.pill')].reverse()) {
        const own = pill.getBoundingClientRect();
        const at = own.left - field.left;
        found.push({ is: 'rect', x: at, y: own.top - field.top + head, width: own.width, height: own.height, radius: own.height / 2,
          fill: look(pill).backgroundColor, stroke: 'none', dash: '', opacity });
        write(pill, pill.textContent, at + own.width / 2, own.top - field.top + head + 12.5, 0, { anchor: 'middle', opacity });
        right = at - 6;
      }
      const name = element.querySelector('b');
      if (!name) write(element, element.textContent, x + box.width / 2, y + box.height / 2 + 4, 0, { anchor: 'middle' });
      else {
        write(name, name.textContent, x + 12, y + 19, right - x - 12, { opacity });
        write(element.querySelector('small'), element.querySelector('small').textContent, x + 12, y + 35, box.width - 22, { opacity });
      }
    }
    const width = Math.ceil(Math.max($('lanes').scrollWidth + 48, 480));
    return { width, height: Math.ceil(Math.max(bottom, 120) + 24), head, page: page.backgroundColor, found };
  }

  const KINDS = {
    rect: (one) => ({ x: one.x, y: one.y, width: one.width, height: one.height, rx: one.radius, fill: one.fill, stroke: one.stroke,
      'stroke-dasharray': one.dash || undefined, opacity: one.opacity }),
    text: (one) => ({ x: one.x, y: one.y, fill: one.fill, 'font-size': one.size, 'font-weight': one.weight, 'font-family': one.family,
      'text-anchor': one.anchor, opacity: one.opacity }),
    path: (one) => ({ d: one.d, fill: 'none', stroke: one.stroke, 'stroke-width': one.width, 'stroke-dasharray': one.dash || undefined,
      opacity: one.opacity }),
  };

  function drawing(tag, properties, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(properties)) if (value !== undefined) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /** Text without what no XML document may hold. */
  const writable = (text) => text.replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');

  function asSvg() {
    const { width, height, head, page, found } = shapes();
    const elements = found.map((one) => drawing(one.is, { ...KINDS[one.is](one), transform: one.is === 'path' ? `translate(0 ${head})` : undefined },
      ...(one.is === 'text' ? [writable(one.text)] : [])));
    const picture = drawing('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
      drawing('title', {}, `Who refers to whom: ${$('counts').textContent}`), drawing('rect', { width, height, fill: page }), ...elements);
    save(new Blob([new XMLSerializer().serializeToString(picture)], { type: 'image/svg+xml' }), 'vmlint-graph.svg');
  }

  function asPng() {
    const { width, height, head, page, found } = shapes();
    // What browsers can draw at most: 16,384 pixels a side, and some 268 million altogether.
    const scale = Math.min(2, 16000 / width, 16000 / height, Math.sqrt(2.5e8 / (width * height)));
    const canvas = make('canvas', { width: Math.floor(width * scale), height: Math.floor(height * scale) });
    const pen = canvas.getContext('2d');
    pen.scale(scale, scale);
    pen.fillStyle = page;
    pen.fillRect(0, 0, width, height);
    for (const one of found) {
      pen.globalAlpha = one.opacity === undefined ? 1 : one.opacity;
      pen.setLineDash(one.dash ? one.dash.split(/[ ,]+/).map(Number) : []);
      if (one.is === 'text') {
        pen.font = `${one.weight} ${one.size}px ${one.family}`;
        pen.textAlign = one.anchor === 'middle' ? 'center' : 'left';
        pen.fillStyle = one.fill;
        pen.fillText(one.text, one.x, one.y);
        continue;
      }
      const path = one.is === 'path' ? new Path2D(one.d) : new Path2D();
      if (one.is === 'rect') path.roundRect(one.x, one.y, one.width, one.height, one.radius);
      pen.save();
      if (one.is === 'path') pen.translate(0, head);
      else { pen.fillStyle = one.fill; pen.fill(path); }
      if (one.stroke !== 'none') {
        pen.strokeStyle = one.stroke;
        pen.lineWidth = one.is === 'path' ? one.width : 1;
        pen.stroke(path);
      }
      pen.restore();
    }
    canvas.toBlob((blob) => {
      if (blob) save(blob, 'vmlint-graph.png');
      else $('counts').textContent = 'The picture is too large for this browser: narrow it, or save it as SVG.';
    }, 'image/png');
  }

  function save(blob, name) {
    const address = URL.createObjectURL(blob);
    make('a', { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  $('actions').append(
    make('button', { id: 'toggle', 'aria-pressed': 'true', 'aria-controls': 'panel', onclick: () => {
      const hidden = document.body.classList.toggle('wide');
      $('toggle').setAttribute('aria-pressed', String(!hidden));
    } }, 'Details'),
    make('button', { id: 'svg', title: 'Save the board as SVG', onclick: asSvg }, 'Save SVG'),
    make('button', { id: 'png', title: 'Save the board as PNG', onclick: asPng }, 'Save PNG'));

  const asked = (() => { try { return decodeURIComponent(location.hash.slice(1)); } catch { return ''; } })();
  const wanted = OBJECTS.find((object) => object.id === asked);
  if (wanted) select(wanted.index, true);
  else { draw(); fill(); }
})();
