// What the page draws, as Python packed it, and the colours of the moment.

const data = JSON.parse(document.getElementById("data").textContent);
const timeline = data.timeline;
const figure = document.getElementById("timeline");
const canvas = document.getElementById("canvas");
const ctx = canvas.getContext("2d");

const OK = 0;
const FAIL = 1;
const OUTCOMES = ["ok", "fail", "info"];
const FONT = getComputedStyle(document.body).fontFamily;

const theme = {};
const COLOURS = [
  "card", "ink", "soft", "faint", "line", "stripe", "accent", "leader", "leader-ink", "follower",
  "follower-ink", "observer", "observer-ink", "looking", "looking-ink", "down", "down-ink", "connected",
  "suspended", "lost", "belief", "belief-ink", "ok", "fail", "info", "fault", "fault-ink", "fault-tint",
  "fault-hatch", "mark", "mark-tint",
];

function readTheme() {
  const style = getComputedStyle(document.documentElement);
  for (const name of COLOURS) theme[name] = style.getPropertyValue(`--${name}`).trim();
}

const opened = (code) => timeline.strings.at(code);

const isShown = (ops, i) => ops.shown === null || ops.shown[i] === 1;

// Zxids and session ids as ZooKeeper's own tools write them.
const hexOf = (epoch, counter) => (epoch ? `0x${epoch.toString(16)}${counter.toString(16).padStart(8, "0")}` : counter ? `0x${counter.toString(16)}` : "");
const zxidOf = (ops, i) => hexOf(ops.epoch[i], ops.counter[i]);

function statOf(ops, i) {
  const row = ops.stat[i] - 1;
  if (row < 0) return "";
  const { epochs, counters, numbers, owner } = timeline.stats;
  const [czxid, mzxid, pzxid] = epochs.map((epoch, n) => hexOf(epoch[row], counters[n][row]) || "0x0");
  const [version, cversion, aversion, bytes, children] = numbers.map((column) => column[row]);
  const told = [`version ${version}`, `czxid ${czxid}`, `mzxid ${mzxid}`, `pzxid ${pzxid}`, `${bytes} ${bytes === 1 ? "byte" : "bytes"}`];
  if (children || cversion) told.push(`${children} ${children === 1 ? "child" : "children"}`, `cversion ${cversion}`);
  if (aversion) told.push(`aversion ${aversion}`);
  if (opened(owner[row])) told.push(`ephemeral of ${opened(owner[row])}`);
  return told.join(", ");
}

// Everything but the columns can be drawn without them; nothing is drawn before this is done.
async function decode() {
  let bytes = NO_BYTES;
  if (typeof DecompressionStream === "undefined") {
    sayBeforeFigure(NO_UNPACKER);
    Object.assign(timeline, emptied(timeline));
  } else bytes = await unpackedBytes();
  timeline.strings = new StringTable(bytes, timeline.strings);
  for (const lane of timeline.lanes) lane.operations = operationsOf(bytes, lane.operations);
  const { stats, lag } = timeline;
  for (const name of ["epochs", "counters"]) stats[name] = stats[name].map((column) => numbersOf(bytes, column, Uint32Array));
  stats.numbers = stats.numbers.map((column) => numbersOf(bytes, column, Int32Array));
  stats.owner = numbersOf(bytes, stats.owner, Uint32Array);
  for (const server of lag.servers) {
    for (const name of ["buckets", "behind", "late"]) server[name] = numbersOf(bytes, server[name], Float64Array);
  }
}

// Where the page holds only a part of the calls, whoever counts them says so.
const callsText = () => (timeline.shown < timeline.calls ? `calls on this page (the run made ${timeline.calls.toLocaleString("en")})` : "calls");

function sayBeforeFigure(sentence) {
  const element = document.createElement("p");
  element.className = "card empty";
  element.id = "undrawn";
  element.textContent = sentence;
  figure.before(element);
}

const started = decode();

// First place in an ascending array whose value is at least `value`.
function lowerBound(array, value) {
  let low = 0;
  let high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function clockText(second, digits = 3) {
  return `${second.toFixed(digits)} s`;
}

function latencyText(ms) {
  if (ms === null || Number.isNaN(ms)) return "no answer";
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}
