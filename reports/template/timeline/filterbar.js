// The filter bar: its choices, its counts, and what is selected. Names of the run are set as text, never as markup.

const bar = document.getElementById("filters");
const figures = (n) => n.toLocaleString("en");

const CHOICES = 400;
const SORTED = 5000;

// Offer what occurs in the calls; of very many names the first ones, the rest can be typed.
function offerChoices() {
  for (const name of ["f", "server"]) {
    const select = bar.querySelector(`[data-filter=${name}]`);
    for (const text of namesIn(name)) select.append(new Option(text, text));
    select.closest("label").hidden = select.options.length < 2;
  }
  for (const name of ["process", "key"]) {
    const list = document.getElementById(`${name}-choices`);
    const lanes = name === "process" ? timeline.lanes.map((lane) => `${lane.name}/*`) : [];
    list.append(...[...lanes, ...namesIn(name)].slice(0, CHOICES).map((text) => new Option("", text)));
  }
}

// Sorting a million keys would take longer than opening the page: of more than some thousand the first ones are taken.
function namesIn(filter) {
  const names = codesIn(COLUMN_OF[filter]).slice(0, SORTED).map(opened).filter(Boolean);
  return names.sort(new Intl.Collator("en", { numeric: true }).compare);
}

// Show in the fields what is filtered by. A name that a link brought and no call has is offered too.
function fillFilters() {
  for (const field of bar.querySelectorAll("[data-filter]")) {
    const wanted = filters[field.dataset.filter];
    if (field.options && ![...field.options].some((option) => option.value === wanted)) field.append(new Option(wanted, wanted));
    field.value = wanted;
    field.classList.toggle("set", wanted !== "");
  }
}

function fillCounts() {
  document.getElementById("counts").textContent = alone ? witnessesText() : `${figures(counted.shown)} of ${figures(counted.all)} ${callsText()}${selection ? " in the selected stretch" : ""}`;
  for (const button of bar.querySelectorAll("[data-type]")) {
    const code = Number(button.dataset.type);
    button.setAttribute("aria-pressed", String(filters.types[code]));
    button.querySelector("b").textContent = figures(counted.types[code]);
  }
  for (const field of bar.querySelectorAll("[data-filter]")) field.classList.toggle("set", field.value !== "");
  bar.querySelector("[data-clear=filters]").hidden = !hasFilter();
  bar.classList.toggle("overruled", alone);
}

function witnessesText() {
  const { length } = witnessCalls(visitedViolation());
  if (length === 0) return "no call is among the witnesses";
  return `only ${length === 1 ? "the call" : `the ${length} calls`} of the witness`;
}

function tellSelection() {
  const told = document.getElementById("selected");
  told.hidden = selection === null;
  if (selection) told.querySelector("span").textContent = `${secondsText(selection.from)} to ${secondsText(selection.to)} s selected (${secondsText(selection.to - selection.from)} s)`;
  figure.dataset.selection = selection ? `${selection.from},${selection.to}` : "";
}

const secondsText = (seconds) => seconds.toFixed(view.to - view.from > 20 ? 1 : 3);

// Typing filters as it goes, but not with every key: a pattern is tried on all names.
let typing = 0;

function onFilterInput(event) {
  const { filter } = event.target.dataset;
  if (!filter) return;
  clearTimeout(typing);
  const value = event.target.value;
  typing = setTimeout(() => setFilter(filter, value), event.target.options ? 0 : 180);
}
