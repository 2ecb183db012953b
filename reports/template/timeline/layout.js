// Which rows there are, how high they are, and their names in the gutter.

const AXIS = 40;
const SLOT = 20;
const STRIP = 7;
const MARKS = 13;
const rows = [];
let height = 0;

function addRow(kind, size, name, about, rest) {
  rows.push({ kind, y: height, h: size, name, about, ...rest });
  height += size;
}

const slots = (items) => items.reduce((most, item) => Math.max(most, item.slot + 1), 1);

function layOut() {
  addRow("axis", AXIS, "", "");
  if (data.faults.length) addRow("faults", slots(data.faults) * (SLOT + 2) + 8, "faults", "");
  for (const lane of timeline.lanes) {
    const calls = lane.operations.n;
    if (lane.role === "server") addRow("server", SLOT + 10 + (calls ? MARKS : 0), lane.name, "", { lane });
    else if (lane.role === "app") addAppRow(lane);
    else addRow("other", MARKS + 12, lane.name, "calls", { lane });
  }
  if (timeline.lanes.some((lane) => lane.operations.n)) {
    addRow("latency", 170, "latency", "log scale");
    addRow("rate", 84, "rate", `calls per ${timeline.rate.step === 1 ? "second" : `${timeline.rate.step} s`}`);
  }
  if (timeline.lag.servers.length) addRow("lag", lagHeight(), "replica lag", "behind, at least");
}

function addAppRow(lane) {
  const bandHeight = slots(lane.bands) * SLOT;
  const stripHeight = slots(lane.sessions) * STRIP;
  const calls = lane.operations.n;
  const about = calls ? `${calls.toLocaleString("en")} calls` : "no calls";
  addRow("app", 6 + bandHeight + 2 + stripHeight + 2 + MARKS + 6, lane.name, about, {
    lane,
    bandsAt: 6,
    stripsAt: 8 + bandHeight,
    marksAt: 10 + bandHeight + stripHeight,
  });
}

function fillGutter() {
  const gutter = document.getElementById("gutter");
  gutter.style.height = `${height}px`;
  for (const row of rows) {
    const cell = document.createElement("div");
    cell.style.top = `${row.y}px`;
    cell.style.height = `${row.h}px`;
    if (["latency", "rate", "lag", "server"].includes(row.kind)) cell.className = "start";
    for (const [text, name] of [[row.name, "name"], [row.about, "about"]]) {
      if (!text) continue;
      const span = document.createElement("span");
      span.className = name;
      span.textContent = text;
      span.title = text;
      cell.append(span);
    }
    gutter.append(cell);
  }
}

const rowAt = (y) => rows.find((row) => y >= row.y && y < row.y + row.h);
