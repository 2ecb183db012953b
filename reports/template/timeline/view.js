// The stretch of time on show, and how seconds become pixels.

const NARROWEST = 0.002;
const padding = 0.02 * Math.max(timeline.end - timeline.start, 1);
const whole = [timeline.start - padding, timeline.end + padding];

const view = { from: timeline.home[0], to: timeline.home[1], width: 1 };

const toX = (second) => ((second - view.from) / (view.to - view.from)) * view.width;
const toSecond = (x) => view.from + (x / view.width) * (view.to - view.from);

function show(from, to) {
  const span = Math.min(Math.max(to - from, NARROWEST), whole[1] - whole[0]);
  const middle = (from + to) / 2;
  view.from = Math.min(Math.max(middle - span / 2, whole[0]), whole[1] - span);
  view.to = view.from + span;
  remember(false);
  requestDraw();
}

function zoomAt(x, factor) {
  const fixed = toSecond(x);
  show(fixed - (fixed - view.from) * factor, fixed + (view.to - fixed) * factor);
}

function pan(seconds) {
  show(view.from + seconds, view.to + seconds);
}

const isWhole = () => view.to - view.from >= (whole[1] - whole[0]) * 0.999;

// Bring a moment to the middle, close enough to see what happened around it.
function showMoment(second) {
  const half = Math.min((view.to - view.from) / 2, 2);
  show(second - half, second + half);
}

// Round steps for the axis: 1, 2 or 5 times a power of ten, about 90 pixels apart.
function axisStep() {
  const rough = ((view.to - view.from) / view.width) * 90;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((n) => n * power >= rough);
}
