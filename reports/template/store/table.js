// The runs themselves, a page at a time, sortable by every column.

const PAGE = 50;
const COLUMNS = [
  ["began", "began"], ["verdict", "verdict"], ["scenario", "scenario"], ["nemesis", "faults"], ["seed", "seed"], ["image", "image"],
  ["seconds", "length"], ["faults", "proven"], ["operations", "operations"],
];
/** Scenario and faults share a column. */
const HEADS = [["began"], ["verdict"], ["scenario", "nemesis"], ["seed"], ["image", "seconds"], ["faults"], ["operations"]];
const NUMBERS = new Set(["seed", "faults", "operations"]);
const WORST_FIRST = [2, 0, 1, 3];

function sortKey(run, name) {
  return name === "verdict" ? WORST_FIRST[run.verdict] : run[name];
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === "") return 1;
  if (b === null || b === "") return -1;
  return typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
}

function sorted(shown) {
  const down = state.sort.startsWith("-");
  const name = state.sort.replace("-", "");
  if (!COLUMNS.some(([known]) => known === name)) return [...shown].reverse();
  const order = (a, b) => compare(sortKey(a, name), sortKey(b, name)) * (down ? -1 : 1) || b.place - a.place;
  return [...shown].sort(order);
}

function drawHead() {
  const down = state.sort.startsWith("-");
  const name = state.sort.replace("-", "");
  const buttons = new Map(COLUMNS.map(([column, text]) => {
    const on = column === name;
    return [column, make("button", {
      type: "button", className: "sort", "data-sort": column, text: on ? `${text} ${down ? "▾" : "▴"}` : text,
      onclick: () => {
        choose({ sort: on && !down ? `-${column}` : on ? column : column === "began" ? "-began" : column });
        document.querySelector(`[data-sort="${column}"]`)?.focus();
      },
    })];
  }));
  const heads = HEADS.map((columns) => make("th", {
    scope: "col", className: columns.some((column) => NUMBERS.has(column)) ? "n" : "",
    "aria-sort": columns.includes(name) ? (down ? "descending" : "ascending") : "none",
    children: columns.flatMap((column, place) => (place ? [" · ", buttons.get(column)] : [buttons.get(column)])),
  }));
  heads.push(make("th", { scope: "col", text: "in one sentence" }));
  document.querySelector("#table thead tr").replaceChildren(...heads);
}

function drawTable(shown) {
  drawHead();
  const pages = Math.max(1, Math.ceil(shown.length / PAGE));
  const page = Math.min(pages, Math.max(1, Number.parseInt(state.page, 10) || 1));
  const from = (page - 1) * PAGE;
  const rows = sorted(shown).slice(from, from + PAGE).map(tableRow);
  document.querySelector("#table tbody").replaceChildren(...rows);
  const range = `${(from + 1).toLocaleString("en")} to ${(from + rows.length).toLocaleString("en")}`;
  at("shown").textContent = shown.length > PAGE ? `${range} of ${shown.length.toLocaleString("en")}` : counted(shown.length, "run");
  drawPager(page, pages);
}

function drawPager(page, pages) {
  const step = (text, to, off) => {
    const button = make("button", { type: "button", text, onclick: () => { choose({ page: String(to) }); at("runs").scrollIntoView(); } });
    button.disabled = off;
    return button;
  };
  at("pager").hidden = pages === 1;
  at("pager").replaceChildren(
    step("newest page", 1, page === 1), step("‹ back", page - 1, page === 1),
    make("span", { text: `page ${page} of ${pages}` }),
    step("on ›", page + 1, page === pages), step("last page", pages, page === pages),
  );
  at("pager").firstChild.textContent = "first page";
}

function tableRow(run) {
  const number = (value) => make("td", { className: "n", text: value === null ? "" : value.toLocaleString("en") });
  const scenario = make("td", { className: "what", children: [chooser(run.scenario, { scenario: run.scenario }, "show only this scenario")] });
  scenario.append(make("div", { children: [chooser(run.nemesis, { nemesis: run.nemesis }, "show only runs under these faults")] }));
  const verdict = make("td", { className: "verdicts", children: [badge(run.verdict)] });
  if (run.twin) verdict.append(make("div", { className: "tag", text: "broken twin", title: "It is there to be caught." }));
  const tip = `${counted(run.servers, "server")}, ${run.observers} of them observers; ${counted(run.nodes, "app node")}`;
  return make("tr", {
    "data-run": run.run,
    children: [
      make("td", { className: "once", text: run.when, title: run.run }),
      verdict, scenario,
      make("td", { className: "n", text: run.seed === null ? "" : String(run.seed) }),
      make("td", {
        className: "what image", title: tip,
        children: [make("div", { text: run.image }), make("div", { className: "soft", text: run.seconds ? `${run.seconds} s` : "" })],
      }),
      number(run.faults), number(run.operations),
      make("td", {
        className: "story",
        children: [make("div", { text: run.sentence, title: run.sentence }), make("p", { className: "links", children: links(run) })],
      }),
    ],
  });
}

function links(run) {
  const found = [];
  if (run.report || (data.served && run.verdict < 3)) found.push(make("a", { href: run.address, text: "report" }));
  if (data.served) {
    const href = `./runs/${encodeURIComponent(run.run)}/download`;
    found.push(make("a", { href, text: "download", download: `${run.run}.tar.gz` }));
  }
  if (run.repeat) {
    const button = make("button", { type: "button", className: "plain", text: "repeat", title: `copy: ${run.repeat}` });
    button.onclick = () => copy(run.repeat, button);
    found.push(button);
  }
  return found;
}
