// The panel of pinned things: everything known of each, and what else has its key, session or zxid.

const panel = document.getElementById("pins");
const LIKE = { key: "Same key", session: "Same session", zxid: "Same zxid" };

const letterOf = (n) => "ABCDEF"[n];

function pin(thing) {
  if (!thing?.id) return;
  const known = pins.findIndex((pinned) => pinned.id === thing.id);
  if (known >= 0) pins.splice(known, 1);
  else pins.push(thing);
  likened = thing.id;
  if (pins.length > MOST_PINS) pins.shift();
  repin();
}

function unpin(id) {
  const at = pins.findIndex((pinned) => pinned.id === id);
  if (at >= 0) pins.splice(at, 1);
  repin();
}

function repin() {
  markLike();
  fillPins();
  remember(true);
  requestDraw();
}

function chooseLike(id, kind) {
  same = exemplar().id === id && same === kind ? "" : kind;
  likened = id;
  repin();
}

function showPinned(id) {
  const { second } = pins.find((pinned) => pinned.id === id);
  const half = (view.to - view.from) / 2;
  if (second < view.from || second > view.to) show(second - half, second + half);
  else zoomAt(toX(second), 0.3);
}

function fillPins() {
  panel.hidden = pins.length === 0;
  panel.replaceChildren(...pins.map((thing, n) => pinCard(thing, n)));
  figure.dataset.pins = pins.map((thing) => thing.id).join(" ");
}

function pinCard(thing, n) {
  const card = element("article", "", "pin");
  const head = element("header", "", "");
  head.append(element("span", letterOf(n), "letter"), element("h4", thing.title, ""));
  head.append(pinButton("Show", "show", thing, `Show ${thing.title} on the timeline`), pinButton("×", "unpin", thing, `Unpin ${thing.title}`));
  card.append(head);
  if (thing.alert) card.append(element("p", thing.alert, "alert"));
  const list = element("dl", "", "");
  const facts = [...thing.facts, ["under", around(thing.second).faults.map((fault) => faultNames(fault)[0]).join(", ")]];
  for (const [name, text] of facts) if (text) list.append(element("dt", name, ""), element("dd", text, ""));
  card.append(list, likeButtons(thing));
  return card;
}

function likeButtons(thing) {
  const row = element("div", "", "like");
  for (const kind of Object.keys(LIKE)) {
    if (!thing[kind]) continue;
    const on = exemplar() === thing && same === kind;
    const button = pinButton(on ? `${LIKE[kind]}: ${figures(alike)} ${alike === 1 ? "call" : "calls"}` : LIKE[kind], "like", thing);
    button.dataset.kind = kind;
    button.setAttribute("aria-pressed", String(on));
    row.append(button);
  }
  return row;
}

function pinButton(text, deed, thing, label) {
  const button = element("button", text, deed === "unpin" ? deed : "");
  button.type = "button";
  button.dataset.pin = deed;
  button.dataset.id = thing.id;
  if (label) button.setAttribute("aria-label", label);
  return button;
}

function element(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function onPinButton(button) {
  const { pin: deed, id, kind } = button.dataset;
  if (deed === "unpin") unpin(id);
  else if (deed === "show") showPinned(id);
  else chooseLike(id, kind);
  // The panel was made anew: the keyboard stays where it was.
  const again = [...panel.querySelectorAll("button")].find((b) => b.dataset.id === id && b.dataset.pin === deed && b.dataset.kind === kind);
  (again || panel.querySelector("button") || canvas).focus({ preventScroll: true });
}

function drawPins() {
  pins.forEach((thing, n) => ring(thing, letterOf(n), theme.accent));
}

// A ring where a thing is drawn: in its row, and a call in the latency chart too.
function ring(thing, letter, colour) {
  const x = toX(thing.second);
  const row = thing.lane ? rowOf(thing.lane.name) : rows.find((candidate) => candidate.kind === "faults");
  if (!row || x < -8 || x > view.width + 8) return;
  const isCall = thing.i !== undefined;
  circle(x, isCall ? marksY(row) + 6 : row.y + (row.bandsAt ?? 5) + 8, letter, colour);
  const chart = rows.find((candidate) => candidate.kind === "latency");
  if (isCall && chart) circle(x, latencyY(chart, answerOf(thing.lane.operations, thing.i)), letter, colour);
}

function circle(x, y, letter, colour) {
  ctx.strokeStyle = theme.card;
  ctx.lineWidth = 5;
  ctx.beginPath();
  ctx.arc(x, y, 7.5, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2.2;
  ctx.stroke();
  if (!letter) return;
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.arc(x + 9, y - 8, 6, 0, 2 * Math.PI);
  ctx.fill();
  ctx.font = `700 9px ${FONT}`;
  ctx.fillStyle = theme.card;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(letter, x + 9, y - 7.5);
}
