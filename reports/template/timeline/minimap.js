// The whole run in one strip: how busy it was, its faults and violations, and the stretch on show as a window that
// can be moved, widened and narrowed.

const mini = document.getElementById("minimap");
const pen = mini.getContext("2d");
const MINI = 54;
const GRIP = 8;

const toMini = (second) => ((second - whole[0]) / (whole[1] - whole[0])) * view.width;
const fromMini = (x) => whole[0] + (x / view.width) * (whole[1] - whole[0]);

function fitMinimap(density) {
  mini.width = Math.round(view.width * density);
  mini.height = Math.round(MINI * density);
  mini.style.height = `${MINI}px`;
  pen.setTransform(density, 0, 0, density, 0, 0);
}

function drawMinimap() {
  pen.clearRect(0, 0, view.width, MINI);
  drawMiniRate();
  for (const fault of data.faults) miniBar(fault.begin, fault.end, MINI - 9, 6, theme.fault);
  pen.globalAlpha = 0.25;
  for (const { start, end } of violationStretches()) miniBar(start, end, 0, MINI, theme.mark);
  pen.globalAlpha = 1;
  for (const violation of data.violations) wedge(violation);
  if (selection) {
    pen.globalAlpha = 0.18;
    miniBar(selection.from, selection.to, 0, MINI, theme.accent);
    pen.globalAlpha = 1;
  }
  drawWindow();
}

function miniBar(start, end, y, h, colour) {
  pen.fillStyle = colour;
  pen.fillRect(toMini(start), y, Math.max(toMini(end) - toMini(start), 1.5), h);
}

function drawMiniRate() {
  // The calls of a witness alone would make no picture of the run.
  const { start, step, ok, fail, info } = alone ? timeline.rate : currentRate();
  const total = ok.map((n, i) => n + fail[i] + info[i]);
  const most = total.reduce((highest, n) => Math.max(highest, n), 1);
  const floor = MINI - 11;
  pen.beginPath();
  pen.moveTo(toMini(start), floor);
  total.forEach((n, i) => {
    const y = floor - (n / most) * (floor - 14);
    pen.lineTo(toMini(start + i * step), y);
    pen.lineTo(toMini(start + (i + 1) * step), y);
  });
  pen.lineTo(toMini(start + total.length * step), floor);
  pen.globalAlpha = 0.45;
  pen.fillStyle = theme.ok;
  pen.fill();
  pen.globalAlpha = 1;
}

// A wedge at the upper edge where a violation begins, larger for the one that is visited.
function wedge(violation) {
  const x = toMini(violation.start);
  const size = violation.number === visited ? 6 : 4;
  pen.fillStyle = theme.mark;
  pen.beginPath();
  pen.moveTo(x - size, 0);
  pen.lineTo(x + size, 0);
  pen.lineTo(x, size * 1.7);
  pen.fill();
}

function drawWindow() {
  const [left, right] = [toMini(view.from), toMini(view.to)];
  pen.fillStyle = theme.card;
  pen.globalAlpha = 0.62;
  pen.fillRect(0, 0, left, MINI);
  pen.fillRect(right, 0, view.width - right, MINI);
  pen.globalAlpha = 1;
  pen.strokeStyle = theme.soft;
  pen.lineWidth = 1.2;
  pen.strokeRect(left + 0.6, 0.6, Math.max(right - left - 1.2, 2), MINI - 1.2);
  pen.fillStyle = theme.soft;
  for (const x of [left, right]) {
    pen.beginPath();
    pen.roundRect(x - 2.5, MINI / 2 - 10, 5, 20, 2.5);
    pen.fill();
  }
}

// What a pointer at x would take hold of: the left edge, the right edge, the window, or nothing of it.
function gripAt(x) {
  const [left, right] = [toMini(view.from), toMini(view.to)];
  const [toLeft, toRight] = [Math.abs(x - left), Math.abs(x - right)];
  // The middle of a narrow window moves it all the same.
  const inner = (right - left) / 3;
  const middle = x > left + inner && x < right - inner;
  if (!middle && Math.min(toLeft, toRight) <= GRIP) return toLeft < toRight ? "from" : "to";
  return x > left && x < right ? "window" : "outside";
}

let held = null;
const miniX = (event) => event.clientX - mini.getBoundingClientRect().left;

function onMiniDown(event) {
  if (event.button !== 0) return;
  const x = miniX(event);
  const grip = gripAt(x);
  mini.setPointerCapture(event.pointerId);
  if (grip === "outside") {
    const half = (view.to - view.from) / 2;
    show(fromMini(x) - half, fromMini(x) + half);
  }
  held = { grip: grip === "outside" ? "window" : grip, x, from: view.from, to: view.to };
}

function onMiniMove(event) {
  const x = miniX(event);
  if (!held) {
    const grip = gripAt(x);
    mini.style.cursor = grip === "window" ? "grab" : grip === "outside" ? "pointer" : "ew-resize";
    return;
  }
  const moved = fromMini(x) - fromMini(held.x);
  if (held.grip === "window") show(held.from + moved, held.to + moved);
  else if (held.grip === "from") show(Math.min(held.from + moved, held.to - NARROWEST), held.to);
  else show(held.from, Math.max(held.to + moved, held.from + NARROWEST));
}

function listenMinimap() {
  mini.addEventListener("pointerdown", onMiniDown);
  mini.addEventListener("pointermove", onMiniMove);
  for (const name of ["pointerup", "pointercancel"]) mini.addEventListener(name, () => { held = null; });
}
