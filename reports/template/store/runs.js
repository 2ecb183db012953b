// The runs, unpacked from their columns: one object each, with the texts that stand for numbers.

const data = JSON.parse(document.getElementById("data").textContent);
const VERDICTS = data.verdicts;
const MARKS = ["✓", "✗", "?", "·"];

function pairs(flat) {
  const found = new Map();
  for (let i = 0; i < flat.length; i += 2) found.set(data.texts.fault[flat[i]], flat[i + 1]);
  return found;
}

const runs = data.runs.run.map((id, place) => {
  const run = { place };
  for (const [name, column] of Object.entries(data.runs)) run[name] = column[place];
  for (const name of ["sentence", "scenario", "nemesis", "image"]) run[name] = data.texts[name][run[name]];
  run.repeat = data.texts.repeat[run.repeat].replace("\u0000", String(run.seed));
  run.recovery = pairs(run.recovery);
  run.outage = pairs(run.outage);
  run.when = time(run.began);
  run.address = `./${encodeURIComponent(id)}/report.html`;
  return run;
});

/** What a search looks through: everything that is written of a run, made when it is first asked for. */
function haystack(run) {
  run.hay ??= [
    run.run, run.scenario, run.nemesis, run.image, `seed ${run.seed}`, run.when, VERDICTS[run.verdict], run.sentence,
    ...run.findings.map((place) => `${data.findings[place].guarantee} ${data.findings[place].kind}`),
  ].join("\n").toLowerCase();
  return run.hay;
}

/** `2026-11-23 23:35`, in UTC as the ids of runs are. */
function time(seconds) {
  return seconds ? new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ") : "";
}

function told(seconds) {
  return seconds < 10 ? `${seconds.toFixed(2)} s` : `${seconds.toFixed(1)} s`;
}

function counted(number, what) {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
