"""The herd effect in numbers: whom a departure woke and what they asked, by how many stood in line."""

from typing import Any

import msgspec

from checkers.result import Results
from reports.values import mapping, whole


class Spread(msgspec.Struct, frozen=True):
    """The least, the middle and the most of some numbers."""

    least: float
    median: float
    most: float


class HerdRow(msgspec.Struct, frozen=True):
    """All departures from lines of one length."""

    candidates: int
    departures: int
    events: Spread | None
    """Watch events that one departure caused."""
    requests: Spread | None
    """Requests that those made whom it woke."""


class HerdTable(msgspec.Struct, frozen=True):
    """What the checker `herd` measured."""

    rows: list[HerdRow]
    departures: int
    sentence: str


def build_herd(results: Results) -> HerdTable | None:
    """Read the measures of the checker `herd`; None where it did not run or nobody left a line."""
    result = next((result for result in results.results if result.name == "herd"), None)
    if result is None:
        return None
    rows = [
        HerdRow(candidates, number, _spread(told.get("events")), _spread(told.get("requests")))
        for name, entry in mapping(result.measures.get("by_candidates")).items()
        if (told := mapping(entry)) and str(name).isdigit() and (number := whole(told.get("departures")))
        for candidates in (int(name),)
    ]
    if not rows:
        return None
    rows.sort(key=lambda row: row.candidates)
    return HerdTable(rows, sum(row.departures for row in rows), _sentence(rows))


def _spread(value: Any) -> Spread | None:
    numbers = [mapping(value).get(name) for name in ("min", "median", "max")]
    told = [float(number) for number in numbers if isinstance(number, int | float)]
    return Spread(*told) if len(told) == len(numbers) else None


def _sentence(rows: list[HerdRow]) -> str:
    """Say whether the longer line was woken as a whole, or one of it."""
    longest = rows[-1]
    if longest.events is None:
        return ""
    others = longest.candidates - 1
    woke = (
        f"{longest.events.median:g} of the {others:,} who stayed" if others else "nobody, for nobody stayed"
    )
    if len(rows) == 1 or rows[0].events is None:
        return f"With {longest.candidates:,} in line a departure woke {woke} (median)."
    few, woken = rows[0].candidates, rows[0].events.median
    grows = longest.events.median > woken
    end = "the longer the line, the more are woken" if grows else "the length of the line does not matter"
    return (
        f"With {longest.candidates:,} in line a departure woke {woke} (median), with {few:,} in line "
        f"{woken:g}: {end}."
    )
