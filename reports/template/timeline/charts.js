// Latency of every call on a log scale, on the timeline's own axis.

let range = null;

// Powers of ten between which all latencies lie; asked for once the columns are there.
function latencyRange() {
  if (range) return range;
  let low = Infinity;
  let high = 0;
  let unanswered = false;
  for (const { operations: ops } of timeline.lanes) {
    for (let i = 0; i < ops.n; i += 1) {
      const ms = ops.d[i];
      if (ms < low) low = ms;
      if (ms > high) high = ms;
      if (Number.isNaN(ms)) unanswered = true;
    }
    ops.level = ops.d.map((ms) => Math.log10(Math.max(ms, 0.001)));
  }
  if (low > high) [low, high] = [1, 10];
  const bottom = Math.floor(Math.log10(Math.max(low, 0.01)));
  const top = Math.max(Math.ceil(Math.log10(Math.max(high, 0.02))), bottom + 1);
  range = { bottom, top, unanswered };
  return range;
}

// How the logarithm of a latency becomes a place in its row; what nobody answered has a line of its own on top.
const NO_ANSWER = 10;
const ROOM = 30;

function levelY(row, level) {
  const { bottom, top } = latencyRange();
  if (Number.isNaN(level)) return row.y + NO_ANSWER;
  const share = (level - bottom) / (top - bottom);
  return row.y + row.h - 8 - Math.min(Math.max(share, 0), 1) * (row.h - ROOM);
}

const latencyY = (row, ms) => levelY(row, ms === null ? NaN : Math.log10(Math.max(ms, 0.001)));

function drawLatency(row) {
  const { bottom, top, unanswered } = latencyRange();
  const powers = Array.from({ length: top - bottom + 1 }, (_, n) => bottom + n);
  for (const power of powers) {
    const y = Math.round(levelY(row, power)) + 0.5;
    line(0, y, view.width, y, theme.line);
  }
  if (highlight) {
    drawPoints(row, (ops, i) => isShown(ops, i) && !isHighlighted(ops, i), FADED);
    drawPoints(row, (ops, i) => isShown(ops, i) && isHighlighted(ops, i), 1);
  } else drawPoints(row, isShown, 1);
  for (const power of powers) tag(latencyUnit(10 ** power), levelY(row, power));
  if (unanswered) tag("no answer", row.y + NO_ANSWER);
}

function tag(text, y) {
  ctx.font = `11px ${FONT}`;
  ctx.fillStyle = theme.card;
  ctx.globalAlpha = 0.8;
  ctx.fillRect(3, y - 7, ctx.measureText(text).width + 6, 14);
  ctx.globalAlpha = 1;
  small(text, 6, y, theme.soft);
}

const latencyUnit = (ms) => (ms >= 1000 ? `${ms / 1000} s` : `${Number(ms.toPrecision(1))} ms`);

const SQUARE = [[-1, -1], [0, -1], [-1, 0], [0, 0]];
const DASH = [-2, -1, 0, 1, 2].flatMap((x) => [[x, -1], [x, 0]]);

// Points are counted by pixel first, so that a million calls cost as many steps and no more shapes than there are pixels.
function drawPoints(row, wanted, opacity) {
  const width = Math.ceil(view.width) + 1;
  const counts = [0, 1, 2].map(() => new Uint16Array(width * row.h));
  const seen = countPoints(row, wanted, counts, width);
  ctx.globalAlpha = opacity;
  // The rare outcomes come last, so that they lie on top.
  const dense = seen > 4 * width;
  drawCloud(row, counts[OK], width, theme.ok, SQUARE, dense);
  drawCloud(row, counts[FAIL], width, theme.fail, dense ? SQUARE : DASH, dense);
  ctx.fillStyle = theme.info;
  counts[2].forEach((count, place) => {
    if (count) triangle(place % width, row.y + Math.floor(place / width));
  });
  ctx.globalAlpha = 1;
}

// Count what is wanted by pixel, and return how many there are.
function countPoints(row, wanted, counts, width) {
  const { bottom, top } = latencyRange();
  const scale = view.width / (view.to - view.from);
  const floor = row.h - 8;
  const steep = (row.h - ROOM) / (top - bottom);
  let seen = 0;
  for (const { operations: ops } of timeline.lanes) {
    const until = lowerBound(ops.t, view.to);
    for (let i = lowerBound(ops.t, view.from); i < until; i += 1) {
      if (!wanted(ops, i)) continue;
      const level = ops.level[i];
      const y = Number.isNaN(level) ? NO_ANSWER : floor - Math.max(level - bottom, 0) * steep;
      const place = Math.round(y) * width + Math.round((ops.t[i] - view.from) * scale);
      const count = counts[ops.o[i]];
      if (count[place] < 65535) count[place] += 1;
      seen += 1;
    }
  }
  return seen;
}

function triangle(x, y) {
  ctx.beginPath();
  ctx.moveTo(x, y - 5);
  ctx.lineTo(x + 4.5, y + 3);
  ctx.lineTo(x - 4.5, y + 3);
  ctx.fill();
  drawn.shapes += 1;
}

const cloud = document.createElement("canvas").getContext("2d");

// Paint a stamp wherever something was counted. In a `dense` chart one call among many is pale, one far from all
// others is not: what stands out is what one looks for.
function drawCloud(row, counts, width, colour, stamp, dense) {
  const image = cloud.createImageData(width, row.h);
  const pixels = new Uint32Array(image.data.buffer);
  const strength = dense ? densityOf(counts, width) : () => 255;
  const rgb = packedColour(colour);
  for (let place = 0; place < counts.length; place += 1) {
    if (!counts[place]) continue;
    const value = ((strength(place) << 24) | rgb) >>> 0;
    for (const [dx, dy] of stamp) {
      const at = place + dy * width + dx;
      if (pixels[at] < value) pixels[at] = value;
    }
    drawn.shapes += 1;
  }
  [cloud.canvas.width, cloud.canvas.height] = [width, row.h];
  cloud.putImageData(image, 0, 0);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(cloud.canvas, 0, row.y);
}

const BLOCK = 8;
const FEW = 8;

// How opaque a pixel is, of 255, by what it counted; opaque where its block of pixels holds only a few calls.
function densityOf(counts, width) {
  const across = Math.ceil(width / BLOCK);
  const blockOf = (place) => Math.floor(place / width / BLOCK) * across + Math.floor((place % width) / BLOCK);
  const blocks = new Uint32Array((Math.floor(counts.length / width / BLOCK) + 1) * across);
  let most = 2;
  for (let place = 0; place < counts.length; place += 1) {
    if (!counts[place]) continue;
    blocks[blockOf(place)] += counts[place];
    most = Math.max(most, counts[place]);
  }
  return (place) => (blocks[blockOf(place)] <= FEW ? 255 : Math.round(90 + (165 * Math.log(counts[place])) / Math.log(most)));
}

// A colour as the pixels of an image hold it, without its opacity; the canvas knows every way to write one.
function packedColour(colour) {
  cloud.fillStyle = colour;
  const [red, green, blue] = cloud.fillStyle.match(/[\da-f]{2}/g).map((digits) => parseInt(digits, 16));
  return (blue << 16) | (green << 8) | red;
}
