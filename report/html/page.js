'use strict';

// The page draws itself from the report in the script element "data", whose keys are those of the JSON
// report. Text gets into the page as text alone, and styles by way of the CSSOM: the content security
// policy allows no others.
// The sources of gaps are apart, in "sources", and compressed.

const data = JSON.parse(document.getElementById('data').textContent);

const TIERS = ['critical', 'high', 'medium', 'lower', 'unknown', 'ok'];
const BANDS = ['0 %: nothing ran', 'under 30 %', '30 to 60 %', '60 to 90 %', '90 % and more'];
const PAGE_ROWS = 50;
const PRINTED_ROWS = 500;

// ---- Rows ----

// rowsOf makes objects of a list that stands column by column.
function rowsOf(columns) {
  const names = Object.keys(columns);
  const values = names.map(name => {
    const c = columns[name];
    return Array.isArray(c) ? c : c.at.map(i => c.of[i]);
  });
  return values[0].map((_, i) => {
    const row = {};
    for (let n = 0; n < names.length; n++) row[names[n]] = values[n][i];
    return row;
  });
}

const byUrgency = (a, b) => tierAt(a) - tierAt(b) || b.score - a.score || compare(a.path, b.path);

const files = rowsOf(data.files).map((f, i) => ({ ...f, does: data.does[i] })).sort(byUrgency);
const fileAt = new Map(files.map(f => [f.path, f]));

// Gaps are what never ran: functions, function literals, and stretches of code outside of them.
const gapRows = (columns, what) => {
  const gaps = rowsOf(columns);
  for (const gap of gaps) {
    gap.what = what;
    gap.of = fileAt.get(gap.file);
  }
  return gaps;
};
const uncovered = [...gapRows(data.uncovered_functions, 'function'), ...gapRows(data.uncovered_literals, 'literal').map(gap => Object.assign(gap, { order: Infinity }))];
const stretches = gapRows(data.uncovered_stretches, 'stretch');
const gapsOf = Map.groupBy([...uncovered, ...stretches], gap => gap.file);
for (const gaps of gapsOf.values()) gaps.sort((a, b) => a.line - b.line || b.end_line - a.end_line);

function tierAt(file) {
  const at = TIERS.indexOf(file.tier);
  return at < 0 ? TIERS.length : at;
}

// own is covered and total in the file's unit.
const own = file => file[file.unit];

// sum adds up tallies; null are those that are not known, and the sum of none.
function sum(tallies) {
  let out = null;
  for (const t of tallies) if (t) out = out ? [out[0] + t[0], out[1] + t[1]] : [t[0], t[1]];
  return out;
}

// percent has two decimals; it is 100 only where nothing is missed and 0 only where nothing ran.
function percent(tally) {
  if (!tally?.[1]) return null;
  const [covered, total] = tally;
  const p = Math.round(covered * 10000 / total) / 100;
  if (covered < total && p >= 100) return 99.99;
  return covered > 0 && p <= 0 ? 0.01 : p;
}

function bandOf(tally) {
  const p = percent(tally);
  return p === 0 ? 0 : p < 30 ? 1 : p < 60 ? 2 : p < 90 ? 3 : 4;
}

const unitsOf = rows => ['statements', 'lines'].filter(unit => rows.some(f => f.unit === unit));

// compare puts what is not known last.
function compare(a, b, sign = 1) {
  if (a == null || b == null) return (a == null) - (b == null);
  return a < b ? -sign : a > b ? sign : 0;
}

// ---- Words ----

const { format: count } = new Intl.NumberFormat('en-US');
const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
const inPercent = p => p == null ? '–' : `${p.toFixed(2)}\u00a0%`;
const short = p => `${+p.toFixed(2)}\u00a0%`;
const outOf = t => t ? `${count(t[0])} / ${count(t[1])}` : '';
const pair = t => t && [t.covered, t.total];

// Characters that are not seen as themselves; package escape has the same.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u3164\uffa0\ufff0-\ufff8\u{e0000}-\u{e0fff}]/gu;

// visible shows hidden characters, but for joiners between those of scripts that have need of them.
function visible(text, keep = '') {
  const wide = c => c >= '\u0590' && c.search(HIDDEN) < 0;
  return text.replace(HIDDEN, (c, at) => {
    if (keep.includes(c)) return c;
    if ('\u200c\u200d'.includes(c) && wide(text.charAt(at - 1)) && wide(text.charAt(at + 1))) return c;
    const code = c.codePointAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

const nameOf = gap => visible(gap.receiver ? `(${gap.receiver}).${gap.name}` : gap.name);
const span = gap => gap.line === gap.end_line ? `line ${gap.line}` : `lines ${gap.line}–${gap.end_line}`;

// unreached and silent say of a gap what is known, by whose tests are counted: others may run it.
const unreached = gap => ({ 'own package': 'not run by its own package’s tests', 'some tests': 'not run by the tests in the profile' })[gap.scope] ?? 'untested';
const silent = gap => ({ 'own package': 'did not run in its own package’s tests', 'some tests': 'did not run in the tests of the profile' })[gap.scope] ?? 'never ran';

function describe(gap) {
  const { unit } = gap.of;
  const size = gap.statements === 1 ? `1 ${unit.slice(0, -1)}` : `${count(gap.statements)} ${unit}`;
  const of = gap.statements ? `, ${size}` : ''; // nothing where the profile does not say where a function ends
  switch (gap.what) {
    case 'function': return `${nameOf(gap)}: ${unreached(gap)}${of}`;
    case 'literal': return `${nameOf(gap)}, a function literal: ${unreached(gap)}${of}`;
    default: return `${gap.function ? `${visible(gap.function)}: ` : ''}${size} ${silent(gap)}${gap.kind ? ` (${gap.kind})` : ''}`;
  }
}

// ---- Elements ----

// el makes an element. Attributes that begin with "on" are listeners; false and null leave one out.
function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(c => c != null));
  return element;
}

const bdi = text => el('bdi', {}, visible(text));

function bar(tally, target) {
  const out = el('span', { class: 'bar', 'aria-hidden': 'true' });
  const p = percent(tally);
  if (p != null) {
    const part = el('i', { class: `band${bandOf(tally)}` });
    part.style.width = `${p}%`;
    out.append(part);
  }
  if (target != null) {
    const tick = el('u');
    tick.style.left = `${target}%`;
    out.append(tick);
  }
  return out;
}

const tierName = tier => tier === 'ok' ? 'at target' : tier || 'excluded';
// andUnknown goes on behind the figures of a file, which are without its unknown functions.
const andUnknown = file => file.unknown_functions ? ` · ${count(file.unknown_functions)} unknown` : '';
const tierBadge = tier => el('span', { class: `tier ${tier}` }, tierName(tier));

// pathOf is a path that breaks behind its slashes.
function pathOf(path) {
  const names = visible(path).split('/');
  return el('bdi', {}, el('span', { class: 'dirs' }, ...names.slice(0, -1).flatMap(name => [`${name}/`, el('wbr')])), names.at(-1));
}

const link = (gap, ...children) => el('button', { class: 'link', onclick: () => go(gap) }, ...children);
const fileLink = path => link({ file: path, line: 0 }, pathOf(path));

let sections = 0;
let into = document.getElementById('main'); // where sections go

// section adds a part of the page, and its name to the navigation.
function section(title, short, ...children) {
  const id = `section-${++sections}`;
  document.getElementById('nav').append(el('a', { href: `#${id}` }, short));
  const out = el('section', { id, 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title` }, title), ...children);
  into.append(out);
  return out;
}

// ---- Tables ----

// A column has a label and the value of a row to sort by; null is what is not known. The rest is
// optional: how a cell shows it (cell), what the columns say of rows together (sum), what its title
// explains (title), that it is a number, sorted the other way round first (first: -1), left out in
// narrow windows (minor), and a class for its cells.
const text = (label, value, more) => ({ label, value, cell: row => bdi(value(row) ?? ''), ...more });
const number = (label, value, more) => ({
  label, value, number: true, first: -1,
  cell: row => value(row) == null ? '' : count(value(row)),
  sum: rows => count(rows.reduce((n, row) => n + (value(row) ?? 0), 0)),
  ...more,
});
const percentage = (label, value, more) => ({
  label, value, number: true, cell: row => inPercent(value(row)), ...more,
});
const tally = (label, value, more) => ({
  label, value: row => value(row)?.[1] ?? null, number: true, first: -1,
  cell: row => outOf(value(row)), sum: rows => outOf(sum(rows.map(value))), ...more,
});
const coverage = (value, target, more) => ({
  label: 'Coverage', value: row => percent(value(row)), number: true,
  cell: row => barCell(value(row), target(row)), sum: rows => barCell(sum(rows.map(value))), ...more,
});
const tierChip = of => ({ name: 'tiers', of: row => of(row).tier, order: TIERS, say: tierName });
const kindOf = gap => gap.kind || 'ordinary code';
const kindChip = { name: 'kinds', of: kindOf };
const tier = of => ({ label: 'Tier', value: row => tierAt(of(row)), cell: row => tierBadge(of(row).tier), class: 'tight' });

function barCell(t, target) {
  const out = document.createDocumentFragment();
  out.append(bar(t, target), el('span', { class: 'percent' }, inPercent(percent(t))));
  return out;
}

const tables = [];

// table makes a table that is sorted by a click on its head.
//   rows      in the order in which they stand at first
//   noun      what a row is, and what several are
//   search    the text of a row that the filter looks into; there is a filter where it is given
//   fileOf    the file of a row; totals stand apart by its unit where it is given
//   chips     what rows can be chosen by: {name, of(row), order, say(value)}, the last two optional
//   totals    false where rows do not add up
function table({ columns, rows, noun, search, fileOf, chips = [], totals = true }) {
  columns = columns.filter(c => rows.some(row => (c.value(row) ?? '') !== ''));
  const all = rows;
  const chosen = new Map(chips.map(c => [c, new Set()]));
  let words = [];
  let sorted = null;
  let sign = 1;
  let first = 0;
  let size = PAGE_ROWS;
  let shown = all;

  const heads = columns.map(c => el('th', { scope: 'col', class: classOf(c), title: c.title },
    el('button', { onclick: () => sortBy(c) }, c.label)));
  const body = el('tbody');
  const foot = el('tfoot');
  const status = el('span', { role: 'status', class: 'quiet' });
  const back = el('button', { onclick: () => turn(-size) }, '‹ Previous');
  const on = el('button', { onclick: () => turn(size) }, 'Next ›');
  const where = el('span', { class: 'quiet' });
  const pages = el('div', { class: 'pages' }, back, where, on);
  const out = el('div', { class: 'table' });
  if (search) {
    const input = el('input', { type: 'search', placeholder: `Filter ${noun[1]}`, 'aria-label': `Filter ${noun[1]}`, oninput: () => filter(input.value) });
    out.filter = value => { input.value = value; filter(value); };
    out.append(el('div', { class: 'tools' }, input, ...chips.map(buttons).filter(Boolean), status));
  }
  const grid = el('table', {}, el('thead', {}, el('tr', {}, ...heads)), body, foot);
  const scroll = el('div', { class: 'scroll' }, grid);
  out.append(scroll, pages);
  // The head stays in sight where the table needs no scrolling of its own.
  new ResizeObserver(() => scroll.classList.toggle('fits', grid.offsetWidth <= scroll.clientWidth)).observe(scroll);
  out.choose = (name, value) => {
    for (const button of out.querySelectorAll(`[data-chip="${name}"]`)) {
      if ((button.dataset.value === value) !== (button.getAttribute('aria-pressed') === 'true')) button.click();
    }
    out.scrollIntoView({ block: 'start' });
  };
  out.print = on => {
    size = on ? PRINTED_ROWS : PAGE_ROWS;
    first = on ? 0 : first;
    draw();
  };
  tables.push(out);
  update();
  return out;

  // buttons choose rows by what a chip says of them; none pressed is all.
  function buttons(chip) {
    const sizes = Map.groupBy(all, chip.of);
    const values = (chip.order ?? [...sizes.keys()].sort((a, b) => sizes.get(b).length - sizes.get(a).length)).filter(v => sizes.has(v));
    if (values.length < 2) return null;
    const pressed = chosen.get(chip);
    return el('div', { class: 'chips', role: 'group', 'aria-label': `${chip.name} to show` }, ...values.map(value => {
      const button = el('button', { 'aria-pressed': 'false', 'data-chip': chip.name, 'data-value': value, onclick: () => {
        if (!pressed.delete(value)) pressed.add(value);
        button.setAttribute('aria-pressed', pressed.has(value));
        update();
      } }, `${chip.say?.(value) ?? value} ${count(sizes.get(value).length)}`);
      return button;
    }));
  }

  function filter(value) {
    words = value.toLowerCase().split(/\s+/).filter(Boolean);
    update();
  }

  function sortBy(column) {
    sign = sorted === column ? -sign : column.first ?? 1;
    sorted = column;
    columns.forEach((c, i) => {
      if (c === sorted) heads[i].setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
      else heads[i].removeAttribute('aria-sort');
    });
    update();
  }

  function update() {
    const filters = chips.filter(c => chosen.get(c).size > 0);
    shown = all.filter(row => filters.every(c => chosen.get(c).has(c.of(row))) && words.every(w => search(row).toLowerCase().includes(w)));
    if (sorted) shown.sort((a, b) => compare(sorted.value(a), sorted.value(b), sign));
    first = 0;
    draw();
  }

  function turn(by) {
    first += by;
    draw();
    out.scrollIntoView({ block: 'start' });
  }

  function draw() {
    const page = shown.slice(first, first + size);
    body.replaceChildren(...page.map(row => el('tr', {}, ...columns.map(c => el('td', { class: classOf(c) }, c.cell(row))))));
    const every = shown.length === all.length
      ? `All ${plural(all.length, ...noun)}`
      : `${plural(shown.length, ...noun)} shown of ${count(all.length)}`;
    foot.replaceChildren();
    if (totals && shown.length > 1) {
      if (page.length < shown.length) total(page, `This page, ${plural(page.length, ...noun)}`);
      total(shown, every);
    }
    status.textContent = every;
    pages.hidden = shown.length <= size;
    where.textContent = `${count(first + 1)}–${count(first + page.length)} of ${count(shown.length)}`;
    back.disabled = first === 0;
    on.disabled = first + size >= shown.length;
  }

  // total adds up rows, those of each unit by themselves.
  function total(rows, label) {
    const units = fileOf ? unitsOf(rows.map(fileOf)) : [''];
    for (const unit of units) {
      const of = unit ? rows.filter(row => fileOf(row).unit === unit) : rows;
      const named = units.length > 1 ? `${label}, of these in ${unit}: ${count(of.length)}` : label;
      foot.append(el('tr', {}, ...columns.map((c, i) => i === 0
        ? el('th', { scope: 'row' }, named)
        : el('td', { class: classOf(c) }, c.sum?.(of) ?? ''))));
    }
  }

  function classOf(c) {
    return [c.number && 'number', c.minor && 'minor', c.class].filter(Boolean).join(' ') || null;
  }
}

// ---- The figures at the top ----

const summary = data.summary;
const unit = summary.unit;
const unitName = unit === 'lines' ? 'Lines' : 'Statements';

function header() {
  const head = document.getElementById('head');
  const profiles = data.meta.profiles;
  const of = profiles.length > 3
    ? `${count(profiles.length)} profiles`
    : profiles.map(p => `${visible(p.path)} (${p.format})`).join(', ') || 'no profile';
  head.querySelector('h1 bdi').textContent = visible(data.title);
  head.append(el('p', { class: 'quiet' }, `From ${of}.`));
  const total = pair(summary[unit]);
  const functions = pair(summary.functions);
  const zero = files.filter(f => own(f)[1] > 0 && own(f)[0] === 0);
  const below = files.filter(f => f.unit === unit && f.gap > 0).length;
  const aim = summary.target == null ? '' : `${short(summary.target)}${summary.next_step ? ', the next step' : ''}`;
  const cards = [
    card('Coverage', inPercent(summary.percent), bar(total, summary.target), total ? `${count(total[0])} of ${count(total[1])} ${unit}` : 'nothing to cover'),
    card('Gap to the target', summary.gap ? `${count(summary.gap)} ${unit}` : 'none', summary.gap
      ? summary.target == null ? 'short of the targets of several folders' : `${summary.gap_points.toFixed(2)} points short of ${aim}`
      : `${summary.target == null ? 'the folders are at their targets' : `at its target of ${aim}`}${below ? `; ${plural(below, 'file')} below ${below === 1 ? 'is short of its own' : 'are short of theirs'}` : ''}`),
  ];
  if (functions?.[1]) {
    cards.push(card('Functions that ran', inPercent(percent(functions)), bar(functions), `${count(functions[0])} of ${count(functions[1])}; ${count(functions[1] - functions[0] - summary.uncovered_tests)} ${anyOwn() ? 'not covered' : 'untested'}${summary.uncovered_tests ? `; ${plural(summary.uncovered_tests, 'test helper')} did not run` : ''}`));
  }
  const other = pair(summary[unit === 'lines' ? 'statements' : 'lines']);
  if (other) cards.push(card(`In ${unit === 'lines' ? 'statements' : 'lines'}`, inPercent(percent(other)), bar(other), `${count(other[0])} of ${count(other[1])}`));
  const branches = pair(summary.branches);
  if (branches?.[1]) cards.push(card('Branches', inPercent(percent(branches)), bar(branches), `${count(branches[0])} of ${count(branches[1])}`));
  cards.push(card('Files', count(files.length), zero.length ? `${count(zero.length)} of them at 0 %` : 'none at 0 %', data.not_measured.length ? `${count(data.not_measured.length)} more not measured` : null));
  head.append(el('dl', { class: 'cards' }, ...cards));
  for (const text of data.mixed) head.append(el('p', { class: 'quiet' }, visible(text)));
  for (const text of data.failed) head.append(el('p', { class: 'failed' }, el('strong', {}, 'Not measured: '), visible(text)));
}

function card(label, figure, ...more) {
  return el('div', { class: 'card' }, el('dt', {}, label), el('dd', { class: 'figure' }, figure),
    ...more.filter(m => m != null).map(m => el('dd', {}, m)));
}

// ---- Components and tiers ----

// whatChanged is what a change left untested and what it lost, where the report is of one.
function whatChanged() {
  const change = data.change;
  if (!change) return;
  const items = change.items.map(n => el('li', {},
    el('button', { class: 'link name', onclick: () => go({ file: n.file, line: n.line }) }, bdi(n.name || n.file)),
    el('span', { class: 'quiet' }, ' ', bdi(`${n.file}:${n.line}`)),
    el('p', {}, bdi(n.what)),
    el('p', { class: 'quiet' }, `${/[–,]/.test(n.lines) ? 'Lines' : 'Line'} ${n.lines}`)));
  section('What changed', 'What changed',
    el('p', {}, bdi(change.sum)),
    ...change.unknown.map(why => el('p', { class: 'failed' }, el('strong', {}, 'Not known: '), bdi(why))),
    items.length > 0 ? el('ol', { class: 'next' }, ...items) : null);
}

// testNext is what the page opens with.
function testNext() {
  const items = data.next.map(n => el('li', {},
    el('button', { class: 'link name', onclick: () => go({ file: n.file, line: n.line }) }, bdi(n.name)),
    el('span', { class: 'quiet' }, ' ', bdi(`${n.file}:${n.line}`)),
    n.doc ? el('p', {}, bdi(n.doc)) : null,
    el('p', {}, n.why),
    n.helps ? el('p', {}, bdi(n.helps)) : null,
    n.where ? el('p', { class: 'quiet' }, 'Test: ', bdi(n.where)) : null));
  const short = files.filter(f => f.gap > 0 && (f.component || data.components.length === 0)).slice(0, 5);
  if (items.length > 0) {
    section('What to test next', 'Test next', el('ol', { class: 'next' }, ...items));
  } else if (short.length > 0) {
    section('What to test next', 'Test next',
      el('p', { class: 'quiet' }, short[0].found
        ? 'No function as a whole is worth a test of its own: what is left are parts of functions. The files to begin with:'
        : 'Which function comes first can’t be told without the sources, which were not found. The files to begin with:'),
      el('ol', { class: 'next' }, ...short.map(f => el('li', {}, fileLink(f.path),
        el('p', { class: 'quiet' }, `${inPercent(percent(own(f)))} covered, ${count(f.gap)} ${f.unit} short of its target`)))));
  }
}

const componentName = name => name === '.' ? data.title : name;

function components() {
  const list = data.components;
  if (list.length === 0 || list.length === 1 && !list[0].other) return; // the header has it all
  const zeros = c => c.zero;
  const total = c => pair(c.summary[c.summary.unit]);
  const asFile = c => ({ unit: c.summary.unit, tier: '' });
  const columns = [
    text('Component', c => componentName(c.name), { class: 'name' }),
    unitsOf(files).length > 1 && text('Counted in', c => c.summary.unit),
    coverage(total, c => c.target),
    percentage('Target', c => c.target),
    tally('Covered', total, { title: 'of all' }),
    number('Gap', c => c.summary.gap, { title: 'short of the component’s target as a whole', sum: null }),
    percentage('Points', c => c.summary.gap_points, { title: 'short of the target, in percentage points', cell: c => c.summary.gap_points?.toFixed(2) ?? '' }),
    tally('Functions', c => pair(c.summary.functions), { title: 'that ran, of all' }),
    number('Files', c => c.files),
    number('At 0 %', zeros),
    ...TIERS.map(t => number(tierName(t), c => c.tiers[t], { minor: true })),
  ].filter(Boolean);
  const parts = [table({ columns, rows: list, noun: ['component', 'components'], totals: false })];
  if (list.length > 1) parts[0] = table({ columns, rows: list, noun: ['component', 'components'], fileOf: asFile });
  const besides = list.filter(c => c.other);
  if (besides.length > 0) {
    parts.push(
      el('h3', {}, 'Compiled besides'),
      el('p', { class: 'quiet' }, 'What the profiles name that is not the component’s own. It is in none of the component’s figures.'),
      table({
        columns: [
          text('Component', c => componentName(c.name), { class: 'name' }),
          coverage(c => pair(c.other[c.other.unit]), () => null),
          tally('Covered', c => pair(c.other[c.other.unit])),
          tally('Functions', c => pair(c.other.functions)),
        ],
        rows: besides, noun: ['row', 'rows'], totals: false,
      }),
    );
  }
  section('Components', 'Components', ...parts);
}

function tiers(listed) {
  const rows = [];
  for (const u of unitsOf(files)) {
    const groups = Map.groupBy(files.filter(f => f.unit === u), f => f.tier);
    for (const t of TIERS) {
      const of = groups.get(t);
      if (of) rows.push({ tier: t, unit: u, files: of, total: sum(of.map(own)), gap: of.reduce((n, f) => n + f.gap, 0) });
    }
  }
  const gaps = rows.filter(r => r.unit === unit).reduce((n, r) => n + r.gap, 0);
  section('Tiers', 'Tiers',
    el('p', { class: 'quiet' }, 'How urgent the files are: by how many statements or lines they are short of their target, weighted by what they are for.',
      gaps <= summary.gap ? null : summary.gap === 0
        ? ' The code as a whole is at its target; the files here are short of theirs.'
        : ' Their gaps add up to more than that of the whole, where files above their target make up for others.'),
    table({
      columns: [
        { label: 'Tier', value: tierAt, cell: r => el('button', { class: 'link', title: `list the files that are ${tierName(r.tier)}`, onclick: () => listed.choose('tiers', r.tier) }, tierBadge(r.tier)) },
        number('Files', r => r.files.length),
        coverage(r => r.total, () => null),
        tally('Covered', r => r.total),
        number('Gap', r => r.gap, { title: 'the sum of what each file is short of its own target' }),
        tally('Functions', r => sum(r.files.map(f => f.functions)), { title: 'that ran, of all' }),
      ],
      rows, noun: ['tier', 'tiers'], fileOf: r => r,
    }));
}

// ---- Files, functions, plan ----

function fileTable() {
  const many = new Set(files.map(f => f.component)).size > 1;
  const mixed = unitsOf(files).length > 1;
  const targets = new Set(files.map(f => f.target)).size > 1;
  return table({
    columns: [
      text('File', f => f.path, { cell: f => el('span', {}, fileLink(f.path), andUnknown(f)), class: 'path' }),
      tier(f => f),
      coverage(own, f => f.target),
      tally(mixed ? 'Covered' : unitName, own, { title: 'that ran, of all' }),
      mixed && text('Unit', f => f.unit),
      number('Gap', f => f.gap, { title: 'short of the file’s target' }),
      targets && percentage('Target', f => f.target, { cell: f => short(f.target), minor: true }),
      tally('Functions', f => f.functions, { title: 'that ran, of all' }),
      tally('Branches', f => f.branches, { title: 'that ran, of all', minor: true }),
      many && text('Component', f => f.component, { cell: f => el('span', { title: visible(f.component) }, bdi(componentName(f.component))), minor: true, class: 'short' }),
      text('Role', f => f.role, { minor: true, class: 'tight' }),
      number('Commits', f => f.commits, { sum: null, minor: true, title: 'that changed the file in the last 90 days' }),
      number('Rank', f => f.rank || null, { first: 1, sum: null, minor: true, title: 'among the files of its component that are short of their target' }),
      text('What it is', f => f.doc || f.does, { cell: f => el(f.doc ? 'span' : 'i', { class: 'clamp', title: f.doc ? null : 'what its functions do by their names' }, bdi(f.doc || f.does)), class: 'long least' }),
    ].filter(Boolean),
    rows: files, noun: ['file', 'files'], fileOf: f => f, chips: [tierChip(f => f)],
    search: f => `${f.path} ${f.component} ${f.role} ${f.doc} ${f.does} ${f.reason}`,
  });
}

// bySize is the most urgent file first, and in it the largest gap.
const bySize = (a, b) => byUrgency(a.of, b.of) || b.statements - a.statements;

// Profiles that do not say where a function ends do not say how large it is.
const missedColumn = number('Not covered', g => g.statements || null, { title: `in ${unit}` });

// anyOwn tells that other packages' tests may run functions that are not covered.
const anyOwn = () => uncovered.some(g => g.scope);

function functionTable() {
  if (uncovered.length === 0) return;
  section(anyOwn() ? 'Functions that are not covered' : 'Untested functions', 'Functions', table({
    columns: [
      text('Function', nameOf, { cell: g => link({ file: g.file, line: g.line }, el('bdi', {}, nameOf(g))), class: 'name' }),
      text('File', g => g.file, { cell: g => fileLink(g.file), class: 'path' }),
      number('Line', g => g.line, { first: 1, sum: null, cell: g => `${g.line}` }),
      tier(g => g.of),
      missedColumn,
      text('Kind', g => [g.what === 'literal' ? `${g.kind} literal`.trim() : g.kind, visible(g.deprecated) || (g.unused ? 'nothing uses it' : '')].filter(Boolean).join(', '), { minor: true }),
      { label: 'Exported', title: 'other packages can call it', value: g => g.exported ? 0 : null, cell: g => g.exported ? 'yes' : '', class: 'least' },
      number('Complexity', g => g.complexity, { sum: null, minor: true, title: 'cyclomatic: how many ways lead through it' }),
      number('CRAP', g => g.crap, { sum: null, minor: true, title: 'complexity² × (1 − coverage)³ + complexity: from 30 on a function is risky to change' }),
    ],
    rows: uncovered.toSorted((a, b) => compare(a.order, b.order) || bySize(a, b)), noun: ['function', 'functions'], fileOf: g => g.of, chips: [tierChip(g => g.of), kindChip],
    search: g => `${nameOf(g)} ${g.file} ${g.kind} ${g.what}`,
  }));
}

function stretchTable() {
  if (stretches.length === 0) return;
  section(anyOwn() ? 'Other code that did not run' : 'Other code that never ran', 'Stretches',
    el('p', { class: 'quiet' }, 'Stretches of functions that a test does reach, and code outside of functions.'),
    table({
      columns: [
        text('Where', g => visible(g.function), { cell: g => link({ file: g.file, line: g.line }, el('bdi', {}, visible(g.function) || span(g))), class: 'name' }),
        text('File', g => g.file, { cell: g => fileLink(g.file), class: 'path' }),
        number('Lines', g => g.line, { first: 1, sum: null, cell: g => g.line === g.end_line ? `${g.line}` : `${g.line}–${g.end_line}` }),
        tier(g => g.of),
        missedColumn,
        text('When', g => visible(g.when), { minor: true }),
        text('Kind', g => g.kind, { minor: true }),
      ],
      rows: stretches.toSorted(bySize), noun: ['stretch', 'stretches'], fileOf: g => g.of, chips: [tierChip(g => g.of), kindChip],
      search: g => `${visible(g.function)} ${g.file} ${g.kind}`,
    }));
}

// kinds say what sort of code it is that never ran.
function kinds() {
  const parts = [];
  for (const [i, k] of data.kinds.entries()) {
    if (!k.uncovered.some(row => row.kind)) continue;
    const all = k.uncovered.reduce((n, row) => n + row.n, 0);
    if (k.untestable > 0) {
      const rest = pair(k.testable);
      parts.push(el('p', {}, `${count(k.untestable)} of ${count(all)} ${k.unit} that did not run are ${data.sorts[i].untestable}: without them ${inPercent(percent(rest))} of ${count(rest[1])} are covered.`,
        data.sorts[i].known ? null : ' Of the others it is not known what sort of code they are.'));
    }
    if (!data.sorts[i].known) continue; // a table of what nobody knows would say nothing
    parts.push(table({
      columns: [
        text('Kind', row => kindOf(row)),
        number(`Not covered, ${k.unit}`, row => row.n),
        percentage('Share', row => all ? row.n * 100 / all : null),
      ],
      rows: k.uncovered, noun: ['kind', 'kinds'],
    }));
  }
  if (parts.length > 0) section(anyOwn() ? 'What sort of code did not run' : 'What sort of code never ran', 'Kinds', ...parts);
}

// steps are the rows of a plan: what is covered behind each of them.
function stepsOf(plan) {
  const rows = [];
  let covered = plan.covered;
  for (const [phase, list] of [...plan.phases.map(p => [p.tier, p.files]), ['closing', plan.closing]]) {
    for (const step of list) {
      covered += step.to_cover;
      rows.push({ ...step, phase, of: fileAt.get(step.path), at: rows.length, after: [covered, plan.total] });
    }
  }
  return rows;
}

const points = (n, plan) => plan.total ? n * 100 / plan.total : 0;
const inPoints = n => `+${n.toFixed(2)}`;

function planOf(plan) {
  const steps = stepsOf(plan);
  if (steps.length === 0) {
    return [el('p', {}, plan.total ? 'There is nothing to do: no file is short of its target.' : 'There is nothing to cover.')];
  }
  const phases = plan.phases.filter(p => p.files.length > 0).map((p, i) => ({ ...p, name: `${i + 1}`, steps: p.files.length }));
  if (plan.closing.length > 0) {
    const more = plan.closing.reduce((n, s) => n + s.to_cover, 0);
    const done = phases.reduce((n, p) => n + p.to_cover, plan.covered + more);
    phases.push({ tier: 'closing', name: `${phases.length + 1}`, steps: plan.closing.length, to_cover: more, cumulative_percent: percent([done, plan.total]) });
  }
  const name = t => t === 'closing' ? el('span', { class: 'tier' }, 'beyond') : tierBadge(t);
  const out = [
    el('p', {}, `From ${inPercent(percent([plan.covered, plan.total]))} (${outOf([plan.covered, plan.total])} ${plan.unit}). Each step brings a file to its target or on by 40 points, whichever is nearer. That counts what the tests are for; what they run besides comes on top.`),
    table({
      columns: [
        text('Phase', p => p.name),
        { label: 'Tier', value: p => p.tier, cell: p => name(p.tier) },
        number('Steps', p => p.steps),
        number('To cover', p => p.to_cover, { title: plan.unit }),
        number('Gain in points', p => points(p.to_cover, plan), { cell: p => inPoints(points(p.to_cover, plan)), sum: rows => inPoints(points(rows.reduce((n, p) => n + p.to_cover, 0), plan)) }),
        percentage('Coverage after it', p => p.cumulative_percent),
      ],
      rows: phases, noun: ['phase', 'phases'],
    }),
  ];
  if (plan.missing > 0) {
    out.push(el('p', {}, `The phases of the tiers leave ${count(plan.missing)} ${plan.unit} missing to the target.`,
      plan.closing.length ? ` Further steps on ${plural(plan.closing.length, 'file')} close ${plan.open ? `all but ${count(plan.open)} of them` : 'them'}.` : ''));
  }
  out.push(el('h3', {}, 'File by file'), table({
    columns: [
      number('Step', s => s.at + 1, { first: 1, sum: null }),
      text('File', s => s.path, { cell: s => fileLink(s.path), class: 'path' }),
      { label: 'Phase', value: s => TIERS.indexOf(s.phase) < 0 ? TIERS.length : TIERS.indexOf(s.phase), cell: s => name(s.phase) },
      coverage(s => own(s.of), s => s.target, { label: 'Today', sum: null }),
      percentage('Aim', s => s.target, { cell: s => short(s.target) }),
      number('To cover', s => s.to_cover, { title: plan.unit }),
      number('Gain in points', s => points(s.to_cover, plan), { cell: s => inPoints(points(s.to_cover, plan)), sum: rows => inPoints(points(rows.reduce((n, s) => n + s.to_cover, 0), plan)) }),
      percentage('Coverage after it', s => percent(s.after)),
    ],
    rows: steps, noun: ['step', 'steps'], search: s => s.path, chips: [{ name: 'phases', of: s => s.phase, order: TIERS.with(4, 'closing') }],
  }));
  return out;
}

function plans() {
  const place = el('div', {}, ...planOf(data.plan));
  const parts = [place];
  if (data.components.length > 1) {
    const choice = el('select', { onchange: () => place.replaceChildren(...planOf(choice.value === '' ? data.plan : data.components[choice.value].plan)) },
      el('option', { value: '' }, `all components in ${unit}`),
      ...data.components.map((c, i) => el('option', { value: i }, `${visible(componentName(c.name))} (${c.summary.unit})`)));
    parts.unshift(el('div', { class: 'tools' }, el('label', {}, 'Plan of ', choice)));
  }
  section('Plan', 'Plan', ...parts);
}

// ---- The map ----

const SMALLEST = 100; // square pixels of a tile
const HEAD = 18; // pixels of a folder's head

// treeOf makes folders of the files in a unit. A folder that holds nothing but a folder is one with it.
function treeOf(files) {
  const root = { name: data.title, path: '', children: new Map() };
  for (const file of files) {
    if (own(file)[1] === 0) continue;
    let at = root;
    const names = file.path.split('/');
    names.slice(0, -1).forEach((name, i) => {
      const path = names.slice(0, i + 1).join('/') || '/';
      if (!at.children.has(name)) at.children.set(name, { name: name || '/', path, children: new Map() });
      at = at.children.get(name);
    });
    // A file may have the name of a folder in another version of the code.
    at.children.set(`${names.at(-1)}\0`, { name: names.at(-1), file });
  }
  return add(root, null);
}

function add(node, parent) {
  node.parent = parent;
  if (node.file) {
    node.total = own(node.file);
    node.files = [node.file];
    return node;
  }
  node.children = [...node.children.values()].map(child => {
    while (!child.file && child.children.size === 1) {
      const [only] = child.children.values();
      if (only.file) break;
      only.name = child.name === '/' ? `/${only.name}` : `${child.name}/${only.name}`;
      child = only;
    }
    return add(child, node);
  }).sort((a, b) => b.total[1] - a.total[1] || compare(a.name, b.name));
  node.total = sum(node.children.map(c => c.total)) ?? [0, 0];
  node.files = node.children.flatMap(c => c.files);
  return node;
}

// squarify cuts a rectangle into one for each node, with areas by their totals, as close to squares as
// can be (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000). The nodes are sorted, the largest first.
function squarify(nodes, x, y, width, height, place) {
  const scale = width * height / nodes.reduce((n, node) => n + node.total[1], 0);
  for (let i = 0; i < nodes.length;) {
    const side = Math.min(width, height);
    const largest = nodes[i].total[1] * scale;
    let area = 0;
    let worst = Infinity;
    let end = i;
    for (; end < nodes.length; end++) {
      const smallest = nodes[end].total[1] * scale;
      const with_ = (area + smallest) ** 2;
      const ratio = Math.max(side ** 2 * largest / with_, with_ / (side ** 2 * smallest));
      if (ratio > worst) break;
      worst = ratio;
      area += smallest;
    }
    const depth = area / side;
    let at = 0;
    for (; i < end; i++) {
      const length = nodes[i].total[1] * scale / depth;
      if (width >= height) place(nodes[i], x, y + at, depth, length);
      else place(nodes[i], x + at, y, length, depth);
      at += length;
    }
    if (width >= height) { x += depth; width -= depth; } else { y += depth; height -= depth; }
  }
}

const pen = document.createElement('canvas').getContext('2d');

// fitted is as much of a text as there is room for, '' where that is next to nothing.
function fitted(words, width, font) {
  pen.font = font;
  if (pen.measureText(words).width <= width) return words;
  let from = 0;
  let to = words.length;
  while (from < to) {
    const half = Math.ceil((from + to) / 2);
    if (pen.measureText(`${words.slice(0, half)}…`).width <= width) from = half; else to = half - 1;
  }
  return from < 3 ? '' : `${words.slice(0, from)}…`;
}

function patterns() {
  const lines = {
    0: ['M0 0L8 8M8 0L0 8', 8, 1.3],
    1: ['M-2 2L2 -2M0 8L8 0M6 10L10 6', 8, 1.6],
    2: ['M-3 9L3 15M0 0L12 12M9 -3L15 3', 12, 1.2],
  };
  return svg('svg', { width: 0, height: 0, 'aria-hidden': 'true', class: 'spoken' }, svg('defs', {}, ...BANDS.map((_, i) => {
    const [path, size, width] = lines[i] ?? ['', 9, 0];
    return svg('pattern', { id: `pattern${i}`, width: size, height: size, patternUnits: 'userSpaceOnUse' },
      svg('rect', { class: `band${i}`, width: size, height: size }),
      path ? svg('path', { class: 'hatch', d: path, 'stroke-width': width }) : null,
      i === 3 ? svg('circle', { class: 'dots', cx: 4.5, cy: 4.5, r: 1.4 }) : null);
  })));
}

function map(listed) {
  const units = unitsOf(files);
  if (!files.some(f => own(f)[1] > 0)) return;
  let root = treeOf(files.filter(f => f.unit === unit));
  let node = root;
  let drawn = [];
  const crumbs = el('ol', { class: 'crumbs' });
  const picture = svg('svg', { class: 'map', role: 'group', 'aria-label': 'Map of the files. The arrow keys go from tile to tile, Enter opens one, Escape leaves a folder.' });
  const figures = el('p', { class: 'quiet' });
  const choice = el('select', { onchange: () => { root = treeOf(files.filter(f => f.unit === choice.value)); show(''); } },
    ...units.map(u => el('option', { value: u, selected: u === unit }, u)));
  const parts = [
    patterns(),
    el('nav', { 'aria-label': 'Folder in the map' }, crumbs),
    el('figure', {}, picture),
    el('ul', { class: 'legend' }, ...BANDS.map((name, i) => el('li', {},
      svg('svg', { width: 34, height: 16, 'aria-hidden': 'true' }, svg('rect', { width: 34, height: 16, fill: `url(#pattern${i})` })), name))),
    figures,
  ];
  if (units.length > 1) parts.unshift(el('div', { class: 'tools' }, el('label', {}, 'Files counted in ', choice)));
  section('Map', 'Map', ...parts);

  picture.addEventListener('click', event => activate(tileAt(event)));
  picture.addEventListener('keydown', onKey);
  picture.addEventListener('pointermove', event => tip(tileAt(event), event.clientX, event.clientY));
  picture.addEventListener('pointerleave', () => tip(null));
  picture.addEventListener('focusout', () => tip(null));
  picture.addEventListener('focusin', event => {
    const box = event.target.getBoundingClientRect();
    if (event.target.matches(':focus-visible')) tip(tileAt(event), box.left + Math.min(box.width, 60) / 2, box.top + box.height / 2);
  });
  let width = 0;
  new ResizeObserver(() => {
    if (Math.abs(picture.clientWidth - width) > 1) draw();
  }).observe(picture);
  return show;

  // show draws the folder at a path.
  function show(path) {
    const find = n => n.path === path ? n : n.children?.filter(c => !c.file && path.startsWith(c.path)).map(find).find(Boolean);
    node = find(root) ?? root;
    draw();
  }

  function enter(next) {
    node = next;
    draw();
    tip(null);
    go({ folder: node.path ?? state.folder });
  }

  function activate(tile) {
    if (!tile) return;
    tip(null);
    if (tile.file) go({ file: tile.file.path, line: 0 });
    else {
      enter(tile);
      picture.querySelector('[tabindex="0"]')?.focus({ focusVisible: false });
    }
  }

  function tileAt(event) { return drawn[event.target.dataset?.tile]; }

  function onKey(event) {
    const tiles = [...picture.querySelectorAll('[data-tile]')];
    const at = tiles.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step || event.key === 'Home' || event.key === 'End') {
      const next = tiles[step ? at + step : event.key === 'Home' ? 0 : tiles.length - 1];
      if (next) {
        event.target.setAttribute('tabindex', -1);
        next.setAttribute('tabindex', 0);
        next.focus();
      }
    } else if (event.key === 'Enter' || event.key === ' ') {
      activate(tileAt(event));
    } else if (event.key === 'Escape' && node.parent) {
      enter(node.parent);
      picture.querySelector('[tabindex="0"]')?.focus();
    } else {
      return;
    }
    event.preventDefault();
  }

  function draw() {
    width = picture.clientWidth || 1000;
    const height = Math.round(Math.max(320, Math.min(640, width * 0.55)));
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    drawn = [];
    picture.replaceChildren();
    const font = getComputedStyle(picture).fontFamily;
    inside(node, 0, 0, width, height);
    picture.querySelector('[data-tile]')?.setAttribute('tabindex', 0);

    const path = [];
    for (let n = node; n; n = n.parent) path.unshift(n);
    crumbs.replaceChildren(...path.map(n => el('li', {}, n === node
      ? el('span', { 'aria-current': 'true' }, bdi(n.name))
      : el('button', { class: 'link', onclick: () => enter(n) }, bdi(n.name)))));
    figures.replaceChildren(`${sentence(node)}. Area is ${node.files[0]?.unit ?? unit}, colour and pattern are coverage. `);
    if (node.path) {
      figures.append(el('button', { class: 'link', onclick: () => { listed.filter(`${node.path}/`); listed.scrollIntoView({ block: 'start' }); } }, 'List these files'));
    }

    function inside(folder, x, y, w, h) {
      const scale = w * h / folder.total[1];
      let nodes = folder.children;
      const large = nodes.findIndex(c => c.total[1] * scale < SMALLEST);
      if (large >= 0 && large < nodes.length - 1) {
        const rest = nodes.slice(large);
        nodes = [...nodes.slice(0, large), {
          name: `${count(rest.length)} smaller`, children: rest, parent: folder,
          total: sum(rest.map(c => c.total)), files: rest.flatMap(c => c.files),
        }].sort((a, b) => b.total[1] - a.total[1]);
      }
      squarify(nodes, x, y, w, h, place);
    }

    function place(tile, x, y, w, h) {
      const open = tile.children && tile.path !== undefined && w >= 56 && h >= 48;
      const band = bandOf(tile.total);
      picture.append(svg('rect', {
        x: x.toFixed(1), y: y.toFixed(1), width: Math.max(0, w).toFixed(1), height: Math.max(0, h).toFixed(1),
        class: open ? 'folder' : null, fill: open ? null : `url(#pattern${band})`,
        role: 'button', tabindex: -1, 'data-tile': drawn.push(tile) - 1,
        'aria-label': `${visible(tile.name)}: ${sentence(tile)}`,
      }));
      const share = inPercent(percent(tile.total));
      if (open) {
        const label = fitted(visible(tile.name), w - 10, `600 11.5px ${font}`);
        picture.append(svg('text', { x: x + 5, y: y + 13, class: 'folder', 'aria-hidden': 'true' }, label));
        pen.font = `600 11.5px ${font}`;
        if (pen.measureText(label + share).width + 22 < w) {
          picture.append(svg('text', { x: x + w - 5, y: y + 13, class: 'folder', 'text-anchor': 'end', 'aria-hidden': 'true' }, share));
        }
        inside(tile, x + 2, y + HEAD, w - 4, h - HEAD - 2);
        return;
      }
      if (w < 30 || h < 18) return;
      const label = fitted(visible(tile.name), w - 10, `12px ${font}`);
      if (!label) return;
      picture.append(svg('text', { x: x + 5, y: y + 14.5, class: `band${band}`, 'aria-hidden': 'true' }, label));
      if (h >= 34 && pen.measureText(share).width <= w - 10) {
        picture.append(svg('text', { x: x + 5, y: y + 29, class: `band${band}`, 'aria-hidden': 'true' }, share));
      }
    }
  }
}

// sentence is the figures of a tile.
function sentence(tile) {
  const of = tile.files[0]?.unit ?? unit;
  const parts = [`${inPercent(percent(tile.total))}, ${count(tile.total[0])} of ${count(tile.total[1])} ${of}`];
  const functions = sum(tile.files.map(f => f.functions));
  if (functions?.[1]) parts.push(`${count(functions[0])} of ${plural(functions[1], 'function')}`);
  if (tile.file) {
    parts.push(tile.file.gap ? `${tile.file.tier}, ${count(tile.file.gap)} short of ${short(tile.file.target)}` : tierName(tile.file.tier));
    if (tile.file.unknown_functions) parts.push(`${count(tile.file.unknown_functions)} unknown`);
  } else {
    parts.push(plural(tile.files.length, 'file'));
  }
  return parts.join(' · ');
}

function tip(tile, x, y) {
  const box = document.getElementById('tip');
  box.hidden = !tile;
  if (!tile) return;
  box.replaceChildren(
    el('p', {}, el('strong', {}, bdi(tile.file?.path ?? tile.path ?? tile.name))),
    ...sentence(tile).split(' · ').map(line => el('p', {}, line)),
    el('p', { class: 'quiet' }, tile.file ? 'Click for its gaps' : 'Click to look inside'),
  );
  const { offsetWidth: w, offsetHeight: h } = box;
  box.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - w - 8))}px`;
  box.style.top = `${y + 18 + h > innerHeight ? Math.max(4, y - h - 12) : y + 18}px`;
}

// ---- The gaps of a file ----

const dialog = document.getElementById('file');

// sources is a promise of what the page holds of files, by their paths: once somebody asks.
let unpacked;
const sources = () => unpacked ??= (async () => {
  const bytes = Uint8Array.from(atob(document.getElementById('sources').textContent), c => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
})();

async function openFile(path, line) {
  const file = fileAt.get(path);
  const gaps = gapsOf.get(path) ?? [];
  const total = own(file);
  const close = el('button', { onclick: () => dialog.close(), 'aria-label': 'Close' }, '✕');
  const next = files[files.indexOf(file) + 1];
  const body = el('div', { class: 'body' },
    el('p', {}, tierBadge(file.tier), ' ', bar(total, file.target), ' ', `${inPercent(percent(total))}, ${count(total[0])} of ${count(total[1])} ${file.unit}`,
      file.functions ? `, ${count(file.functions[0])} of ${plural(file.functions[1], 'function')}` : '', andUnknown(file)),
    file.doc ? el('p', {}, bdi(file.doc)) : null,
    el('p', { class: 'quiet' }, bdi(file.reason)));
  if (gaps.length === 0) {
    body.append(el('p', {}, file.unknown_functions || file.tier === 'unknown' ? 'Of some functions nobody knows whether they ran: run the tests again.' : total[0] === total[1] ? 'Everything ran.' : 'The profile does not say which lines never ran.'));
  } else {
    body.append(el('h3', {}, plural(gaps.length, 'gap')), el('ul', { class: 'gaps' }, ...gaps.map(gap =>
      el('li', {}, el('button', { class: 'link', onclick: () => scrollTo(gap.line) }, span(gap)), `: ${describe(gap)}`))));
  }
  dialog.replaceChildren(
    el('header', {}, el('h2', { id: 'file-title', tabindex: -1, autofocus: true }, bdi(path)),
      next && gapsOf.has(next.path) ? el('button', { title: visible(next.path), onclick: () => go({ file: next.path, line: 0 }) }, 'Next file ›') : null,
      close),
    body);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  if (gaps.length > 0) body.append(...codeOf(file, gaps, (await sources())[path]));
  if (line) scrollTo(line);

  function scrollTo(line) {
    body.querySelector(`[data-gap="${line}"]`)?.scrollIntoView({ block: 'center' });
  }
}

// codeOf is the source of a file's gaps, or why it is not there.
function codeOf(file, gaps, source) {
  const { cut } = data;
  if (!source) {
    const why = source === null ? 'The source can’t be read, or lies outside of the workspace.'
      : file.found ? `The source is not in this page, which holds ${count(Math.round(cut.source_bytes / 1048576))} MB of sources, those of the most urgent files.`
      : 'The source was not found when the report was made.';
    return [el('p', { class: 'quiet' }, why)];
  }
  const out = [];
  if (gaps.some(gap => gap.end_line > source.lines)) {
    out.push(el('p', {}, `The file has ${plural(source.lines, 'line')}, fewer than its profile speaks of: it was changed since.`));
  }
  if (gaps.some(gap => gap.end_line - gap.line >= cut.gap_lines)) {
    out.push(el('p', { class: 'quiet' }, `Of a gap the first ${count(cut.gap_lines)} lines are shown.`));
  }
  for (const [first, lines, marks] of source.parts) out.push(code(first, lines.split('\n'), marks, gaps));
  return out;
}

// code shows lines, with a note above each gap that begins in them. marks has a letter for each line: x
// for code that never ran, - for what is not code among it.
function code(first, lines, marks, gaps) {
  const body = el('tbody');
  lines.forEach((line, i) => {
    const at = first + i;
    for (const gap of gaps) {
      if (gap.line === at) body.append(el('tr', { class: 'note', 'data-gap': at }, el('td', { colspan: 3 }, describe(gap))));
    }
    body.append(el('tr', { class: marks[i] === '.' ? null : 'missed' },
      el('td', { class: 'sign' }, marks[i] === 'x' ? el('span', { 'aria-label': 'never ran', role: 'img' }, '✕') : ''),
      el('td', { class: 'at' }, `${at}`),
      el('td', {}, visible(line, '\t'))));
  });
  return el('div', { class: 'code', tabindex: 0, role: 'region', 'aria-label': `lines ${first} to ${first + lines.length - 1}` }, el('table', { role: 'presentation' }, body));
}

// ---- Notes ----

function notes() {
  const parts = [];
  const { shown, left } = data.cut;
  if (left > 0) {
    parts.push(el('p', {}, `This page holds the sources of ${plural(shown, 'file')} with gaps, the most urgent first; those of ${plural(left, 'file')} were left out to keep it small.`));
  }
  if (data.warnings.length > 0) {
    parts.push(el('h3', {}, plural(data.warnings.length, 'warning')), table({
      columns: [text('Where', w => w.line ? `${w.path}:${w.line}` : w.path), text('Warning', w => w.text)],
      rows: data.warnings, noun: ['warning', 'warnings'], totals: false,
    }));
  }
  if (data.not_measured.length > 0) {
    const rows = data.not_measured.map(path => ({ path }));
    parts.push(el('h3', {}, `${plural(rows.length, 'source file')} not measured`),
      el('p', { class: 'quiet' }, 'No profile names them: nobody knows what of them ran. They are in none of the figures.'),
      table({ columns: [text('File', r => r.path)], rows, noun: ['file', 'files'], search: r => r.path, totals: false }));
  }
  if (parts.length > 0) section('Notes', 'Notes', ...parts);
  document.getElementById('foot').append(el('p', {}, `Made by ${data.meta.tool} ${data.meta.version}. Keys: arrows and Enter in the map, Escape closes.`));
}

// ---- Where the reader is ----

let state = { folder: '', file: '', line: 0 };
let showFolder = () => {};

// go changes what is shown, and the address with it, so that links and Back work.
function go(change) {
  const next = { ...state, ...change };
  const hash = new URLSearchParams(Object.entries(next).filter(([, value]) => value)).toString();
  try {
    history.pushState(null, '', `#${hash}`);
  } catch { /* some embedders allow no addresses */ }
  apply(next, false);
}

function apply(next, redraw) {
  const before = state;
  state = next;
  if (redraw && next.folder !== before.folder) showFolder(next.folder);
  if (!fileAt.has(next.file)) dialog.close();
  else if (next.file !== before.file || next.line !== before.line) openFile(next.file, next.line);
}

function fromAddress() {
  if (location.hash && !location.hash.includes('=')) return; // a section
  const params = new URLSearchParams(location.hash.slice(1));
  apply({ folder: params.get('folder') ?? '', file: params.get('file') ?? '', line: Number(params.get('line')) || 0 }, true);
}

// ---- The page ----

function theme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const set = () => {
    const { classList } = document.body; // VS Code says there which theme it has
    const named = ['vscode-dark', 'vscode-high-contrast', 'vscode-light'].find(c => classList.contains(c));
    document.documentElement.dataset.theme = (named ? named !== 'vscode-light' && !classList.contains('vscode-high-contrast-light') : dark.matches) ? 'dark' : 'light';
  };
  dark.addEventListener('change', set);
  new MutationObserver(set).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  set();
}

theme();
header();
const listed = fileTable();
const opening = el('div', { class: 'opening' });
into.append(opening);
into = opening;
whatChanged();
testNext();
showFolder = map(listed) ?? showFolder;
into = document.getElementById('main');
components();
const beside = el('div', { class: 'beside' });
into.append(beside);
into = beside;
tiers(listed);
kinds();
into = document.getElementById('main');
section('Files', 'Files', listed);
functionTable();
stretchTable();
plans();
notes();
dialog.addEventListener('close', () => { if (state.file) go({ file: '', line: 0 }); });
dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
addEventListener('popstate', fromAddress);
for (const [event, on] of [['beforeprint', true], ['afterprint', false]]) {
  addEventListener(event, () => { for (const t of tables) t.print(on); });
}
fromAddress();
