// Which calls are drawn: masks over the columns, made from tables over the strings, so that a million calls take
// some milliseconds; and how many they are.

const COLUMN_OF = { process: "p", key: "k", f: "f", server: "s" };

// Text with a `*` is a pattern for the whole; other text is a name, or else a part of names.
function matcher(wanted, names) {
  if (wanted.includes("*")) {
    const parts = wanted.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    const pattern = new RegExp(`^${parts.join("[^]*")}$`);
    return (name) => pattern.test(name);
  }
  return names.has(wanted) ? (name) => name === wanted : (name) => name.includes(wanted);
}

// The codes that occur in a text column of any lane, in order of appearance.
const occurring = {};

function codesIn(column) {
  if (occurring[column]) return occurring[column];
  const seen = new Uint8Array(timeline.strings.length);
  const codes = [];
  for (const { operations: ops } of timeline.lanes) {
    const values = ops[column];
    for (let i = 0; i < ops.n; i += 1) {
      if (seen[values[i]]) continue;
      seen[values[i]] = 1;
      codes.push(values[i]);
    }
  }
  occurring[column] = codes;
  return codes;
}

// A table over all strings, 1 where a filter admits the string; null where it admits everything.
function admitted(filter) {
  const wanted = filters[filter];
  if (!wanted) return null;
  const codes = codesIn(COLUMN_OF[filter]);
  const matches = matcher(wanted, new Set(codes.map(opened)));
  const table = new Uint8Array(timeline.strings.length);
  for (const code of codes) table[code] = matches(opened(code)) ? 1 : 0;
  return table;
}

const counted = { all: 0, shown: 0, types: [0, 0, 0] };

// Set the mask of every lane, and count what it leaves within the selection. `types` counts what each outcome has
// under the other filters, so that a filter by outcome shows what it would bring back.
function refilter() {
  const tables = Object.keys(COLUMN_OF).map((filter) => [COLUMN_OF[filter], admitted(filter)]).filter(([, table]) => table);
  Object.assign(counted, { all: 0, shown: 0, types: [0, 0, 0] });
  const witnesses = alone ? witnessCalls(visitedViolation()) : null;
  for (const lane of timeline.lanes) {
    const ops = lane.operations;
    counted.all += ops.n;
    const mask = hasFilter() || witnesses ? new Uint8Array(ops.n) : null;
    if (witnesses) for (const call of witnesses.filter((one) => one.ops === ops)) mask[call.i] = 1;
    else if (mask) fillMask(ops, mask, tables);
    ops.shown = mask;
    countShown(ops, tables);
  }
  markLike();
  fillCounts();
  figure.dataset.shown = counted.shown;
  requestDraw();
}

function fillMask(ops, mask, tables) {
  const columns = tables.map(([column, table]) => [ops[column], table]);
  for (let i = 0; i < ops.n; i += 1) {
    mask[i] = filters.types[ops.o[i]] && columns.every(([values, table]) => table[values[i]]) ? 1 : 0;
  }
}

function countShown(ops, tables) {
  const columns = alone ? [] : tables.map(([column, table]) => [ops[column], table]);
  const until = selection ? lowerBound(ops.t, selection.to) : ops.n;
  for (let i = selection ? lowerBound(ops.t, selection.from) : 0; i < until; i += 1) {
    if (alone ? !ops.shown[i] : !columns.every(([values, table]) => table[values[i]])) continue;
    counted.types[ops.o[i]] += 1;
    if (isShown(ops, i)) counted.shown += 1;
  }
}

function setFilter(name, value) {
  if (filters[name] === value) return;
  filters[name] = value;
  refilter();
  remember(true);
}

function toggleType(code) {
  filters.types[code] = !filters.types[code];
  refilter();
  remember(true);
}

function clearFilters() {
  Object.assign(filters, { process: "", key: "", f: "", server: "", types: [true, true, true] });
  fillFilters();
  refilter();
  remember(true);
}
