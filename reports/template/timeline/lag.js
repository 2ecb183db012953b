// Replica lag: a strip for each server, as high as the transactions that it was known to lack (log scale).

const LAG_STRIP = 34;
const LAG_BAR = 15;
const LAG_TOP = 4;
const lagHeight = () => timeline.lag.servers.length * LAG_STRIP + LAG_TOP + 4;
const mostBehind = () => timeline.lag.servers.reduce((most, server) => Math.max(most, server.most), 1);

function drawLag(row) {
  const scale = LAG_BAR / Math.log1p(mostBehind());
  timeline.lag.servers.forEach((server, n) => {
    const floor = row.y + LAG_TOP + (n + 1) * LAG_STRIP - 3;
    line(0, floor + 0.5, view.width, floor + 0.5, theme.line);
    drawBehind(server, floor, scale);
    tag(lagTitle(server), floor - LAG_BAR - 8);
  });
}

const lagTitle = (server) =>
  server.most ? `${server.server}: lacked up to ${figures(server.most)}, for up to ${latencyText(server.longest / 1000)}` : `${server.server}: never seen to lack any`;

// A server that answered with everything that was known leaves a thin line: it was seen.
function drawBehind({ buckets, behind }, floor, scale) {
  const { start, step } = timeline.lag;
  for (let i = lowerBound(buckets, Math.floor((view.from - start) / step)); i < buckets.length; i += 1) {
    const second = start + buckets[i] * step;
    if (second > view.to) break;
    const left = Math.round(Math.max(toX(second), -4));
    const h = behind[i] ? Math.max(3, Math.log1p(behind[i]) * scale) : 2;
    ctx.fillStyle = behind[i] ? theme.suspended : theme.connected;
    ctx.fillRect(left, floor - h, Math.max(1, Math.round(Math.min(toX(second + step), view.width + 4)) - left), h);
    drawn.shapes += 1;
  }
}

// What is known of a server's lag at a second: {behind, late}, late in ms, or null where it was not heard of.
function lagAt(server, second) {
  const bucket = Math.floor((second - timeline.lag.start) / timeline.lag.step);
  const i = lowerBound(server.buckets, bucket);
  return server.buckets[i] === bucket ? { behind: server.behind[i], late: server.late[i] / 1000 } : null;
}

// All servers at a second, in a line.
function lagReading(second) {
  const told = timeline.lag.servers.map((server) => `${server.server} ${lagWords(lagAt(server, second))}`);
  return told.length ? `lag: ${told.join("; ")}` : "";
}

function lagWords(found) {
  if (!found) return "not heard of";
  return found.behind ? `at least ${figures(found.behind)} behind, ${latencyText(found.late)}` : "not behind";
}
