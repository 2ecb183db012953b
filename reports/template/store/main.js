// Start: read the hash, draw, and draw again whenever something else is chosen.

function draw() {
  const shown = chosen();
  drawFilters();
  const nothing = !shown.length;
  at("none").hidden = !nothing;
  at("none").textContent = runs.length
    ? "No run is like that; clear a filter to see more."
    : "There are no runs yet: `zkchaos run election --nemesis kill-leader` makes the first one.";
  for (const name of ["findings", "grid", "trends", "runs"]) at(name).hidden = nothing;
  if (!nothing) {
    drawFindings(shown);
    drawGrid(shown);
    drawTrends(shown);
    drawTable(shown);
  }
  at("store").dataset.shown = String(shown.length);
}

at("count").textContent = counted(runs.length, "run");
at("written").textContent = `${data.served ? "read" : "written"} ${time(data.written)} UTC`;
for (const link of document.querySelectorAll("[data-section]")) {
  // The hash is what is chosen, so a link into the page scrolls by itself.
  link.addEventListener("click", (event) => {
    event.preventDefault();
    at(link.dataset.section).scrollIntoView();
  });
}
startFilters();
addEventListener("hashchange", () => { readHash(); draw(); });
readHash();
draw();
