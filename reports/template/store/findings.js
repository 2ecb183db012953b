// Findings: what broke, since when, how often, and whether it is gone. Those of the chosen runs.

const FEW = 6;
let allFindings = false;

function drawFindings(shown) {
  const places = new Set(shown.flatMap((run) => run.findings));
  const rows = data.findings.filter((_, place) => places.has(place));
  const number = (wanted) => rows.filter((row) => row.state === wanted).length;
  at("findings-count").textContent = rows.length
    ? ["new", "ongoing", "resolved"].map((name) => `${number(name)} ${name}`).join(" · ") : "";
  const holder = at("findings-table");
  if (!rows.length) {
    const judged = shown.filter((run) => run.verdict < 2).length;
    holder.replaceChildren(make("p", { className: "empty", text: `No guarantee broke in ${counted(judged, "judged run")}.` }));
    return;
  }
  const head = make("tr", {
    children: ["", "what broke", "latest story", "seen in", "first", "last", "clean runs since"].map((text) => make("th", { text, scope: "col" })),
  });
  const body = (allFindings ? rows : rows.slice(0, FEW)).map(findingRow);
  holder.replaceChildren(make("table", { children: [make("thead", { children: [head] }), make("tbody", { children: body })] }));
  if (rows.length > FEW) {
    const text = allFindings ? "show fewer" : `show all ${rows.length}`;
    holder.append(make("button", { type: "button", className: "more", text, onclick: () => { allFindings = !allFindings; draw(); } }));
  }
}

function findingRow(finding) {
  const what = make("td", {
    className: "what",
    children: [
      chooser(finding.scenario, { finding: nameOf(finding) }, "show only the runs that found it"),
      ...(finding.twin ? [" ", make("span", { className: "tag", text: "broken twin", title: "It is there to be found." })] : []),
      make("div", { text: finding.guarantee }), make("div", { className: "soft", text: finding.kind }),
    ],
  });
  return make("tr", {
    className: finding.state,
    children: [
      make("td", { children: [make("span", { className: `state ${finding.state}`, text: finding.state })] }),
      what,
      make("td", { className: "story", children: [make("div", { text: finding.sentence, title: finding.sentence })] }),
      make("td", { className: "once", text: `${finding.seen} of ${counted(finding.chances, "chance")}` }),
      make("td", { className: "once", children: [sighting(finding.first_run, finding.first)] }),
      make("td", { className: "once", children: [sighting(finding.last_run, finding.last)] }),
      make("td", { className: "once", text: finding.state === "resolved" ? counted(finding.clean, "run") : `${finding.clean} of ${finding.needed}`,
        title: finding.state === "resolved" ? "" : "so many clean runs in a row resolve it" }),
    ],
  });
}

const byId = new Map(runs.map((run) => [run.run, run]));

function sighting(id, seconds) {
  const run = byId.get(id);
  return run?.report ? make("a", { href: run.address, text: time(seconds), title: id }) : make("span", { text: time(seconds), title: id });
}
