// Operations as marks in a row: a full tick is ok, a short one fail, a fat one unknown; a bar while it lasts.

// Calls are sorted by invocation. One that began before the view may still last into it: how far
// back to look is known from the longest call of the column.
function firstVisible(ops, from) {
  if (ops.longest === undefined) {
    ops.longest = 0;
    for (const d of ops.d) if (d > ops.longest) ops.longest = d;
  }
  return lowerBound(ops.t, from - ops.longest / 1000);
}

const HEIGHTS = [[2, 8, 1], [5, 5, 2], [0, 12, 2]];

function drawMarks(ops, y) {
  const last = [-9, -9, -9];
  const colours = [theme.ok, theme.fail, theme.info];
  for (let i = firstVisible(ops, view.from); i < ops.t.length && ops.t[i] <= view.to; i += 1) {
    const outcome = ops.o[i];
    const x = toX(ops.t[i]);
    const lasting = ops.d[i] === null ? 10 : toX(ops.t[i] + ops.d[i] / 1000) - x;
    // A pixel that already shows this outcome cannot show it twice.
    if (lasting < 3 && Math.round(x) === last[outcome]) continue;
    last[outcome] = Math.round(x);
    const [top, h, width] = HEIGHTS[outcome];
    ctx.fillStyle = colours[outcome];
    ctx.fillRect(x, y + top, width, h);
    if (lasting >= 3) {
      ctx.globalAlpha = outcome === OK ? 0.45 : 0.8;
      ctx.fillRect(x, y + 5, lasting, outcome === OK ? 2 : 3);
      ctx.globalAlpha = 1;
    }
    drawn.shapes += 1;
  }
}
