// The box beside the pointer. Everything in it is set as text, never as markup.

const tip = document.getElementById("tip");
const pointer = { x: null, y: null };

function tipLine(tag, text, name) {
  if (!text) return;
  const element = document.createElement(tag);
  element.textContent = text;
  if (name) element.className = name;
  tip.append(element);
}

function showTip(x, y) {
  const here = findAt(x, y);
  tip.replaceChildren();
  canvas.classList.toggle("pinnable", Boolean(here?.found?.id));
  if (!here) {
    tip.hidden = true;
    return;
  }
  fillTip(here.second, here.found, CHARTS.includes(here.row.kind) ? readings(here.second) : []);
  placeTip(x, y);
}

function fillTip(second, thing, charts) {
  tip.replaceChildren();
  tipLine("p", clockText(second), "when");
  if (thing) {
    tipLine("h4", thing.title);
    for (const text of thing.lines) tipLine("p", text);
    tipLine("p", thing.alert, "alert");
  }
  for (const text of charts) tipLine("p", text, "reading");
  const { faults, violations } = around(second);
  for (const fault of faults) tipLine("p", `under ${faultNames(fault)[0]}`);
  for (const violation of violations) tipLine("p", `in violation ${violation.number}`, "alert");
  tip.hidden = false;
}

function placeTip(x, y) {
  const room = tip.parentElement.getBoundingClientRect();
  const { width, height: tall } = tip.getBoundingClientRect();
  const left = x + 16 + width > room.width ? x - 16 - width : x + 16;
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${Math.max(4, Math.min(y + 14, room.height - tall - 4))}px`;
}

function hideTip() {
  tip.hidden = true;
  pointer.x = null;
  requestDraw();
}
