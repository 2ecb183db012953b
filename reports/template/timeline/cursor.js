// What is measured at the pointer's second, and the lines across all rows that belong to pointer and keyboard.

const CHARTS = ["latency", "rate", "lag"];

function readings(second) {
  return [latencyReading(second), rateReading(second), lagReading(second)].filter(Boolean);
}

// The calls that were made within some pixels of the pointer.
function latencyReading(second) {
  const reach = ((view.to - view.from) / view.width) * NEAR;
  const took = [];
  let unanswered = 0;
  for (const { operations: ops } of timeline.lanes) {
    for (let i = lowerBound(ops.t, second - reach); i < ops.n && ops.t[i] <= second + reach; i += 1) {
      if (!isShown(ops, i)) continue;
      if (Number.isNaN(ops.d[i])) unanswered += 1;
      else took.push(ops.d[i]);
    }
  }
  if (!took.length && !unanswered) return "latency: no call near";
  took.sort((a, b) => a - b);
  const middle = took.length ? `median ${latencyText(took[took.length >> 1])}, highest ${latencyText(took.at(-1))} of ${figures(took.length)} near` : "";
  return `latency: ${[middle, unanswered && `${figures(unanswered)} never answered`].filter(Boolean).join(", ")}`;
}

function rateReading(second) {
  const rate = currentRate();
  const i = Math.floor((second - rate.start) / rate.step);
  if (!(i >= 0 && i < rate.ok.length)) return "";
  const start = rate.start + i * rate.step;
  return `rate: ${figures(rate.ok[i])} ok, ${figures(rate.fail[i])} failed, ${figures(rate.info[i])} unknown from ${start} to ${start + rate.step} s`;
}

// The chosen stretch: all that lies beside it is veiled.
function drawSelection() {
  const stretch = drag?.select ? { from: toSecond(Math.min(drag.x, drag.now)), to: toSecond(Math.max(drag.x, drag.now)) } : selection;
  const clear = document.getElementById("unselect");
  clear.hidden = stretch === null || stretch !== selection || toX(stretch.to) < 0 || toX(stretch.from) > view.width;
  if (!stretch) return;
  const [left, right] = [stretch.from, stretch.to].map((second) => Math.min(Math.max(toX(second), 0), view.width));
  ctx.fillStyle = theme.card;
  ctx.globalAlpha = 0.66;
  ctx.fillRect(0, AXIS, left, height - AXIS);
  ctx.fillRect(right, AXIS, view.width - right, height - AXIS);
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = theme.accent;
  ctx.fillRect(left, AXIS - 12, right - left, 12);
  ctx.globalAlpha = 1;
  for (const x of [left, right]) line(x, AXIS - 12, x, height, theme.accent, 1.5);
  clear.style.left = `${Math.max(0, Math.min(right, view.width) - 58)}px`;
}

// Lanes that have nothing to do with the violation on show.
function veilBystanders() {
  ctx.fillStyle = theme.card;
  ctx.globalAlpha = 0.78;
  for (const row of rows) if (isBystander(row)) ctx.fillRect(0, row.y, view.width, row.h - 1);
  ctx.globalAlpha = 1;
}

function drawPointer() {
  if (pointer.x !== null && !drag) line(pointer.x, AXIS, pointer.x, height, theme.soft, 1, [2, 3]);
  if (!stepped) return;
  const x = toX(stepped.second);
  line(x, AXIS, x, height, theme.accent, 1, [2, 3]);
  ring(stepped, "", theme.ink);
}
