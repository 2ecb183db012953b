"""What departures cost: watch events, and requests of those whom they woke."""

import statistics
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any

from checkers.recipes.line.departures import Departure
from checkers.recipes.line.requests import Requests
from harness.history import History


def costs(history: History, found: Iterable[Departure]) -> dict[str, Any]:
    """Measure departures, all together and by the number of candidates in line, where that is known."""
    requests = Requests(history)
    rows = [
        (one.candidates, len(one.woken), sum(map(requests.after, one.woken)))
        for one in sorted(found, key=attrgetter("candidates"))
    ]
    by_candidates = {
        str(candidates): {"departures": len(some), **_cost(some)}
        for candidates, group in groupby(rows, key=lambda row: row[0])
        if candidates and (some := list(group))
    }
    return {**_cost(rows), "by_candidates": by_candidates}


def spread(numbers: Iterable[int]) -> dict[str, float]:
    """Return the least, the middle and the most of some numbers; of nothing, nothing."""
    ordered = sorted(numbers)
    if not ordered:
        return {}
    return {"min": ordered[0], "median": statistics.median(ordered), "max": ordered[-1]}


def _cost(rows: list[tuple[int, int, int]]) -> dict[str, Any]:
    return {"events": spread(row[1] for row in rows), "requests": spread(row[2] for row in rows)}
