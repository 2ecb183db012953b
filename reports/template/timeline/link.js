// The view as the part of the address after `#`, so that a link opens the same view and the browser's Back works.
// Anchors of the page, such as #guarantees, have no `=` and are left alone.

const TYPES = ["ok", "fail", "info"];
const TEXTS = ["process", "key", "f", "server"];
const rounded = (second) => String(Number(second.toFixed(6)));
const fragment = () => location.hash.slice(1);

function written() {
  const told = new URLSearchParams();
  if (!isHome()) told.set("t", `${rounded(view.from)}_${rounded(view.to)}`);
  if (selection) told.set("select", `${rounded(selection.from)}_${rounded(selection.to)}`);
  if (visited !== null) told.set("violation", visited);
  if (visited !== null && !alone) told.set("show", "all");
  for (const name of TEXTS) if (filters[name]) told.set(name, filters[name]);
  if (!filters.types.every(Boolean)) told.set("type", TYPES.filter((_, code) => filters.types[code]).join("_"));
  for (const thing of pins) told.append("pin", thing.id);
  if (pins.length && same !== "key") told.set("same", same);
  if (pins.length && exemplar() !== pins.at(-1)) told.set("like", likened);
  return told.toString();
}

const near = (a, b) => Math.abs(a - b) < 1e-6 * (whole[1] - whole[0]);
const isHome = () => near(view.from, timeline.home[0]) && near(view.to, timeline.home[1]);

// A deed gets an entry of its own, which Back takes away; moving about changes the present entry, once it rests.
let resting = 0;

function remember(deed) {
  clearTimeout(resting);
  if (restoring) return;
  if (deed) write(true);
  else resting = setTimeout(() => write(false), 200);
}

function write(deed) {
  const now = written();
  if (now === fragment() || (!now && !fragment().includes("="))) return;
  const address = `${location.href.split("#")[0]}${now && `#${now}`}`;
  if (deed || (fragment() && !fragment().includes("="))) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

let restoring = false;

function restore() {
  const told = new URLSearchParams(fragment().includes("=") ? fragment() : "");
  restoring = true;
  const stretchOf = (name) => (told.get(name) || "").split("_").map(Number);
  for (const name of TEXTS) filters[name] = told.get(name) || "";
  filters.types = TYPES.map((type) => !told.has("type") || told.get("type").split("_").includes(type));
  pins.splice(0, pins.length, ...told.getAll("pin").map(thingById).filter(Boolean).slice(-MOST_PINS));
  likened = told.get("like") ?? "";
  same = told.get("same") ?? "key";
  if (!Object.hasOwn(KINDS, same)) same = "";
  visited = told.has("violation") ? Number(told.get("violation")) : null;
  if (!visitedViolation()) visited = null;
  alone = visited !== null && told.get("show") !== "all";
  const [from, to] = stretchOf("t");
  if (to > from) show(from, to);
  else if (visited !== null) show(...violationSpan(visitedViolation()));
  else show(...timeline.home);
  const [first, last] = stretchOf("select");
  selectStretch(last > first ? { from: first, to: last } : null);
  fillFilters();
  fillPins();
  tellVisit();
  restoring = false;
}

// An anchor of the page moves the page and leaves the timeline as it is.
function onFragment() {
  if (!fragment() || fragment().includes("=")) restore();
}
