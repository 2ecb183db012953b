// Verdicts at a glance: a row for each scenario (or faults, image, seed), a mark for each run, the newest at the right.

const CELLS = 60;
const ROWS = 25;
let allRows = false;

function drawGrid(shown) {
  const groups = new Map();
  for (const run of shown) {
    const name = String(run[state.by] ?? "?") || "?";
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(run);
  }
  const names = [...groups.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const seeds = state.across === "seed" ? latestSeeds(shown) : null;
  const rows = (allRows ? names : names.slice(0, ROWS)).map((name) => gridRow(name, groups.get(name), seeds));
  const table = make("table", { className: seeds ? "grid seeds" : "grid", children: [make("tbody", { children: rows })] });
  if (seeds) table.prepend(seedHead(seeds));
  at("grid-rows").replaceChildren(table);
  if (names.length > ROWS) {
    const text = allRows ? "show fewer" : `show all ${names.length}`;
    at("grid-rows").append(make("button", { type: "button", className: "more", text, onclick: () => { allRows = !allRows; draw(); } }));
  }
  at("legend").replaceChildren(
    ...VERDICTS.map((verdict, place) => make("span", { children: [mark(place), ` ${verdict}`] })),
    make("span", { text: seeds ? `the ${seeds.length} seeds used last; the newest run of each` : `at most ${CELLS} runs of each` }),
  );
}

function mark(verdict) {
  return make("i", { className: `cell ${verdict === 3 ? "nothing" : VERDICTS[verdict]}`, text: MARKS[verdict], "aria-hidden": "true" });
}

function latestSeeds(shown) {
  const seeds = new Set();
  for (let i = shown.length - 1; i >= 0 && seeds.size < CELLS / 2; i -= 1) if (shown[i].seed !== null) seeds.add(shown[i].seed);
  return [...seeds].sort((a, b) => a - b);
}

function seedHead(seeds) {
  const cells = seeds.map((seed) => make("th", { scope: "col", className: "seed", children: [make("span", { text: String(seed) })] }));
  return make("thead", { children: [make("tr", { children: [make("th", { text: "seed" }), make("th"), ...cells] })] });
}

function gridRow(name, group, seeds) {
  const broken = group.filter((run) => run.verdict === 1).length;
  const judged = group.filter((run) => run.verdict < 3).length;
  const label = FILTERS.includes(state.by) ? chooser(name, { [state.by]: name === "?" ? "" : name }, "show only these") : name;
  const twins = group.every((run) => run.twin);
  const bad = twins ? broken < judged : broken > 0;
  const rate = twins ? `${broken} of ${judged} caught` : broken ? `${broken} of ${judged} broken` : `${judged} judged`;
  const cells = seeds
    ? seeds.map((seed) => make("td", { children: cellOf(group.filter((run) => run.seed === seed)) }))
    : [make("td", { className: "strip", children: group.slice(-CELLS).map(cell) })];
  return make("tr", {
    children: [
      make("th", { scope: "row", children: [label] }),
      make("td", { className: `rate ${bad ? "bad" : "soft"}`, text: rate }), ...cells,
    ],
  });
}

function cellOf(found) {
  return found.length ? [cell(found[found.length - 1])] : [];
}

function cell(run) {
  const shape = mark(run.verdict);
  const label = `${VERDICTS[run.verdict]}, ${run.scenario}, seed ${run.seed ?? "?"}, ${run.when}`;
  return run.report
    ? make("a", { href: run.address, title: runTitle(run), "aria-label": label, children: [shape] })
    : make("span", { title: runTitle(run), role: "img", "aria-label": label, children: [shape] });
}
