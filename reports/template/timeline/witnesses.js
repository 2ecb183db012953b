// Witnesses of violations: a diamond each, numbered and named where one violation is on show.

const witnessY = (row) => row.y + (row.bandsAt ?? 5) + SLOT / 2 - 1;
const rowOf = (lane) => rows.find((row) => row.lane && row.lane.name === lane);

function drawWitnesses() {
  for (const violation of data.violations) {
    const chosen = violation.number === visited;
    if (alone && !chosen) continue;
    if (chosen) drawWitnessCalls(violation);
    for (const event of violation.witness) {
      const x = toX(event.seconds);
      const row = rowOf(event.lane);
      if (x >= -8 && x <= view.width + 8 && row) diamond(x, witnessY(row));
    }
    if (chosen) for (const row of rows) if (row.lane) nameWitnesses(row, violation);
  }
}

function diamond(x, y, size = 7) {
  ctx.beginPath();
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, y);
  ctx.closePath();
  ctx.fillStyle = theme.card;
  ctx.fill();
  ctx.strokeStyle = theme.mark;
  ctx.lineWidth = 2.2;
  ctx.stroke();
  drawn.shapes += 1;
}

// The numbers of a row's witnesses and what they were, where there is room. Those that lie on top of each other, as
// a call and its answer do from afar, are named together by the last of them.
function nameWitnesses(row, violation) {
  const groups = [];
  const here = violation.witness.map((event, n) => ({ event, n: n + 1, x: toX(event.seconds) }));
  for (const one of here.filter(({ event }) => event.lane === row.lane.name).sort((a, b) => a.x - b.x)) {
    const last = groups.at(-1);
    if (last && one.x - last.at(-1).x < 20) last.push(one);
    else groups.push([one]);
  }
  groups.forEach((group, i) => {
    const next = groups[i + 1] ? groups[i + 1][0].x - 8 : view.width - 2;
    const { x } = group.at(-1);
    if (x > -8 && x < view.width) plate(labelsOf(group), x + 10, witnessY(row), next);
  });
}

function labelsOf(group) {
  const { event } = group.at(-1);
  const numbers = group.map(({ n }) => n).sort((a, b) => a - b).join(", ");
  const outcome = event.type === "event" || event.type === "invoke" ? "" : ` ${event.error || event.type}`;
  const value = event.value.length > 40 ? `${event.value.slice(0, 39)}…` : event.value;
  return [`${numbers} ${event.f}${outcome} ${value}`, `${numbers} ${event.f}${outcome}`, numbers];
}

// The longest of some texts that fits between two places, on a ground of its own.
function plate(texts, left, y, right) {
  ctx.font = `600 11px ${FONT}`;
  const text = texts.find((candidate) => left + ctx.measureText(candidate).width + 8 <= right);
  if (text === undefined) return;
  ctx.fillStyle = theme.card;
  ctx.globalAlpha = 0.88;
  ctx.beginPath();
  ctx.roundRect(left, y - 8, ctx.measureText(text).width + 8, 16, 3);
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.fillStyle = theme.mark;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left + 4, y + 0.5);
}

// How long the witness's calls lasted, from each diamond down to the marks of its row, and where they are in the chart.
function drawWitnessCalls(violation) {
  const chart = rows.find((row) => row.kind === "latency");
  for (const { lane, ops, i } of witnessCalls(violation)) {
    const row = rowOf(lane.name);
    const y = marksY(row);
    const extent = clip(ops.t[i], ops.t[i] + (Number.isNaN(ops.d[i]) ? 0 : ops.d[i] / 1000));
    if (!extent) continue;
    ctx.fillStyle = theme.mark;
    ctx.fillRect(extent[0], y + 3, extent[1], 6);
    line(extent[0], witnessY(row), extent[0], y + 6, theme.mark, 1);
    line(extent[0] + extent[1], witnessY(row), extent[0] + extent[1], y + 6, theme.mark, 1);
    diamond(toX(ops.t[i]), latencyY(chart, answerOf(ops, i)), 5);
  }
}

// Top of the stripe in which a row draws its calls.
function marksY(row) {
  if (row.kind === "server") return row.y + SLOT + 7;
  return row.y + (row.marksAt ?? 6);
}
