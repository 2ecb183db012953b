// Drawing as a whole, and when it is due.

const PAINTERS = {
  faults: drawFaults,
  server: drawServer,
  app: drawApp,
  other: (row) => drawMarks(row.lane.operations, marksY(row)),
  latency: drawLatency,
  rate: drawRate,
  lag: drawLag,
};

let due = false;

function requestDraw() {
  if (due || !rows.length) return;
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
  fitMinimap(density);
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
  veilBystanders();
  shadeViolations();
  drawSelection();
  drawWitnesses();
  drawPins();
  drawPointer();
  drawMinimap();
  tell();
}

function tell() {
  const span = view.to - view.from;
  document.getElementById("range").textContent = `${secondsText(view.from)} to ${secondsText(view.to)} s (${secondsText(span)} s)`;
  Object.assign(figure.dataset, { from: view.from, to: view.to, drawn: drawn.shapes });
}

function redress() {
  readTheme();
  fitCanvas();
  draw();
}

async function start() {
  await started;
  figure.hidden = false;
  layOut();
  fillGutter();
  offerChoices();
  restore();
  redress();
  listen();
  if (fragment().includes("=")) figure.scrollIntoView({ block: "start" });
  new ResizeObserver(redress).observe(canvas.parentElement);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", redress);
  }
  figure.dataset.interactive = Math.round(performance.now());
}

start();
