
'use strict';
(() => {
  const DATA = JSON.parse(document.getElementById('data').textContent);
  const STEP = 100;  // rows that are shown at once
  const LEVELS = ['error', 'warning', 'note'];
  const TOPICS = { trouble: 'gets stuck', finding: 'new finding' };

  const $ = (id) => document.getElementById(id);
  const SVG = 'http://www.w3.org/2000/svg';

  /** Rows as objects, of names and values. */
  function rows(name) {
    const { columns, rows: values } = DATA[name];
    return values.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
  }

  /** An element with attributes and children; text is only ever text. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name === 'onclick') element.addEventListener('click', value);
      else element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
    return element;
  }

  function draw(tag, attributes, text) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  const number = (value) => (value === null || value === undefined ? '' : value.toLocaleString('en'));
  const counted = (value, one, many) => `${number(value)} ${value === 1 ? one : many || one + 's'}`;
  const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const prose = (text) => text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? make('code', {}, part) : part));
  const short = (row) => (row.namespace ? `${row.namespace}/${row.name}` : row.name);
  const badge = (text, kind) => make('span', { class: `badge ${kind || text}` }, text);
  const when = (run) => (run || '').replace('T', ' ').replace(/(\d\d)-(\d\d)-(\d\d)Z$/, '$1:$2 UTC');

  const REPOSITORIES = rows('repositories');
  const BY_NAME = new Map(REPOSITORIES.map((row) => [row.repository, row]));
  const FINDINGS = rows('findings');
  const NEW = rows('new'), FIXED = rows('fixed'), UPDATES = rows('updates'), RULES = rows('rules');
  const UPGRADES = rows('upgrades'), READINESS = rows('upgrade_repositories'), TYPES = rows('instancetypes');
  const TREND = rows('trend'), MIGRATION = rows('migration')[0];
  const TOTALS = DATA.totals;

  for (const list of [FINDINGS, NEW, FIXED, UPDATES]) {
    for (const row of list) {
      row.team = (BY_NAME.get(row.repository) || {}).team || '';
      row.words = [row.repository, row.team, row.rule, row.slug, row.kind, row.namespace, row.name, row.file, row.message, row.topic]
        .join(' ').toLowerCase();
    }
  }
  for (const row of REPOSITORIES) {
    row.words = [row.repository, row.team, row.status, row.reason, row.target, ...Object.entries(row.labels).flat()].join(' ').toLowerCase();
  }
  for (const row of READINESS) row.words = `${row.repository} ${row.team}`.toLowerCase();
  for (const row of TYPES) row.words = `${row.instancetype} ${row.teams.join(' ')}`.toLowerCase();
  for (const row of RULES) row.words = [row.rule, row.slug, row.family, row.effect, DATA.titles[row.slug]].join(' ').toLowerCase();

  const state = { tab: 'overview', text: '', team: '', levels: new Set(LEVELS), shown: {}, sort: {} };

  /** Where the forge shows a place, null where no address is known. */
  function address(row) {
    const link = (BY_NAME.get(row.repository) || {}).link || '';
    if (!link.startsWith('https://') || !row.file) return null;
    const path = row.file.split('/').map(encodeURIComponent).join('/');
    return link.replace('{path}', path).replace('{line}', row.line || 1);
  }

  function place(row) {
    if (!row.file) return '';
    const text = row.line ? `${row.file}:${row.line}` : row.file;
    const url = address(row);
    return url ? make('a', { href: url, rel: 'noopener noreferrer', target: '_blank', class: 'mono' }, text)
      : make('span', { class: 'mono' }, text);
  }

  function matches(row) {
    if (state.team !== '' && row.team !== undefined && row.team !== (state.team === '(none)' ? '' : state.team)) return false;
    if (row.level && !state.levels.has(row.level)) return false;
    return state.text.split(' ').every((word) => !word || row.words.includes(word));
  }

  const repository = (name) => make('button', {
    class: 'link', onclick: () => { $('search').value = name; state.text = name.toLowerCase(); go('findings'); },
  }, name);

  // Tables

  /** A table of rows; a column is [heading, cell of a row, value to sort by, class]. */
  function table(id, columns, list) {
    const chosen = state.sort[id];
    const sorted = chosen ? [...list].sort((a, b) => compare(columns[chosen.column][2](a), columns[chosen.column][2](b)) * chosen.way) : list;
    const most = state.shown[id] || STEP;
    const head = make('tr', {}, columns.map(([heading, , key, style], index) => make('th', {
      class: style, scope: 'col',
      'aria-sort': chosen && chosen.column === index ? (chosen.way > 0 ? 'ascending' : 'descending') : null,
    }, key ? make('button', { onclick: () => sortBy(id, index, style) }, heading) : heading)));
    const body = sorted.slice(0, most).map((row) => make('tr', {}, columns.map(([, cell, , style]) => {
      const content = cell(row);
      return make('td', { class: style === 'number' && content === '0' ? 'number zero' : style }, content);
    })));
    const more = sorted.length - most;
    return [
      make('div', { class: 'scroll' }, make('table', { id }, make('thead', {}, head), make('tbody', {}, body))),
      more > 0 ? make('button', { class: 'more', onclick: () => { state.shown[id] = most + 5 * STEP; render(); } },
        `Show more (${number(more)} left)`) : null,
    ];
  }

  function compare(a, b) {
    if (a === b) return 0;
    if (a === null || a === undefined) return -1;
    if (b === null || b === undefined) return 1;
    return typeof a === 'string' ? a.localeCompare(b, 'en') : a - b;
  }

  function sortBy(id, column, style) {
    const before = state.sort[id];
    const first = style === 'number' ? -1 : 1;
    state.sort[id] = { column, way: before && before.column === column ? -before.way : first };
    render();
  }

  function section(title, about, ...content) {
    return make('section', {}, make('h2', {}, title, about ? make('small', {}, about) : null), ...content);
  }

  function listed(id, title, columns, list, none, about) {
    const found = list.filter(matches);
    const text = about || (found.length === list.length ? number(list.length) : `${number(found.length)} of ${number(list.length)}`);
    return section(title, text, ...(found.length ? table(id, columns, found) : [make('p', { class: 'empty' }, none)]));
  }

  const amount = (key) => [(row) => number(row[key]), (row) => row[key], 'number'];
  const REPOSITORY_COLUMNS = [
    ['Repository', (row) => repository(row.repository), (row) => row.repository, 'name'],
    ['Team', (row) => row.team, (row) => row.team],
    ['Status', (row) => [badge(row.status), row.reason ? make('p', { class: 'reason' }, prose(row.reason)) : ''], (row) => row.status],
    ['VMs', ...amount('vms')], ['Errors', ...amount('errors')], ['Warnings', ...amount('warnings')],
    ['Notes', ...amount('notes')], ['Undecided', ...amount('undecided')], ['Skipped', ...amount('skipped')],
    ['New', ...amount('new')], ['Fixed', ...amount('fixed')],
    ['Release', (row) => row.target || '', (row) => row.target],
  ];
  const FINDING_COLUMNS = [
    ['Level', (row) => badge(row.level), (row) => LEVELS.indexOf(row.level)],
    ['Repository', (row) => repository(row.repository), (row) => row.repository, 'name'],
    ['Object', (row) => (row.kind ? [make('span', {}, short(row)), make('div', { class: 'badge' }, row.kind)] : ''), (row) => short(row), 'name'],
    ['Finding', (row) => [make('span', {}, prose(capital(row.message))), row.fix ? make('p', {}, prose(capital(row.fix))) : ''], null, 'text'],
    ['Rule', (row) => make('span', { title: row.rule }, row.slug), (row) => row.slug],
    ['Place', place, (row) => row.file, 'place'],
  ];
  const RULE_COLUMNS = [
    ['Rule', (row) => make('button', { class: 'link', title: row.rule, onclick: () => { $('search').value = row.slug; state.text = row.slug; go('findings'); } }, row.slug), (row) => row.slug],
    ['Level', (row) => badge(row.level), (row) => LEVELS.indexOf(row.level)],
    ['Fault', (row) => prose(DATA.titles[row.slug] || row.effect), null, 'text'],
    ['Findings', ...amount('findings')], ['Repositories', ...amount('repositories')],
  ];
  const gib = (bytes) => (bytes === null ? '' : `${number(Math.round(bytes / 2 ** 30))} GiB`);
  const TYPE_COLUMNS = [
    ['Instancetype', (row) => row.instancetype, (row) => row.instancetype, 'name'],
    ['VMs', ...amount('vms')], ['Repositories', ...amount('repositories')], ['vCPUs', ...amount('vcpus')],
    ['Memory', (row) => gib(row.memory_bytes), (row) => row.memory_bytes, 'number'],
    ['Teams', (row) => row.teams.filter(Boolean).join(', ')],
  ];
  const READY_COLUMNS = [
    ['Upgrade', (row) => `${row.before} → ${row.after}`, (row) => row.before],
    ['Repository', (row) => repository(row.repository), (row) => row.repository, 'name'],
    ['Team', (row) => row.team, (row) => row.team],
    ['Ready', (row) => (row.ready ? badge('ready', 'good') : badge('breaks', 'error')), (row) => Number(row.ready)],
    ['Refused', ...amount('refused')], ['Stuck', ...amount('stuck')], ['Other findings', ...amount('other_findings')],
    ['Next start', ...amount('next_start')], ['Deprecated', ...amount('deprecated')], ['Resolved', ...amount('resolved')],
  ];
  const UPDATE_COLUMNS = [
    ['What', (row) => badge(TOPICS[row.topic] || row.topic, ['data loss', 'refused', 'trouble', 'deleted'].includes(row.topic) ? 'error' : row.topic === 'restart' ? 'warning' : 'note'), (row) => row.topic],
    ['Repository', (row) => repository(row.repository), (row) => row.repository, 'name'],
    ['Object', (row) => [make('span', {}, short(row)), make('div', { class: 'badge' }, row.kind)], (row) => short(row), 'name'],
    ['Update', (row) => [make('span', {}, prose(capital(row.message))), row.fix ? make('p', {}, prose(capital(row.fix))) : ''], null, 'text'],
    ['Place', place, (row) => row.file, 'place'],
  ];

  // Views

  const tile = (value, text, style) => make('div', { class: `tile ${style || ''}` }, make('b', {}, number(value)), make('span', {}, text));

  function overview() {
    const failed = REPOSITORIES.filter((row) => row.status === 'failed');
    const worst = REPOSITORIES.filter((row) => row.errors || row.warnings).filter(matches).slice(0, 12);
    const top = RULES.filter((row) => state.levels.has(row.level)).slice(0, 12);
    const most = Math.max(1, ...top.map((row) => row.findings));
    return [
      make('div', { class: 'tiles' },
        tile(TOTALS.repositories, TOTALS.failed ? `repositories, ${number(TOTALS.failed)} without a result` : 'repositories'),
        tile(TOTALS.vms, 'VMs'),
        tile(TOTALS.errors, 'errors', TOTALS.errors ? 'error' : 'good'),
        tile(TOTALS.warnings, 'warnings', TOTALS.warnings ? 'warning' : 'good'),
        DATA.previous ? tile(TOTALS.new, 'new findings since the last run') : tile(TOTALS.undecided, 'undecided questions'),
        DATA.previous ? tile(TOTALS.fixed, 'fixed since the last run', 'good') : tile(MIGRATION.no, 'VMs that can’t be migrated live'),
      ),
      make('div', { class: 'columns' },
        section('Worst repositories', 'by errors', ...(worst.length ? table('worst', [
          REPOSITORY_COLUMNS[0], REPOSITORY_COLUMNS[1], REPOSITORY_COLUMNS[3], REPOSITORY_COLUMNS[4], REPOSITORY_COLUMNS[5],
        ], worst) : [make('p', { class: 'empty' }, 'No repository has errors or warnings.')])),
        section('Rules by findings', '', ...(top.length ? table('top', [
          RULE_COLUMNS[0], RULE_COLUMNS[1],
          ['Findings', (row) => [bar(row.findings / most), number(row.findings)], (row) => row.findings, 'number'],
          RULE_COLUMNS[4],
        ], top) : [make('p', { class: 'empty' }, 'No findings.')])),
        section('Runs', '', chart()),
        section('Upgrades of KubeVirt', '', ...(UPGRADES.length ? table('upgrades', [
          ['Upgrade', (row) => `${row.before} → ${row.after}`, (row) => row.before],
          ['Ready', (row) => `${number(row.ready)} of ${number(row.repositories)}`, (row) => row.ready, 'number'],
          ['Refused', ...amount('refused')], ['Stuck', ...amount('stuck')], ['Next start', ...amount('next_start')],
        ], UPGRADES) : [make('p', { class: 'empty' }, 'The audit file names no upgrades.')])),
      ),
      failed.length ? listed('failed', 'Repositories without a result', [REPOSITORY_COLUMNS[0], REPOSITORY_COLUMNS[1],
        ['Reason', (row) => prose(row.reason), null, 'text']], failed, 'None for this team or search.') : null,
    ];
  }

  function bar(share) {
    const element = make('span', { class: 'bar' });
    element.style.width = `${Math.max(2, Math.round(share * 90))}px`;
    return element;
  }

  function chart() {
    if (TREND.length < 2) return make('p', { class: 'empty' }, 'The trend begins with the second run.');
    const shown = TREND.slice(-60);
    const most = Math.max(1, ...shown.flatMap((row) => [row.errors || 0, row.warnings || 0]));
    const x = (index) => 46 + (index * 540) / (shown.length - 1), y = (value) => 160 - (value * 140) / most;
    const svg = draw('svg', { viewBox: '0 0 600 190', role: 'img', 'aria-label': 'Errors and warnings by run', preserveAspectRatio: 'none' });
    for (const part of [0, 0.5, 1]) {
      svg.append(draw('line', { class: 'grid', x1: 46, x2: 586, y1: y(most * part), y2: y(most * part) }));
      svg.append(draw('text', { x: 40, y: y(most * part) + 4, 'text-anchor': 'end' }, number(Math.round(most * part))));
    }
    for (const name of ['warnings', 'errors']) {
      svg.append(draw('polyline', { class: name, points: shown.map((row, index) => `${x(index)},${y(row[name] || 0)}`).join(' ') }));
      shown.forEach((row, index) => {
        const dot = draw('circle', { class: name, cx: x(index), cy: y(row[name] || 0), r: 2.5 });
        dot.append(draw('title', {}, `${when(row.run)}: ${counted(row[name] || 0, name.slice(0, -1))}`));
        svg.append(dot);
      });
    }
    svg.append(draw('text', { x: 46, y: 182 }, shown[0].run.slice(0, 10)));
    svg.append(draw('text', { x: 586, y: 182, 'text-anchor': 'end' }, shown[shown.length - 1].run.slice(0, 10)));
    return make('div', {}, make('div', { class: 'chart' }, svg), make('div', { class: 'key' },
      make('span', {}, make('i', { class: 'errors' }), 'errors'), make('span', {}, make('i', { class: 'warnings' }), 'warnings')));
  }

  function findings() {
    const omitted = TOTALS.findings - FINDINGS.length;
    return [
      listed('findings', 'Findings', FINDING_COLUMNS, FINDINGS, 'No finding fits the search, team and levels.'),
      omitted > 0 ? make('p', { class: 'empty' }, `${number(omitted)} more findings are not in this page: vmlint audit query lists them.`) : null,
    ];
  }

  const since = () => (DATA.previous ? `since ${when(DATA.previous)}` : '');

  const VIEWS = [
    ['overview', 'Overview', null, overview],
    ['repositories', 'Repositories', REPOSITORIES.length, () => [
      listed('repositories', 'Repositories', REPOSITORY_COLUMNS, REPOSITORIES, 'No repository fits the search and team.')]],
    ['findings', 'Findings', TOTALS.findings, findings],
    ['rules', 'Rules', new Set(RULES.map((row) => row.rule)).size, () => [listed('rules', 'Rules', RULE_COLUMNS, RULES, 'No rule fits the search and levels.')]],
    ['instancetypes', 'Instancetypes', TYPES.length, () => [listed('instancetypes', 'Who uses which instancetype', TYPE_COLUMNS, TYPES, 'No VM here gets an instancetype.')]],
    ['upgrades', 'Upgrades', UPGRADES.length, () => [
      ...UPGRADES.map((row) => make('div', { class: 'tiles' },
        tile(row.ready, `of ${counted(row.repositories, 'repository', 'repositories')} ready for ${row.before} → ${row.after}`, row.ready === row.repositories ? 'good' : 'warning'),
        tile(row.refused, 'objects refused', row.refused ? 'error' : ''), tile(row.stuck, 'get stuck', row.stuck ? 'error' : ''),
        tile(row.next_start, 'VMs that change at the next start'), tile(row.deprecated, 'deprecated fields'))),
      listed('ready', 'What an upgrade changes', READY_COLUMNS, READINESS, UPGRADES.length ? 'Nothing changes for this team or search.' : 'The audit file names no upgrades.')]],
    ['changes', 'Changes', DATA.previous ? TOTALS.new + TOTALS.fixed + UPDATES.length : null, () => (DATA.previous ? [
      listed('new', 'New findings', FINDING_COLUMNS, NEW, 'No new findings.', since()),
      listed('fixed', 'Fixed findings', FINDING_COLUMNS, FIXED, 'No fixed findings.', since()),
      listed('updates', 'What the edits do to running clusters', UPDATE_COLUMNS, UPDATES, 'No repository has changed.', since()),
    ] : [section('Changes', '', make('p', { class: 'empty' }, 'Changes are known from the second run on.'))])],
  ];

  function render() {
    for (const button of $('tabs').children) button.setAttribute('aria-selected', String(button.dataset.tab === state.tab));
    const view = VIEWS.find(([name]) => name === state.tab) || VIEWS[0];
    $('view').replaceChildren(...view[3]().filter(Boolean));
  }

  function go(tab) {
    state.tab = tab;
    if (location.hash !== `#${tab}`) history.replaceState(null, '', `#${tab}`);
    render();
    window.scrollTo(0, 0);
  }

  const teams = [...new Set(REPOSITORIES.map((row) => row.team))].sort();
  $('team').append(make('option', { value: '' }, 'All teams'), ...teams.map((team) => make('option', { value: team || '(none)' }, team || 'no team')));
  $('team').addEventListener('change', () => { state.team = $('team').value; render(); });
  let waiting = 0;
  $('search').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.text = $('search').value.trim().toLowerCase(); state.shown = {}; render(); }, 60);
  });
  for (const level of LEVELS) {
    const button = make('button', { 'aria-pressed': 'true', 'data-level': level, onclick: () => {
      if (state.levels.has(level)) state.levels.delete(level); else state.levels.add(level);
      button.setAttribute('aria-pressed', String(state.levels.has(level)));
      render();
    } }, `${level[0].toUpperCase()}${level.slice(1)}s`);
    $('levels').append(button);
  }
  for (const [name, title, count] of VIEWS) {
    $('tabs').append(make('button', { role: 'tab', 'data-tab': name, onclick: () => go(name) }, title, count ? make('small', {}, number(count)) : null));
  }
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== $('search')) { event.preventDefault(); $('search').focus(); }
    if (event.key === 'Escape' && document.activeElement === $('search')) { $('search').value = ''; state.text = ''; render(); $('search').blur(); }
  });
  window.addEventListener('hashchange', () => go(location.hash.slice(1)));
  document.title = `Audit of ${counted(TOTALS.repositories, 'repository', 'repositories')}`;
  $('about').textContent = `${counted(TOTALS.repositories, 'repository', 'repositories')} · ${when(DATA.run)} · vmlint ${DATA.version}`;
  go(location.hash.slice(1) || 'overview');
})();
