// What lies under the pointer, as a thing, the most particular first.

const NEAR = 6;

function findAt(x, y) {
  const row = rowAt(y);
  if (!row) return null;
  const second = toSecond(x);
  return { row, second, found: witnessUnder(row, x, y) || inRow(row, x, y, second) };
}

function inRow(row, x, y, second) {
  switch (row.kind) {
    case "faults": return faultUnder(row, y, second);
    case "server": return serverUnder(row, x, y, second);
    case "app": return appUnder(row, x, y, second);
    case "other": return callUnder(row.lane, x);
    case "latency": return pointUnder(row, x, y);
    default: return null;
  }
}

const covering = (spans, second) => spans.find((span) => span.start <= second && second <= span.end);

function witnessUnder(row, x, y) {
  if (!row.lane || Math.abs(y - witnessY(row)) > NEAR + 2) return null;
  for (const violation of data.violations) {
    if (alone && violation.number !== visited) continue;
    const event = violation.witness.find((one) => one.lane === row.lane.name && Math.abs(toX(one.seconds) - x) <= NEAR + 2);
    if (event) return witnessThing(violation, event);
  }
  return null;
}

function faultUnder(row, y, second) {
  const slot = Math.floor((y - row.y - 5) / (SLOT + 2));
  const fault = data.faults.find((f) => f.slot === slot && f.begin <= second && second <= f.end);
  return fault ? faultThing(fault, second) : null;
}

function serverUnder(row, x, y, second) {
  if (y > row.y + SLOT + 7) return callUnder(row.lane, x);
  const span = covering(row.lane.modes, second);
  return span ? modeThing(row.lane, span) : { title: row.lane.name, lines: ["nothing known"] };
}

function appUnder(row, x, y, second) {
  const { lane } = row;
  const inside = y - row.y;
  if (inside >= row.marksAt - 2) return callUnder(lane, x) || sessionUnder(lane, null, second);
  if (inside < row.stripsAt) {
    const slot = Math.floor((inside - row.bandsAt) / SLOT);
    const band = covering(lane.bands.filter((b) => b.slot === slot && !isBeside(b)), second);
    if (band) return bandThing(lane, band);
  }
  return sessionUnder(lane, Math.floor((inside - row.stripsAt) / STRIP), second);
}

function sessionUnder(lane, slot, second) {
  const span = covering(lane.sessions.filter((s) => slot === null || slot < 0 || s.slot === slot), second);
  if (span) return sessionThing(lane, span);
  return { title: lane.name, lines: [covering(lane.lives, second) ? "no session" : "not running"] };
}

function callUnder(lane, x) {
  const ops = lane.operations;
  let best = -1;
  let distance = NEAR;
  for (let i = firstVisible(ops, toSecond(x - NEAR)); i < ops.n && toX(ops.t[i]) <= x + NEAR; i += 1) {
    if (!isShown(ops, i)) continue;
    const start = toX(ops.t[i]);
    const ms = answerOf(ops, i);
    const end = start + (ms === null ? 10 : toX(ops.t[i] + ms / 1000) - start);
    const away = x < start ? start - x : Math.max(0, x - end);
    if (away < distance || (away === distance && ops.o[i] !== OK)) [best, distance] = [i, away];
  }
  return best < 0 ? null : callThing(lane, best);
}

function pointUnder(row, x, y) {
  let best = null;
  let distance = 9;
  for (const lane of timeline.lanes) {
    const ops = lane.operations;
    for (let i = lowerBound(ops.t, toSecond(x - 9)); i < ops.n && ops.t[i] <= toSecond(x + 9); i += 1) {
      if (!isShown(ops, i)) continue;
      const away = Math.hypot(toX(ops.t[i]) - x, latencyY(row, answerOf(ops, i)) - y);
      if (away < distance) [best, distance] = [[lane, i], away];
    }
  }
  return best && callThing(...best);
}
