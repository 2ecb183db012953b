// Tables marked `sortable`: a click or Enter on a heading sorts by it, once more turns the order round.

{
  // A cell sorts by its data-sort where it has one; what has no value stays last either way.
  const valueOf = (row, place) => {
    const cell = row.cells[place];
    const told = cell.dataset.sort ?? cell.textContent.trim();
    const number = Number(told);
    return told !== "" && Number.isFinite(number) ? number : told;
  };

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  }

  function sortBy(table, heading) {
    const place = heading.cellIndex;
    const falling = heading.getAttribute("aria-sort") === "ascending";
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, place) }));
    const full = rows.filter(({ value }) => value !== "");
    full.sort((a, b) => compare(a.value, b.value) * (falling ? -1 : 1));
    body.append(...full.map(({ row }) => row), ...rows.filter(({ value }) => value === "").map(({ row }) => row));
    for (const other of table.tHead.querySelectorAll("th")) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    // Above the headings of the columns there may be a row of headings for groups of them.
    for (const heading of [...table.tHead.rows].at(-1).cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sorts";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sortBy(table, heading));
    }
  }
}
