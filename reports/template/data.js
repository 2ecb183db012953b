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

const opened = (code) => timeline.strings[code];

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
  if (ms === null) return "no answer";
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}
