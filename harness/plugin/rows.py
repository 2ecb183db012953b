"""What a session tells of its runs: rows that travel with the reports of tests, from worker to controller."""

from collections.abc import Iterator
from typing import Any, TypedDict

import pytest

NO_RUN = "no run"
"""Instead of a verdict, where there was nothing to judge."""


class Row(TypedDict):
    """One run, in types that every worker can send."""

    scenario: str
    nemesis: str
    seed: int
    verdict: str
    expected: str
    """The verdict that the test asked for; empty where any would do."""
    seconds: float
    """From the begin of the set-up to the verdict."""
    report: str
    """Path of its report, empty where there is none."""


_rows = pytest.StashKey[list[Row]]()


def add_row(item: pytest.Item, row: Row) -> None:
    """Tell of one more run of a test, also in its properties, which JUnit's XML shows."""
    item.stash.setdefault(_rows, []).append(row)
    properties = ("scenario", "nemesis", "seed", "verdict", "report")
    item.user_properties += [(name, row[name]) for name in properties]  # type: ignore[literal-required]


def attach_rows(item: pytest.Item, report: pytest.TestReport) -> None:
    """Let a test's report carry the rows that none before it carried."""
    if rows := item.stash.get(_rows, None):
        report.chaos_rows = rows  # type: ignore[attr-defined]
        del item.stash[_rows]


def rows_of(report: Any) -> Iterator[Row]:
    """Yield the rows that a report carries."""
    yield from getattr(report, "chaos_rows", ())
