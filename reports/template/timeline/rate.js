// The rate of calls. Without a filter it is of all calls, as Python counted them; with one, of those that are shown.

let filtered = { masks: null, rate: null };

function currentRate() {
  const masks = timeline.lanes.map((lane) => lane.operations.shown);
  if (masks.every((mask) => mask === null)) return timeline.rate;
  if (!filtered.masks || masks.some((mask, i) => mask !== filtered.masks[i])) filtered = { masks, rate: rateOfShown() };
  return filtered.rate;
}

// The same buckets as those of all calls; a call that nobody answered counts when it was made.
function rateOfShown() {
  const { start, step, ok } = timeline.rate;
  const counts = [0, 1, 2].map(() => new Array(ok.length).fill(0));
  for (const { operations: ops } of timeline.lanes) {
    for (let i = 0; i < ops.n; i += 1) {
      if (!isShown(ops, i)) continue;
      const end = ops.t[i] + (ops.d[i] || 0) / 1000;
      counts[ops.o[i]][Math.min(ok.length - 1, Math.max(0, Math.floor((end - start) / step)))] += 1;
    }
  }
  return { start, step, ok: counts[0], fail: counts[1], info: counts[2] };
}

function drawRate(row) {
  const rate = currentRate();
  const busiest = rate.ok.reduce((most, n, i) => Math.max(most, n + rate.fail[i] + rate.info[i]), 1);
  const floor = row.y + row.h - 8;
  const scale = (row.h - 24) / busiest;
  const below = rate.ok.map(() => 0);
  // Stacked, the rare outcomes at the bottom, where they start from the line and are seen.
  for (const [values, colour, alpha] of [[rate.info, theme.info, 0.85], [rate.fail, theme.fail, 0.7], [rate.ok, theme.ok, 0.3]]) {
    ctx.fillStyle = colour;
    ctx.globalAlpha = alpha;
    values.forEach((n, i) => {
      const extent = n && clip(rate.start + i * rate.step, rate.start + (i + 1) * rate.step);
      if (extent) ctx.fillRect(extent[0], floor - (below[i] + n) * scale, extent[1], n * scale);
      below[i] += n;
    });
    ctx.globalAlpha = 1;
  }
  outline(rate, below, floor, scale);
  line(0, floor + 0.5, view.width, floor + 0.5, theme.line);
  tag(figures(busiest), floor - busiest * scale);
}

function outline(rate, heights, floor, scale) {
  ctx.beginPath();
  ctx.moveTo(toX(rate.start), floor);
  heights.forEach((n, i) => {
    ctx.lineTo(toX(rate.start + i * rate.step), floor - n * scale);
    ctx.lineTo(toX(rate.start + (i + 1) * rate.step), floor - n * scale);
  });
  ctx.strokeStyle = theme.ok;
  ctx.lineWidth = 1.3;
  ctx.stroke();
}
