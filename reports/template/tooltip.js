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
  if (!here) {
    tip.hidden = true;
    return;
  }
  tipLine("p", clockText(here.second), "when");
  if (here.found) {
    tipLine("h4", here.found.title);
    for (const text of here.found.lines) tipLine("p", text);
    tipLine("p", here.found.alert, "alert");
  }
  for (const fault of here.faults) tipLine("p", `under ${faultNames(fault)[0]}`);
  for (const violation of here.violations) tipLine("p", `in violation ${violation.number}`, "alert");
  tip.hidden = false;
  placeTip(x, y);
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
