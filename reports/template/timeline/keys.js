// Keys. Those of the timeline work while it has the focus, the jumps and the list of keys everywhere.

const KEYS = {
  ArrowLeft: () => pan((view.from - view.to) / 8),
  ArrowRight: () => pan((view.to - view.from) / 8),
  ArrowUp: () => stepLane(-1),
  ArrowDown: () => stepLane(1),
  ".": () => stepCall(1),
  ",": () => stepCall(-1),
  Enter: pinHere,
  "+": () => ZOOMS.in(),
  "=": () => ZOOMS.in(),
  "-": () => ZOOMS.out(),
  0: () => ZOOMS.home(),
  Home: () => ZOOMS.all(),
  s: () => setSelection(view.from, view.to),
  z: () => ZOOMS.selection(),
  Escape: giveUp,
};

const EVERYWHERE = {
  n: () => jump(1),
  p: () => jump(-1),
  a: () => showAlone(!alone),
  "/": () => bar.querySelector("[data-filter=key]").focus(),
  "?": () => document.getElementById("keys").showModal(),
};

function jump(step) {
  visitNext(step);
  if (visited === null) return;
  bringUp();
  canvas.focus({ preventScroll: true });
}

// The timeline is scrolled to where it is read, gently where motion is welcome.
function bringUp() {
  const { top, bottom } = document.getElementById("visit").hidden ? figure.getBoundingClientRect() : document.getElementById("visit").getBoundingClientRect();
  if (top >= 0 && bottom < innerHeight * 0.4) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  figure.scrollIntoView({ block: "start", behavior: still ? "instant" : "smooth" });
}

// Escape takes away one thing at a time, what came last first.
function giveUp() {
  if (selecting) setSelecting(false);
  else if (stepped) forgetStep();
  else if (pins.length) unpin(pins.at(-1).id);
  else if (selection) clearSelection();
  else if (visited !== null) leaveViolation();
}

const modified = (event) => event.ctrlKey || event.metaKey || event.altKey;
const isField = (target) => target.closest("input, select, textarea, dialog[open], [contenteditable]") !== null;

function onKey(event) {
  const action = KEYS[event.key];
  if (!action || modified(event)) return;
  event.preventDefault();
  action();
}

function onAnyKey(event) {
  const action = EVERYWHERE[event.key];
  if (!action || modified(event) || isField(event.target)) return;
  event.preventDefault();
  action();
}

function listenKeys() {
  canvas.addEventListener("keydown", onKey);
  document.addEventListener("keydown", onAnyKey);
  for (const part of [panel, bar, document.getElementById("visit")]) {
    part.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.target.options) giveUp(); });
  }
  canvas.addEventListener("blur", forgetStep);
}
