// The few shapes that everything is drawn with. Spans are clipped to the canvas, and never thinner than 2 pixels.

const drawn = { shapes: 0 };

function clip(start, end) {
  const left = Math.max(toX(start), -4);
  const right = Math.min(toX(end), view.width + 4);
  if (right < -2 || left > view.width + 2) return null;
  return [left, Math.max(right - left, 2)];
}

function box(start, end, y, h, fill, radius = 3) {
  const extent = clip(start, end);
  if (!extent) return null;
  ctx.fillStyle = fill;
  ctx.beginPath();
  ctx.roundRect(extent[0], y, extent[1], h, Math.min(radius, extent[1] / 2));
  ctx.fill();
  drawn.shapes += 1;
  return extent;
}

function hatch(extent, y, h, colour, gap = 5) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(extent[0], y, extent[1], h);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  const first = Math.floor((extent[0] - h) / gap) * gap;
  for (let x = first; x < extent[0] + extent[1]; x += gap) {
    ctx.moveTo(x, y + h);
    ctx.lineTo(x + h, y);
  }
  ctx.stroke();
  ctx.restore();
}

function line(x1, y1, x2, y2, colour, width = 1, dash = []) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
  ctx.setLineDash([]);
}

// Of several ways to say it, write the longest that fits; the first visible pixel is where it begins.
function label(texts, extent, y, colour, { weight = 600, indent = 5 } = {}) {
  ctx.font = `${weight} 11px ${FONT}`;
  const left = Math.max(extent[0] + indent, 5);
  const space = Math.min(extent[0] + extent[1], view.width) - left;
  const text = texts.find((candidate) => ctx.measureText(candidate).width + 5 <= space);
  if (text === undefined) return;
  ctx.fillStyle = colour;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left, y + 0.5);
}

function small(text, x, y, colour, align = "left") {
  ctx.font = `11px ${FONT}`;
  ctx.fillStyle = colour;
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  ctx.fillText(text, x, y);
}
