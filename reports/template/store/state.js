// What the reader has chosen. All of it is in the hash, so that a link opens the same view.

const DEFAULTS = {
  q: "", verdict: "", scenario: "", nemesis: "", image: "", who: "", finding: "",
  sort: "-began", page: "1", by: "scenario", across: "time", measure: "recovery",
};
const FILTERS = ["q", "verdict", "scenario", "nemesis", "image", "who", "finding"];
const CHOICES = { by: ["scenario", "nemesis", "image", "seed"], across: ["time", "seed"], measure: ["recovery", "outage"] };
const state = { ...DEFAULTS };

function readHash() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name of Object.keys(DEFAULTS)) state[name] = given.get(name) ?? DEFAULTS[name];
  for (const [name, known] of Object.entries(CHOICES)) if (!known.includes(state[name])) state[name] = DEFAULTS[name];
}

function writeHash() {
  const told = new URLSearchParams();
  for (const [name, usual] of Object.entries(DEFAULTS)) if (state[name] !== usual) told.set(name, state[name]);
  const hash = String(told);
  history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}

/** Change what is chosen; a filter begins again at the first page. */
function choose(changes) {
  Object.assign(state, changes);
  if (FILTERS.some((name) => name in changes) || "sort" in changes) state.page = "1";
  writeHash();
  draw();
}

/** The name of a finding in the hash: it stays the same when others come and go. */
function nameOf(finding) {
  return `${finding.scenario}/${finding.guarantee}/${finding.kind}`;
}

const placeOf = new Map(data.findings.map((finding, place) => [nameOf(finding), place]));

/** The runs that the filters leave, the oldest first; `without` names filters that do not count. */
function chosen(without = []) {
  const on = (name) => state[name] && !without.includes(name);
  const words = on("q") ? state.q.toLowerCase().split(/\s+/).filter(Boolean) : [];
  const verdicts = on("verdict") ? state.verdict.split(",") : null;
  const finding = on("finding") ? placeOf.get(state.finding) ?? -1 : null;
  return runs.filter((run) =>
    (!verdicts || verdicts.includes(VERDICTS[run.verdict]))
    && ["scenario", "nemesis", "image"].every((name) => !on(name) || run[name] === state[name])
    && (!on("who") || (state.who === "only") === Boolean(run.twin))
    && (finding === null || run.findings.includes(finding))
    && words.every((word) => haystack(run).includes(word)));
}
