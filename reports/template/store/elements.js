// Small pieces of the page. Text is only ever set as text.

const SVG = "http://www.w3.org/2000/svg";

function make(tag, { text, children = [], ...properties } = {}) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "className" || name === "hidden" || name.startsWith("on")) element[name] = value;
    else if (value !== undefined) element.setAttribute(name, value);
  }
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

function draft(tag, attributes, children = []) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function badge(verdict) {
  const tone = verdict === 3 ? "nothing" : VERDICTS[verdict];
  return make("span", { className: `badge ${tone}`, text: `${MARKS[verdict]} ${VERDICTS[verdict]}` });
}

/** A button that filters: what it is about is its text. */
function chooser(text, changes, title) {
  return make("button", { type: "button", className: "plain", text, title, onclick: () => choose(changes) });
}

function runTitle(run) {
  return `${run.when} · ${run.scenario} · ${run.nemesis} · seed ${run.seed ?? "?"}\n${VERDICTS[run.verdict]}: ${run.sentence}`;
}

/** Put a command on the clipboard, also where the browser gives a page of a file no clipboard. */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { text, className: "aside" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "copied";
}

function fill(select, options, value) {
  const known = options.some(([name]) => name === value);
  const all = known ? options : [...options, [value, value]];
  select.replaceChildren(...all.map(([name, text]) => make("option", { value: name, text })));
  select.value = value;
}
