// The bar of filters: search, verdicts, scenario, faults, image, twins, and the finding that is looked at.

const at = (id) => document.getElementById(id);

const ANY = { scenario: "any scenario", nemesis: "any faults", image: "any image" };

function startFilters() {
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("q").addEventListener("input", () => choose({ q: at("q").value }));
  for (const name of ["scenario", "nemesis", "image", "who", "by", "across", "measure"]) {
    at(name).addEventListener("change", () => choose({ [name]: at(name).value }));
  }
  at("clear").addEventListener("click", () => choose(Object.fromEntries(FILTERS.map((name) => [name, ""]))));
}

function drawFilters() {
  if (at("q").value !== state.q) at("q").value = state.q;
  drawVerdicts();
  for (const name of ["scenario", "nemesis", "image"]) drawSelect(name);
  fill(at("who"), [["", "with broken twins"], ["none", "no broken twins"], ["only", "only broken twins"]], state.who);
  at("who").hidden = !runs.some((run) => run.twin);
  fill(at("by"), [["scenario", "scenario"], ["nemesis", "faults"], ["image", "image"], ["seed", "seed"]], state.by);
  fill(at("across"), [["time", "time"], ["seed", "seeds"]], state.across);
  const since = [["recovery", "after a fault was healed"], ["outage", "since a fault began to bite"]];
  fill(at("measure"), since, state.measure);
  const chip = at("finding-chip");
  chip.hidden = !state.finding;
  chip.replaceChildren(`finding ${state.finding} `, chooser("×", { finding: "" }, "show all runs again"));
  at("clear").hidden = !FILTERS.some((name) => state[name]);
}

function drawVerdicts() {
  const counts = [0, 0, 0, 0];
  for (const run of chosen(["verdict"])) counts[run.verdict] += 1;
  const on = new Set(state.verdict.split(",").filter(Boolean));
  const focused = document.activeElement?.dataset?.verdict;
  at("verdicts").replaceChildren(...VERDICTS.map((verdict, place) => {
    const chip = make("button", {
      type: "button", "data-verdict": verdict, "aria-pressed": String(on.has(verdict)),
      className: `verdict-chip ${verdict === "no verdict" ? "nothing" : verdict}`,
      onclick: () => {
        if (!on.delete(verdict)) on.add(verdict);
        choose({ verdict: VERDICTS.filter((name) => on.has(name)).join(",") });
      },
    });
    chip.append(`${MARKS[place]} ${verdict} `, make("b", { text: counts[place].toLocaleString("en") }));
    return chip;
  }));
  if (focused) document.querySelector(`[data-verdict="${focused}"]`)?.focus();
}

function drawSelect(name) {
  const counts = new Map();
  for (const run of chosen([name])) counts.set(run[name], (counts.get(run[name]) ?? 0) + 1);
  const options = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([text, number]) => [text, `${text || "?"} (${number})`]);
  fill(at(name), [["", ANY[name]], ...options.filter(([text]) => text)], state[name]);
}
