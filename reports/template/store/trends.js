// How long it took until everything worked again, fault by fault, from run to run.

const WIDTH = 300;
const HEIGHT = 96;
const LEFT = 34;
const POINTS = 150;
const CHARTS = 8;
let allCharts = false;

function drawTrends(shown) {
  const series = new Map();
  for (const run of shown) {
    for (const [fault, seconds] of run[state.measure]) {
      if (!series.has(fault)) series.set(fault, []);
      series.get(fault).push({ run, seconds });
    }
  }
  const sorted = [...series].sort(([a, few], [b, many]) => many.length - few.length || (a < b ? -1 : 1));
  const charts = (allCharts ? sorted : sorted.slice(0, CHARTS)).map(([fault, points]) => chart(fault, points));
  at("charts").replaceChildren(...charts);
  at("charts").classList.toggle("nothing", !charts.length);
  if (!charts.length) at("charts").append(make("p", { className: "card inset empty", text: "No run here has measured it: that takes faults." }));
  if (sorted.length > CHARTS) {
    const text = allCharts ? "show fewer" : `show all ${sorted.length} faults`;
    at("charts").append(make("button", { type: "button", className: "more", text, onclick: () => { allCharts = !allCharts; draw(); } }));
  }
}

function chart(fault, all) {
  const points = all.slice(-POINTS);
  const top = ceiling(Math.max(...points.map((point) => point.seconds)));
  const x = (i) => LEFT + 8 + (points.length > 1 ? (i / (points.length - 1)) : 0.5) * (WIDTH - LEFT - 16);
  const y = (seconds) => HEIGHT - 8 - (seconds / top) * (HEIGHT - 18);
  const drawing = draft("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": `${fault}: seconds from run to run` });
  for (const level of [0, top / 2, top]) {
    const label = draft("text", { x: LEFT - 5, y: y(level) + 3.5, "text-anchor": "end" });
    label.textContent = String(Number(level.toPrecision(2)));
    drawing.append(draft("line", { x1: LEFT, x2: WIDTH, y1: y(level), y2: y(level) }), label);
  }
  const line = points.map((_, i) => `${x(i).toFixed(1)},${y(around(points, i)).toFixed(1)}`).join(" ");
  if (points.length > 4) drawing.append(draft("polyline", { points: line }));
  points.forEach((point, i) => drawing.append(dot(point, x(i), y(point.seconds))));
  const last = points[points.length - 1].seconds;
  const said = `median ${told(median(points.map((point) => point.seconds)))} of ${counted(all.length, "run")}, last ${told(last)}`;
  return make("figure", { className: "card", children: [make("figcaption", { children: [make("b", { text: fault }), make("span", { text: said })] }), drawing] });
}

/** Broken runs are diamonds, so that they are seen without their colour. */
function dot({ run, seconds }, x, y) {
  const title = draft("title", {});
  title.textContent = `${told(seconds)}\n${runTitle(run)}`;
  const shape = run.verdict === 1
    ? draft("path", { d: `M${x - 4} ${y}L${x} ${y - 4}L${x + 4} ${y}L${x} ${y + 4}Z`, class: "violation" }, [title])
    : draft("circle", { cx: x, cy: y, r: 2.6, class: run.verdict === 0 ? "valid" : "unknown" }, [title]);
  return run.report ? draft("a", { href: run.address, "aria-label": `${told(seconds)}, ${run.when}` }, [shape]) : shape;
}

function around(points, i) {
  return median(points.slice(Math.max(0, i - 4), i + 1).map((point) => point.seconds));
}

/** The next round number: 1, 2 or 5 times a power of ten. */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 0.01)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= value);
}
