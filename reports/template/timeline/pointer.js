// Wheel, mouse, pen and fingers on the timeline.

// The wheel zooms only once the pointer moved over the chart: whoever scrolls past is not caught.
let armed = false;
let drag = null;
// Where a plain drag selects instead of moving.
let selecting = false;
const CLICK = 4;
const fingers = new Map();

const place = (event) => {
  const room = canvas.getBoundingClientRect();
  return [event.clientX - room.left, event.clientY - room.top];
};

function onWheel(event) {
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  const outAtEnd = !sideways && event.deltaY > 0 && isWhole();
  if (!armed || outAtEnd) return;
  event.preventDefault();
  const perPixel = (view.to - view.from) / view.width;
  if (sideways || event.shiftKey) pan((event.deltaX || event.deltaY) * perPixel);
  else zoomAt(place(event)[0], Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0022));
}

function onDown(event) {
  if (event.button !== 0) return;
  const [x, y] = place(event);
  fingers.set(event.pointerId, x);
  canvas.setPointerCapture(event.pointerId);
  drag = fingers.size > 1 ? null : { x, y, from: view.from, to: view.to, select: event.shiftKey || selecting, now: x };
  canvas.classList.toggle("dragging", drag !== null && !drag.select);
}

function onMove(event) {
  const [x, y] = place(event);
  if (fingers.size > 1) {
    pinch(event.pointerId, x);
    return;
  }
  if (pointer.x !== x || pointer.y !== y) armed = true;
  [pointer.x, pointer.y] = [x, y];
  if (!drag) showTip(x, y);
  else if (Math.abs(x - drag.x) > CLICK || drag.now !== drag.x) {
    tip.hidden = true;
    drag.now = x;
    const shift = ((drag.x - x) / view.width) * (drag.to - drag.from);
    if (!drag.select) show(drag.from + shift, drag.to + shift);
  }
  requestDraw();
}

// Two fingers: what lay between them stays between them.
function pinch(id, x) {
  if (!fingers.has(id)) return;
  const before = [...fingers.values()].slice(0, 2).map(toSecond);
  fingers.set(id, x);
  const [a, b] = [...fingers.values()].slice(0, 2);
  if (Math.abs(a - b) < 10) return;
  const perPixel = (before[1] - before[0]) / (b - a);
  if (!(perPixel > 0)) return;
  const from = before[0] - a * perPixel;
  show(from, from + view.width * perPixel);
}

function onUp(event) {
  fingers.delete(event.pointerId);
  if (drag && event.type === "pointerup") {
    const [x, y] = place(event);
    const moved = drag.now !== drag.x;
    if (moved && drag.select) setSelection(toSecond(drag.x), toSecond(drag.now));
    else if (!moved) pinAt(x, y);
  }
  drag = null;
  canvas.classList.remove("dragging");
  requestDraw();
}

function pinAt(x, y) {
  stepped = null;
  const here = findAt(x, y);
  if (here?.found) pin(here.found);
}

function setSelecting(wanted) {
  selecting = wanted;
  canvas.classList.toggle("selecting", wanted);
  figure.querySelector("[data-do=select]").setAttribute("aria-pressed", String(wanted));
}

function listenPointer() {
  canvas.addEventListener("wheel", onWheel, { passive: false });
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("dblclick", (event) => zoomAt(place(event)[0], 0.4));
  addEventListener("scroll", () => { armed = false; }, { passive: true });
}
