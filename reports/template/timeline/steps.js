// A cursor for the keyboard that goes from call to call and from lane to lane, and says where it is.

// The call that the cursor is on, as a thing, or null.
let stepped = null;

const canStep = (ops, i) => isShown(ops, i) && inSelection(ops.t[i]);
const lanesWithCalls = () => rows.filter((row) => row.lane && row.lane.operations.n).map((row) => row.lane);

function stepCall(step) {
  if (!stepped) {
    stepIn(step);
    return;
  }
  const ops = stepped.lane.operations;
  let i = stepped.i + step;
  while (i >= 0 && i < ops.n && !canStep(ops, i)) i += step;
  if (i >= 0 && i < ops.n) stepTo(stepped.lane, i);
}

// Begin with the first or the last call on show, of an app node rather than of a server.
function stepIn(step) {
  const found = [];
  for (const lane of lanesWithCalls()) {
    const i = nearestCall(lane.operations, step > 0 ? view.from : view.to, step);
    if (i < 0) continue;
    const second = lane.operations.t[i];
    const away = second >= view.from && second <= view.to ? 0 : 2;
    found.push({ lane, i, rank: away + (lane.role === "app" ? 0 : 1) });
  }
  found.sort((a, b) => a.rank - b.rank);
  if (found.length) stepTo(found[0].lane, found[0].i);
}

function stepLane(step) {
  if (!stepped) {
    stepIn(1);
    return;
  }
  const lanes = lanesWithCalls();
  for (let n = lanes.indexOf(stepped.lane) + step; n >= 0 && n < lanes.length; n += step) {
    const i = nearestCall(lanes[n].operations, stepped.second, 0);
    if (i < 0) continue;
    stepTo(lanes[n], i);
    return;
  }
}

// The first call from a second on, or with a direction of -1 the last one before it, or with 0 the nearest; -1 where
// nothing can be stepped on.
function nearestCall(ops, second, direction) {
  const middle = lowerBound(ops.t, second);
  let after = middle;
  while (after < ops.n && !canStep(ops, after)) after += 1;
  let before = middle - 1;
  while (before >= 0 && !canStep(ops, before)) before -= 1;
  if (after >= ops.n) return before;
  if (before < 0 || direction > 0) return after;
  if (direction < 0) return before;
  return second - ops.t[before] < ops.t[after] - second ? before : after;
}

function stepTo(lane, i) {
  stepped = callThing(lane, i);
  pointer.x = null;
  const { second } = stepped;
  const half = (view.to - view.from) / 2;
  if (second < view.from || second > view.to) show(second - half, second + half);
  fillTip(second, stepped, []);
  placeTip(toX(second), marksY(rowOf(lane.name)) + 10);
  document.getElementById("said").textContent = `${lane.name}. ${stepped.title}. ${stepped.lines.filter(Boolean).join(". ")}`;
  figure.dataset.stepped = stepped.id;
  requestDraw();
}

function forgetStep() {
  stepped = null;
  tip.hidden = true;
  delete figure.dataset.stepped;
  requestDraw();
}

// Pin what the cursor is on, or else what lies under the pointer.
function pinHere() {
  if (stepped) pin(stepped);
  else if (pointer.x !== null) pinAt(pointer.x, pointer.y);
}
