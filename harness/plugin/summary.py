"""The table of all chaos runs at the end of a session."""

from collections import Counter
from collections.abc import Iterator

import pytest

from harness.plugin.rows import NO_RUN, Row, rows_of

HEADINGS = ("verdict", "seconds", "scenario", "nemesis", "seed", "report")


class Summary:
    """Collects the rows of all tests, of all workers, and writes them below each other."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the rows of a report."""
        self._rows += rows_of(report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the table, where there were runs."""
        if not self._rows:
            return
        terminalreporter.section("chaos runs")
        cells = [HEADINGS, *map(_cells, self._rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row, texts in zip([None, *self._rows], cells, strict=True):
            line = "  ".join(_aligned(texts, widths)).rstrip()
            terminalreporter.write_line(line, **_colour(row))
        terminalreporter.write_line(_counted(self._rows))


def _cells(row: Row) -> tuple[str, ...]:
    expected = ", as expected" if row["verdict"] == row["expected"] != "valid" else ""
    told = (row["scenario"], row["nemesis"], str(row["seed"]), row["report"] or "-")
    return (f"{row['verdict']}{expected}", f"{row['seconds']:.0f}", *told)


def _aligned(texts: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    for heading, text, width in zip(HEADINGS, texts, widths, strict=True):
        yield text.rjust(width) if heading in {"seconds", "seed"} else text.ljust(width)


def _colour(row: Row | None) -> dict[str, bool]:
    if row is None:
        return {"bold": True}
    if row["verdict"] == row["expected"] or not row["expected"]:
        return {}
    return {"yellow": True} if row["verdict"] == "unknown" else {"red": True}


def _counted(rows: list[Row]) -> str:
    verdicts = Counter(row["verdict"] for row in rows)
    order = ("violation", "unknown", NO_RUN, "valid")
    counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in order if verdicts[verdict])
    return f"{len(rows)} {'run' if len(rows) == 1 else 'runs'}: {counts}"
