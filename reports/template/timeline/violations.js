// Going from violation to violation. One that is visited is zoomed on, and only the calls of its witness are drawn.

const visitedViolation = () => data.violations.find((violation) => violation.number === visited) || null;

// The calls that a violation's witness consists of, as {ops, i}. A process makes one call at a time: an event of the
// witness belongs to the last call that its process had begun by then.
function witnessCalls(violation) {
  if (violation.calls) return violation.calls;
  const calls = [];
  for (const event of violation.witness) {
    const call = event.type === "event" ? null : callOf(event);
    if (call && !calls.some((known) => known.ops === call.ops && known.i === call.i)) calls.push(call);
  }
  violation.calls = calls;
  return calls;
}

function callOf(event) {
  const lane = timeline.lanes.find((candidate) => candidate.name === event.lane);
  const process = timeline.strings.indexOf(event.process);
  if (!lane || process < 0) return null;
  const { operations: ops } = lane;
  let found = -1;
  for (let i = 0; i < ops.n; i += 1) {
    if (ops.p[i] === process && ops.i[i] <= event.index && (found < 0 || ops.i[i] > ops.i[found])) found = i;
  }
  return found < 0 ? null : { lane, ops, i: found };
}

// From the first to the last of its witnesses and the moment when it broke, with a third of that around it. How long
// it lasted may be much more, and is shaded.
function violationSpan(violation) {
  const { witness, start, end } = violation;
  const moments = witness.length ? [start, ...witness.map((event) => event.seconds)] : [start, end];
  const from = Math.min(...moments);
  const to = Math.max(...moments);
  const margin = Math.max(0.1, (to - from) / 3);
  return [from - margin, to + margin];
}

function visit(number) {
  visited = number;
  const violation = visitedViolation();
  if (!violation) visited = null;
  alone = violation !== null;
  tellVisit();
  refilter();
  if (violation) show(...violationSpan(violation));
  remember(true);
}

function visitNext(step) {
  const numbers = data.violations.map((violation) => violation.number);
  if (!numbers.length) return;
  const at = numbers.indexOf(visited);
  const next = at < 0 ? (step > 0 ? 0 : numbers.length - 1) : (at + step + numbers.length) % numbers.length;
  visit(numbers[next]);
}

function showAlone(wanted) {
  alone = wanted && visited !== null;
  tellVisit();
  refilter();
  remember(true);
}

function leaveViolation() {
  visited = null;
  showAlone(false);
}

function tellVisit() {
  const violation = visitedViolation();
  const box = document.getElementById("visit");
  box.hidden = violation === null;
  figure.dataset.visited = visited ?? "";
  figure.dataset.alone = alone ? "yes" : "";
  if (!violation) return;
  const place = data.violations.indexOf(violation) + 1;
  document.getElementById("visit-place").textContent = `${place} of ${data.violations.length}:`;
  document.getElementById("visit-sentence").textContent = violation.sentence;
  for (const button of box.querySelectorAll("[data-alone]")) {
    button.setAttribute("aria-pressed", String((button.dataset.alone === "yes") === alone));
  }
}

// The stretches of the violations on show. Those that overlap are one: shade upon shade would hide what lies below.
function violationStretches() {
  const chosen = alone ? [visitedViolation()] : [...data.violations].sort((a, b) => a.start - b.start);
  const stretches = [];
  for (const { start, end } of chosen) {
    const last = stretches.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else stretches.push({ start, end });
  }
  return stretches;
}

// Beliefs in what the violation on show is not about are left out with the calls that are no witnesses.
function isBeside(band) {
  const key = alone ? visitedViolation().key : "";
  return Boolean(key && band.key) && band.key !== key && !band.key.startsWith(`${key}/`) && !key.startsWith(`${band.key}/`);
}

// Lanes that have nothing to do with the violation on show. Servers stay: their roles explain.
function isBystander(row) {
  const violation = alone ? visitedViolation() : null;
  if (!violation || row.kind !== "app" && row.kind !== "other") return false;
  const { name } = row.lane;
  return !violation.nodes.includes(name) && !violation.witness.some((event) => event.lane === name);
}
