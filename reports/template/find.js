// What lies under the pointer, as a title and lines of text, the most particular thing first.

const NEAR = 6;

function findAt(x, y) {
  const row = rowAt(y);
  if (!row) return null;
  const second = toSecond(x);
  const found = witnessUnder(row, x, y) || inRow(row, x, y, second);
  return { second, found, faults: data.faults.filter((f) => f.begin <= second && second <= f.end), violations: data.violations.filter((v) => v.start <= second && second <= v.end) };
}

function inRow(row, x, y, second) {
  switch (row.kind) {
    case "faults": return faultUnder(row, y, second);
    case "server": return serverUnder(row, x, y, second);
    case "app": return appUnder(row, x, y, second);
    case "other": return callUnder(row.lane, x);
    case "latency": return pointUnder(row, x, y);
    case "rate": return rateUnder(second);
    default: return null;
  }
}

const covering = (spans, second) => spans.find((span) => span.start <= second && second <= span.end);
const stretch = (span) => `${clockText(span.start)} to ${clockText(span.end)} (${(span.end - span.start).toFixed(3)} s)`;

function witnessUnder(row, x, y) {
  if (!row.lane || Math.abs(y - witnessY(row)) > NEAR + 2) return null;
  for (const violation of data.violations) {
    for (const event of violation.witness) {
      if (event.lane !== row.lane.name || Math.abs(toX(event.seconds) - x) > NEAR + 2) continue;
      const lines = [`${clockText(event.seconds, 4)}, process ${event.process}`, event.key, event.value, event.error];
      return { title: `${event.f} (${event.type})`, lines: [...lines, `line ${event.index + 1} of the history`], alert: `Witness of violation ${violation.number}` };
    }
  }
  return null;
}

function faultUnder(row, y, second) {
  const slot = Math.floor((y - row.y - 5) / (SLOT + 2));
  const fault = data.faults.find((f) => f.slot === slot && f.begin <= second && second <= f.end);
  if (!fault) return null;
  const stage = stages(fault).find(([, start, end]) => start <= second && second <= end);
  const lines = [`on ${fault.targets.join(", ") || "nothing"}`, stage ? stage[0] : fault.outcome, stretch({ start: fault.begin, end: fault.end }), fault.params, fault.reason];
  return { title: `${fault.name} #${fault.id}`, lines };
}

function serverUnder(row, x, y, second) {
  if (y > row.y + SLOT + 7) return callUnder(row.lane, x);
  const span = covering(row.lane.modes, second);
  if (!span) return { title: row.lane.name, lines: ["nothing known"] };
  const epoch = span.epoch === null ? "" : `, epoch ${span.epoch}`;
  return { title: `${row.lane.name}: ${span.mode}${epoch}`, lines: [stretch(span)] };
}

function appUnder(row, x, y, second) {
  const { lane } = row;
  const inside = y - row.y;
  if (inside >= row.marksAt - 2) return callUnder(lane, x) || sessionUnder(lane, null, second);
  if (inside < row.stripsAt) {
    const slot = Math.floor((inside - row.bandsAt) / SLOT);
    const band = covering(lane.bands.filter((b) => b.slot === slot), second);
    if (band) {
      const ended = band.ended ? `ended: ${band.ended}` : "lasts until the history ends";
      return { title: `${lane.name} believes that it ${band.belief}`, lines: [`token ${band.token}`, stretch(band), ended, band.key, band.process] };
    }
  }
  return sessionUnder(lane, Math.floor((inside - row.stripsAt) / STRIP), second);
}

function sessionUnder(lane, slot, second) {
  const span = covering(lane.sessions.filter((s) => slot === null || slot < 0 || s.slot === slot), second);
  if (!span) return { title: lane.name, lines: [covering(lane.lives, second) ? "no session" : "not running"] };
  return { title: `${lane.name}: session ${span.state}`, lines: [`session ${span.session || "unknown"}`, span.server && `at ${span.server}`, stretch(span), span.process] };
}

function callUnder(lane, x) {
  const ops = lane.operations;
  let best = -1;
  let distance = NEAR;
  for (let i = firstVisible(ops, toSecond(x - NEAR)); i < ops.t.length && toX(ops.t[i]) <= x + NEAR; i += 1) {
    const start = toX(ops.t[i]);
    const end = start + (ops.d[i] === null ? 10 : toX(ops.t[i] + ops.d[i] / 1000) - start);
    const away = x < start ? start - x : Math.max(0, x - end);
    if (away < distance || (away === distance && ops.o[i] !== OK)) [best, distance] = [i, away];
  }
  return best < 0 ? null : callText(ops, best);
}

function pointUnder(row, x, y) {
  let best = null;
  let distance = 9;
  for (const { operations: ops } of timeline.lanes) {
    for (let i = lowerBound(ops.t, toSecond(x - 9)); i < ops.t.length && ops.t[i] <= toSecond(x + 9); i += 1) {
      const away = Math.hypot(toX(ops.t[i]) - x, latencyY(row, ops.d[i]) - y);
      if (away < distance) [best, distance] = [[ops, i], away];
    }
  }
  return best && callText(...best);
}

function callText(ops, i) {
  const outcome = ["ok", "failed", "unknown"][ops.o[i]];
  const lines = [opened(ops.k[i]), opened(ops.v[i]), opened(ops.e[i]) && `error: ${opened(ops.e[i])}`];
  return {
    title: `${opened(ops.f[i])}: ${outcome}, ${latencyText(ops.d[i])}`,
    lines: [...lines, `called at ${clockText(ops.t[i], 4)} by ${opened(ops.p[i])}`, `line ${ops.i[i] + 1} of the history`],
  };
}

function rateUnder(second) {
  const { rate } = timeline;
  const i = Math.floor((second - rate.start) / rate.step);
  if (!(i >= 0 && i < rate.ok.length)) return null;
  const start = rate.start + i * rate.step;
  return { title: `${rate.ok[i]} ok, ${rate.fail[i]} failed, ${rate.info[i]} unknown`, lines: [`ended from ${start} to ${start + rate.step} s`] };
}
