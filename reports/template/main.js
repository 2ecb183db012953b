// Drawing as a whole, and when it is due.

const PAINTERS = {
  faults: drawFaults,
  server: drawServer,
  app: drawApp,
  other: (row) => drawMarks(row.lane.operations, row.y + 6),
  latency: drawLatency,
  rate: drawRate,
};

let due = false;

function requestDraw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    draw();
  });
}

function fitCanvas() {
  const density = devicePixelRatio || 1;
  view.width = Math.max(canvas.parentElement.clientWidth, 50);
  canvas.width = Math.round(view.width * density);
  canvas.height = Math.round(height * density);
  canvas.style.height = `${height}px`;
  ctx.setTransform(density, 0, 0, density, 0, 0);
}

function draw() {
  drawn.shapes = 0;
  ctx.clearRect(0, 0, view.width, height);
  for (const row of rows) {
    if (row.kind !== "axis") line(0, row.y + row.h - 0.5, view.width, row.y + row.h - 0.5, theme.line);
  }
  drawAxis();
  shadeFaults();
  for (const row of rows) if (PAINTERS[row.kind]) PAINTERS[row.kind](row);
  shadeViolations();
  drawWitnesses();
  drawPointer();
  tell();
}

function drawPointer() {
  if (drag && drag.select) {
    ctx.fillStyle = theme.accent;
    ctx.globalAlpha = 0.15;
    ctx.fillRect(Math.min(drag.x, drag.now), AXIS, Math.abs(drag.now - drag.x), height - AXIS);
    ctx.globalAlpha = 1;
  } else if (pointer.x !== null && !drag) line(pointer.x, AXIS, pointer.x, height, theme.faint, 1, [2, 3]);
}

function tell() {
  const span = view.to - view.from;
  const digits = span > 20 ? 1 : 3;
  document.getElementById("range").textContent =
    `${view.from.toFixed(digits)} to ${view.to.toFixed(digits)} s (${span.toFixed(digits)} s)`;
  Object.assign(figure.dataset, { from: view.from, to: view.to, drawn: drawn.shapes });
}

function redress() {
  readTheme();
  fitCanvas();
  draw();
}

function start() {
  figure.hidden = false;
  layOut();
  fillGutter();
  redress();
  listen();
  new ResizeObserver(redress).observe(canvas.parentElement);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", redress);
  }
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}

start();
