// Everything that can be pointed at or pinned, as a thing: {id, lane, second, title, lines, facts, key, session, zxid}.
// `lines` are for the tip, `facts` (name, text) for the panel; a thing without `id` cannot be pinned.

const OUTCOME_WORDS = ["ok", "failed", "unknown"];
const stretch = (span) => `${clockText(span.start)} to ${clockText(span.end)} (${(span.end - span.start).toFixed(3)} s)`;
const answerOf = (ops, i) => (Number.isNaN(ops.d[i]) ? null : ops.d[i]);

function around(second) {
  return {
    faults: data.faults.filter((fault) => fault.begin <= second && second <= fault.end),
    violations: data.violations.filter((violation) => violation.start <= second && second <= violation.end),
  };
}

function callThing(lane, i) {
  const ops = lane.operations;
  const ms = answerOf(ops, i);
  const [key, value, error, server] = [ops.k, ops.v, ops.e, ops.s].map((column) => opened(column[i]));
  const answered = ms === null ? "never" : `${clockText(ops.t[i] + ms / 1000, 4)}, after ${latencyText(ms)}`;
  const witness = data.violations.filter((violation) => isWitness(violation, lane, i)).map((violation) => violation.number);
  return {
    id: String(ops.i[i]), lane, i, second: ops.t[i],
    title: `${opened(ops.f[i])}: ${OUTCOME_WORDS[ops.o[i]]}, ${latencyText(ms)}`,
    lines: [key, value, error && `error: ${error}`, server && `answered by ${server}`, `called at ${clockText(ops.t[i], 4)} by ${opened(ops.p[i])}`, `line ${ops.i[i] + 1} of the history`],
    facts: [
      ["called", clockText(ops.t[i], 4)], ["answered", answered], ["process", opened(ops.p[i])], ["server", server],
      ["session", opened(ops.q[i])], ["key", key], ["value", value], ["error", error], ["zxid", zxidOf(ops, i)],
      ["Stat", statOf(ops, i)], ["history", `line ${ops.i[i] + 1}`],
    ],
    key, session: opened(ops.q[i]), zxid: zxidOf(ops, i),
    alert: witness.length ? `Witness of violation ${witness.join(", ")}` : "",
  };
}

const isWitness = (violation, lane, i) => violation.witness.some((event) => event.lane === lane.name && event.index === lane.operations.i[i]);

function witnessThing(violation, event) {
  const call = event.type === "event" ? null : callOf(event);
  const alert = `Witness of violation ${violation.number}`;
  if (call) return { ...callThing(call.lane, call.i), alert };
  return {
    id: String(event.index), lane: rowOf(event.lane)?.lane, second: event.seconds,
    title: `${event.f} (${event.type})`,
    lines: [`${clockText(event.seconds, 4)}, process ${event.process}`, event.key, event.value, event.error, `line ${event.index + 1} of the history`],
    facts: [
      ["at", clockText(event.seconds, 4)], ["process", event.process], ["server", event.server], ["session", event.session], ["key", event.key],
      ["value", event.value], ["error", event.error], ["zxid", event.zxid], ["history", `line ${event.index + 1}`],
    ],
    key: event.key, session: event.session, zxid: event.zxid, alert,
  };
}

function faultThing(fault, second = fault.begin) {
  const stage = stages(fault).find(([, start, end]) => start <= second && second <= end);
  const lines = [`on ${fault.targets.join(", ") || "nothing"}`, stage ? stage[0] : fault.outcome, stretch({ start: fault.begin, end: fault.end }), fault.params, fault.reason];
  const moment = (name, at) => [name, at === null ? "never" : clockText(at)];
  return {
    id: `fault~${fault.id}`, second: fault.begin, title: `${fault.name} #${fault.id}`, lines,
    facts: [["on", fault.targets.join(", ")], moment("begun", fault.begin), moment("proven", fault.proven), moment("healing", fault.heal_begin), moment("healed", fault.healed),
      ["proof", fault.proof], ["parameters", fault.params], ["reason", fault.reason]],
  };
}

function modeThing(lane, span) {
  const epoch = span.epoch === null ? "" : `, epoch ${span.epoch}`;
  const title = `${lane.name}: ${span.mode}${epoch}`;
  return { id: spanId(lane, "modes", span), lane, second: span.start, title, lines: [stretch(span)], facts: spanFacts(span) };
}

function bandThing(lane, band) {
  const ended = band.ended ? `ended: ${band.ended}` : "lasts until the history ends";
  return {
    id: spanId(lane, "bands", band), lane, second: band.start, title: `${lane.name} believes that it ${band.belief}`,
    lines: [`token ${band.token}`, stretch(band), ended, band.key, band.process],
    facts: [...spanFacts(band), ["ended", band.ended || "not before the history did"], ["token", band.token], ["process", band.process], ["key", band.key]], key: band.key,
  };
}

function sessionThing(lane, span) {
  return {
    id: spanId(lane, "sessions", span), lane, second: span.start, title: `${lane.name}: session ${span.state}`,
    lines: [`session ${span.session || "unknown"}`, span.server && `at ${span.server}`, stretch(span), span.process],
    facts: [...spanFacts(span), ["server", span.server], ["session", span.session], ["process", span.process]], session: span.session,
  };
}

const spanId = (lane, list, span) => `${lane.name}~${list}~${lane[list].indexOf(span)}`;
const spanFacts = (span) => [["from", clockText(span.start)], ["to", clockText(span.end)], ["lasted", `${(span.end - span.start).toFixed(3)} s`]];
const SPAN_THINGS = { modes: modeThing, bands: bandThing, sessions: sessionThing };

// The thing that an id of a link stands for, or null: the link may be of another run.
function thingById(id) {
  if (/^\d+$/.test(id)) return eventById(Number(id));
  const [, name, list, number] = /^([^]*)~(modes|bands|sessions)~(\d+)$/.exec(id) || [];
  const lane = timeline.lanes.find((candidate) => candidate.name === name);
  const span = lane && lane[list][Number(number)];
  if (span) return SPAN_THINGS[list](lane, span);
  const fault = data.faults.find((candidate) => `fault~${candidate.id}` === id);
  return fault ? faultThing(fault) : null;
}

function eventById(index) {
  for (const violation of data.violations) {
    const event = violation.witness.find((candidate) => candidate.index === index);
    if (event) return witnessThing(violation, event);
  }
  for (const lane of timeline.lanes) {
    const i = lane.operations.i.indexOf(index);
    if (i >= 0) return callThing(lane, i);
  }
  return null;
}
