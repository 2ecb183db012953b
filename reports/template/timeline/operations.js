// Operations as marks in a row: a full tick is ok, a short one fail, a fat one unknown; a bar while it lasts.
// However many calls there are, a pixel shows each outcome once, and the rare outcomes lie on top.

// Calls are sorted by invocation. One that began before the view may still last into it: how far
// back to look is known from the longest call of the column.
const firstVisible = (ops, from) => lowerBound(ops.t, from - ops.longest / 1000);

const TICKS = [[2, 8, 1], [5, 5, 2], [0, 12, 2]];
const BARS = [[5, 2, 0.45], [5, 3, 0.8], [5, 3, 0.8]];
const FADED = 0.22;
const UNANSWERED = 10;

// What is gathered for a row: for each outcome the pixels with a tick, and where bars begin and end.
const gathered = { ticks: [], bars: [] };

function gather(ops, wanted) {
  const size = Math.ceil(view.width) + 2;
  for (const outcome of [0, 1, 2]) {
    gathered.ticks[outcome] = new Uint8Array(size);
    gathered.bars[outcome] = new Int32Array(size + 1);
  }
  const scale = view.width / (view.to - view.from);
  const until = lowerBound(ops.t, view.to);
  for (let i = firstVisible(ops, view.from); i < until; i += 1) {
    if (!wanted(ops, i)) continue;
    const x = (ops.t[i] - view.from) * scale;
    const lasting = Number.isNaN(ops.d[i]) ? UNANSWERED : (ops.d[i] / 1000) * scale;
    if (x + lasting < 0) continue;
    if (x >= 0) gathered.ticks[ops.o[i]][Math.round(x)] = 1;
    if (lasting < 3) continue;
    gathered.bars[ops.o[i]][Math.max(0, Math.round(x))] += 1;
    gathered.bars[ops.o[i]][Math.min(size, Math.round(x + lasting))] -= 1;
  }
}

function drawMarks(ops, y) {
  if (!highlight) {
    gather(ops, isShown);
    drawGathered(y, 1);
    return;
  }
  gather(ops, (those, i) => isShown(those, i) && !isHighlighted(those, i));
  drawGathered(y, FADED);
  gather(ops, (those, i) => isShown(those, i) && isHighlighted(those, i));
  drawGathered(y, 1);
}

function drawGathered(y, opacity) {
  const colours = [theme.ok, theme.fail, theme.info];
  for (const outcome of [0, 1, 2]) {
    const [barTop, barHeight, alpha] = BARS[outcome];
    const [top, h, width] = TICKS[outcome];
    ctx.fillStyle = colours[outcome];
    ctx.globalAlpha = opacity * alpha;
    let open = 0;
    drawRuns(gathered.bars[outcome], (change) => (open += change) > 0, 0, y + barTop, barHeight);
    ctx.globalAlpha = opacity;
    drawRuns(gathered.ticks[outcome], (there) => there === 1, width - 1, y + top, h);
  }
  ctx.globalAlpha = 1;
}

// One rectangle for each run of pixels that have something, `wider` than the run.
function drawRuns(pixels, there, wider, y, h) {
  let start = -1;
  for (let x = 0; x <= pixels.length; x += 1) {
    const here = x < pixels.length && there(pixels[x]);
    if (here && start < 0) start = x;
    if (here || start < 0) continue;
    ctx.fillRect(start, y, x - start + wider, h);
    drawn.shapes += x - start;
    start = -1;
  }
}
