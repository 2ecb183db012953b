// What the reader chose. All of it is in the address, so that a link opens the same view: see link.js.

// A stretch that the numbers of the page are about: {from, to} in seconds, or null.
let selection = null;

// Texts of the filter bar, empty where anything goes; `types` by outcome code: ok, fail, info.
const filters = { process: "", key: "", f: "", server: "", types: [true, true, true] };

// Number of the violation on show, or null, and whether only the calls of its witness are drawn.
let visited = null;
let alone = false;

// What is pinned, the oldest first; the id of the one whose like stand out, the newest where it is gone; and what they
// have in common: key, session, zxid or "".
const pins = [];
let likened = "";
let same = "key";

const exemplar = () => pins.find((thing) => thing.id === likened) ?? pins.at(-1);

const MOST_PINS = 6;

const hasFilter = () =>
  Boolean(filters.process || filters.key || filters.f || filters.server || !filters.types.every(Boolean));

function setSelection(from, to) {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  selectStretch({ from: Math.max(first, whole[0]), to: Math.min(last, whole[1]) });
  remember(true);
}

function clearSelection() {
  selectStretch(null);
  remember(true);
}

// Select without leaving a trace in the browser's history of pages, as when a link is followed.
function selectStretch(stretch) {
  selection = stretch && stretch.to > stretch.from ? stretch : null;
  refilter();
  tellSelection();
  document.dispatchEvent(new CustomEvent("rangechange", { detail: selection && { ...selection } }));
}

const inSelection = (second) => selection === null || (selection.from <= second && second <= selection.to);
