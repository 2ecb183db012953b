// The servers' logs: filtered by server, level, text and the stretch of time that is selected.

{
  const PAGE = 250;
  const AHEAD = 4;
  const source = document.getElementById("log-data");

  const cell = (row, text, name) => {
    const made = row.insertCell();
    made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  // A long entry, such as a stack trace, shows its first line until it is opened.
  function fillText(into, text) {
    const [first, ...rest] = text.split("\n");
    if (!rest.length) {
      into.textContent = first;
      return;
    }
    const details = into.appendChild(document.createElement("details"));
    details.appendChild(document.createElement("summary")).textContent = first;
    details.appendChild(document.createElement("pre")).textContent = rest.join("\n");
  }

  function fillTime(into, lines, i) {
    const second = lines.second[i];
    if (second === null) {
      into.textContent = lines.own[i];
      return;
    }
    const button = into.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "moment";
    button.dataset.second = second;
    button.textContent = `${second.toFixed(3)} s`;
    button.title = "Show this moment on the timeline";
    if (!lines.ahead[i]) return;
    const off = into.appendChild(document.createElement("small"));
    off.textContent = `own clock ${lines.ahead[i] > 0 ? "+" : "−"}${Math.abs(lines.ahead[i]).toFixed(1)} s`;
    off.title = lines.own[i];
  }

  function startLogs() {
    const { servers, lines, aligned } = JSON.parse(source.textContent);
    const form = document.getElementById("log-filters");
    const body = document.getElementById("log-rows");
    const more = document.getElementById("log-more");
    const earlier = document.getElementById("log-earlier");
    const scroller = document.querySelector(".log-lines");
    const total = lines.text.length;
    const sought = lines.text.map((text, i) => `${lines.logger[i]} ${text}`.toLowerCase());
    let range = null;
    let found = [];
    let begin = 0;
    let end = 0;

    function matching() {
      const asked = new FormData(form);
      const from = new Set(asked.getAll("server").map(Number));
      const levels = new Set(asked.getAll("level"));
      const text = asked.get("text").trim().toLowerCase();
      const chosen = [];
      for (let i = 0; i < total; i += 1) {
        const second = lines.second[i];
        const ofServer = lines.server[i] < 0 || from.has(lines.server[i]);
        const inRange = !range || second === null || (second >= range.from && second <= range.to);
        if (ofServer && inRange && levels.has(lines.level[i]) && sought[i].includes(text)) chosen.push(i);
      }
      return chosen;
    }

    function makeRow(place) {
      const i = found[place];
      const row = document.createElement("tr");
      row.className = `level-${lines.level[i].toLowerCase()}`;
      fillTime(cell(row, "", "n"), lines, i);
      cell(row, servers[lines.server[i]] ?? "", "once");
      cell(row, lines.level[i].toLowerCase(), "once level");
      cell(row, lines.logger[i], "once soft");
      fillText(cell(row, "", "said"), lines.text[i]);
      return row;
    }

    // Rows `begin` to `end` of what was found are in the table; more are added on either side.
    function widen(before, after) {
      const [first, last] = [Math.max(0, begin - before), Math.min(found.length, end + after)];
      const made = (from, to) => Array.from({ length: to - from }, (_, k) => makeRow(from + k));
      body.prepend(...made(first, begin));
      body.append(...made(end, last));
      [begin, end] = [first, last];
      earlier.hidden = begin === 0;
      more.hidden = end === found.length;
      const where = range && aligned ? `, from ${range.from.toFixed(1)} to ${range.to.toFixed(1)} s` : "";
      const part = end - begin < found.length ? `${begin + 1} to ${end} of ` : "";
      const all = found.length < total ? `${found.length} of ${total}` : total;
      document.getElementById("log-count").textContent = `${part}${all} lines${where}`;
    }

    // A list of everything begins shortly before the first fault, not with the start of the servers.
    function refresh() {
      found = matching();
      const fault = range ? -1 : found.findIndex((i) => lines.level[i] === "FAULT");
      begin = Math.max(0, fault - AHEAD);
      end = begin;
      body.replaceChildren();
      widen(0, PAGE);
      scroller.scrollTop = 0;
    }

    form.hidden = false;
    scroller.hidden = false;
    form.addEventListener("input", refresh);
    form.addEventListener("submit", (event) => event.preventDefault());
    more.addEventListener("click", () => widen(0, PAGE));
    earlier.addEventListener("click", () => widen(PAGE, 0));
    document.addEventListener("rangechange", (event) => {
      range = event.detail;
      refresh();
    });
    refresh();
  }

  if (source) startLogs();
}
