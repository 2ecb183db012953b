// Rows of servers and app nodes: who was what, and when.

const MODES = {
  leader: ["L", "leader", "leader-ink"],
  standalone: ["S", "leader", "leader-ink"],
  follower: ["F", "follower", "follower-ink"],
  observer: ["O", "observer", "observer-ink"],
  looking: ["?", "looking", "looking-ink"],
  down: ["down", "down", "down-ink"],
};

function drawServer(row) {
  const y = row.y + 5;
  for (const span of row.lane.modes) {
    if (span.mode === "not observed") {
      const extent = clip(span.start, span.end);
      if (extent) line(extent[0], y + SLOT / 2, extent[0] + extent[1], y + SLOT / 2, theme.faint, 2, [2, 4]);
      continue;
    }
    const [letter, fill, ink] = MODES[span.mode] || ["•", "down", "down-ink"];
    const extent = box(span.start, span.end, y, SLOT, theme[fill]);
    if (!extent) continue;
    if (span.mode === "down") hatch(extent, y, SLOT, `${theme["down-ink"]}66`);
    const epoch = span.epoch === null ? "" : ` epoch ${span.epoch}`;
    const texts = [`${letter}${epoch}`, letter];
    if (span.mode === "leader") texts.unshift(`L leader${epoch}`);
    label(texts, extent, y + SLOT / 2, theme[ink]);
  }
  drawEnds(row, y, SLOT);
  if (row.h > SLOT + 10) drawMarks(row.lane.operations, row.y + SLOT + 7);
}

// A process that ended without being asked to is a cross, one that was stopped a bar.
function drawEnds(row, y, h) {
  for (const life of row.lane.lives) {
    const x = toX(life.end);
    if (!life.ended || x < 0 || x > view.width) continue;
    if (life.ended === "died") {
      const middle = y + h / 2;
      line(x - 4, middle - 4, x + 4, middle + 4, theme.ink, 2);
      line(x - 4, middle + 4, x + 4, middle - 4, theme.ink, 2);
    } else line(x, y, x, y + h, theme.soft, 2);
  }
}

// Of many short stretches in one slot that would all be drawn on the same pixel, one is enough: a lock is held
// thousands of times. Tells whether a stretch is the first of its kind on its pixel.
function freshPixels() {
  const last = {};
  return (span, kind = "band") => {
    const x = Math.round(toX(span.start));
    if (toX(span.end) - x < 1 && last[`${kind} ${span.slot}`] === x) return false;
    last[`${kind} ${span.slot}`] = x;
    return true;
  };
}

const STATES = { connected: [3, []], suspended: [5, [5, 2]], lost: [5, [2, 2]] };

function drawApp(row) {
  const { lane } = row;
  const fresh = freshPixels();
  for (const life of lane.lives) {
    const extent = clip(life.start, life.end);
    if (extent) line(extent[0], row.y + row.marksAt + MARKS, extent[0] + extent[1], row.y + row.marksAt + MARKS, theme.line);
  }
  for (const band of lane.bands) {
    if (isBeside(band) || !fresh(band)) continue;
    const y = row.y + row.bandsAt + band.slot * SLOT;
    const extent = box(band.start, band.end, y, SLOT - 2, theme.belief);
    if (extent) label([`★ ${band.belief}, token ${band.token}`, `★ ${band.token}`, "★"], extent, y + SLOT / 2 - 1, theme["belief-ink"], { indent: 13 });
  }
  for (const span of lane.sessions) {
    if (!fresh(span, span.state)) continue;
    const extent = clip(span.start, span.end);
    if (!extent) continue;
    const [thickness, dash] = STATES[span.state] || [2, [1, 3]];
    const y = row.y + row.stripsAt + span.slot * STRIP + STRIP / 2;
    line(extent[0], y, extent[0] + extent[1], y, theme[span.state] || theme.faint, thickness, dash);
    drawn.shapes += 1;
  }
  drawMarks(lane.operations, row.y + row.marksAt);
  drawEnds(row, row.y + row.stripsAt, STRIP);
}
