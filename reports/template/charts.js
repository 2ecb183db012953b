// Latency of every call on a log scale, and the rate of calls, on the timeline's own axis.

const latencyRange = (() => {
  let low = Infinity;
  let high = 0;
  let unanswered = false;
  for (const lane of timeline.lanes) {
    for (const d of lane.operations.d) {
      if (d === null) unanswered = true;
      else {
        low = Math.min(low, d);
        high = Math.max(high, d);
      }
    }
  }
  if (low > high) [low, high] = [1, 10];
  const bottom = Math.floor(Math.log10(Math.max(low, 0.01)));
  const top = Math.max(Math.ceil(Math.log10(Math.max(high, 0.02))), bottom + 1);
  return { bottom, top, unanswered };
})();

function latencyY(row, ms) {
  if (ms === null) return row.y + 10;
  const { bottom, top } = latencyRange;
  const share = (Math.log10(Math.max(ms, 10 ** bottom)) - bottom) / (top - bottom);
  return row.y + row.h - 8 - Math.min(share, 1) * (row.h - 30);
}

function drawLatency(row) {
  for (let power = latencyRange.bottom; power <= latencyRange.top; power += 1) {
    const y = Math.round(latencyY(row, 10 ** power)) + 0.5;
    line(0, y, view.width, y, theme.line);
  }
  const taken = new Uint8Array((Math.ceil(view.width) + 1) * row.h);
  const colours = [theme.ok, theme.fail, theme.info];
  // The rare outcomes come last, so that they lie on top.
  for (const outcome of [OK, FAIL, 2]) {
    for (const lane of timeline.lanes) drawPoints(row, lane.operations, outcome, colours[outcome], taken);
  }
  for (let power = latencyRange.bottom; power <= latencyRange.top; power += 1) {
    tag(latencyUnit(10 ** power), latencyY(row, 10 ** power));
  }
  if (latencyRange.unanswered) tag("no answer", row.y + 10);
}

function tag(text, y) {
  ctx.font = `11px ${FONT}`;
  ctx.fillStyle = theme.card;
  ctx.globalAlpha = 0.8;
  ctx.fillRect(3, y - 7, ctx.measureText(text).width + 6, 14);
  ctx.globalAlpha = 1;
  small(text, 6, y, theme.soft);
}

const latencyUnit = (ms) => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);

function drawPoints(row, ops, outcome, colour, taken) {
  ctx.fillStyle = colour;
  const stride = Math.ceil(view.width) + 1;
  for (let i = lowerBound(ops.t, view.from); i < ops.t.length && ops.t[i] <= view.to; i += 1) {
    if (ops.o[i] !== outcome) continue;
    const x = toX(ops.t[i]);
    const y = latencyY(row, ops.d[i]);
    const place = Math.round(y - row.y) * stride + Math.round(x);
    if (taken[place] === outcome + 1) continue;
    taken[place] = outcome + 1;
    point(x, y, outcome);
    drawn.shapes += 1;
  }
}

function point(x, y, outcome) {
  if (outcome === OK) ctx.fillRect(x - 1, y - 1, 2.4, 2.4);
  else if (outcome === FAIL) ctx.fillRect(x - 2.5, y - 1, 5, 2);
  else {
    ctx.beginPath();
    ctx.moveTo(x, y - 5);
    ctx.lineTo(x + 4.5, y + 3);
    ctx.lineTo(x - 4.5, y + 3);
    ctx.fill();
  }
}

const busiest = timeline.rate.ok.reduce(
  (most, n, i) => Math.max(most, n + timeline.rate.fail[i] + timeline.rate.info[i]), 1);

function drawRate(row) {
  const { rate } = timeline;
  const floor = row.y + row.h - 8;
  const scale = (row.h - 24) / busiest;
  const stairs = (values) => {
    ctx.beginPath();
    ctx.moveTo(toX(rate.start), floor);
    values.forEach((n, i) => {
      const x = toX(rate.start + i * rate.step);
      ctx.lineTo(x, floor - n * scale);
      ctx.lineTo(toX(rate.start + (i + 1) * rate.step), floor - n * scale);
    });
    ctx.lineTo(toX(rate.start + values.length * rate.step), floor);
  };
  const fills = [[rate.ok, theme.ok], [rate.fail, theme.fail], [rate.info, theme.info]];
  for (const [values, colour] of fills) {
    stairs(values);
    ctx.globalAlpha = values === rate.ok ? 0.22 : 0.85;
    ctx.fillStyle = colour;
    ctx.fill();
    ctx.globalAlpha = 1;
    if (values !== rate.ok) continue;
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.3;
    ctx.stroke();
  }
  line(0, floor + 0.5, view.width, floor + 0.5, theme.line);
  tag(`${busiest}`, floor - busiest * scale);
}
