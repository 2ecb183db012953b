// Wheel, drag, keys and buttons.

// The wheel zooms only once the pointer moved over the chart: whoever scrolls past is not caught.
let armed = false;
let drag = null;

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
  const [x] = place(event);
  drag = { x, from: view.from, to: view.to, select: event.shiftKey, now: x };
  canvas.setPointerCapture(event.pointerId);
  canvas.classList.add("dragging");
}

function onMove(event) {
  const [x, y] = place(event);
  if (pointer.x !== x || pointer.y !== y) armed = true;
  [pointer.x, pointer.y] = [x, y];
  if (!drag) showTip(x, y);
  else {
    tip.hidden = true;
    drag.now = x;
    const shift = ((drag.x - x) / view.width) * (drag.to - drag.from);
    if (!drag.select) show(drag.from + shift, drag.to + shift);
  }
  requestDraw();
}

function onUp() {
  if (drag && drag.select && Math.abs(drag.now - drag.x) > 4) {
    const [from, to] = [drag.x, drag.now].sort((a, b) => a - b).map(toSecond);
    show(from, to);
  }
  drag = null;
  canvas.classList.remove("dragging");
  requestDraw();
}

let visited = 0;

function nextViolation() {
  if (!data.violations.length) return;
  visited = (visited % data.violations.length) + 1;
  showViolation(data.violations[visited - 1].number);
}

const ZOOMS = {
  in: () => zoomAt(view.width / 2, 0.5),
  out: () => zoomAt(view.width / 2, 2),
  home: () => show(...timeline.home),
  all: () => show(...whole),
};

const KEYS = {
  ArrowLeft: () => pan((view.from - view.to) / 8),
  ArrowRight: () => pan((view.to - view.from) / 8),
  "+": ZOOMS.in,
  "=": ZOOMS.in,
  "-": ZOOMS.out,
  0: ZOOMS.home,
  Home: ZOOMS.all,
  n: nextViolation,
};

function onKey(event) {
  const action = KEYS[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    // Some browsers refuse this to a local file: select the text, so that the keyboard can copy it.
    getSelection().selectAllChildren(source);
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

function onClick(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copy(button);
  if (button.dataset.zoom) ZOOMS[button.dataset.zoom]();
  if (button.dataset.violation) {
    showViolation(Number(button.dataset.violation));
    if (!figure.contains(button)) figure.scrollIntoView({ block: "start" });
  }
}

function listen() {
  canvas.addEventListener("wheel", onWheel, { passive: false });
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("dblclick", (event) => zoomAt(place(event)[0], 0.4));
  canvas.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  addEventListener("scroll", () => { armed = false; }, { passive: true });
}
