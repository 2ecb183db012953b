"""For how long nobody led or held after each fault."""

from collections.abc import Iterable
from typing import Any

from checkers.context import real_faults
from checkers.intervals import Interval, gaps_between
from checkers.recipes.quiet import working_span
from harness.history import History


def vacancies(history: History, held: Iterable[Interval]) -> list[int]:
    """Return for each proven fault the longest time (ns) in which nobody held, until the next fault.

    What was vacant when the fault began counts from then on, and what still is in the end up to there.
    """
    span = working_span(history)
    faults = [fault for fault in real_faults(history) if fault.proven is not None]
    if span is None:
        return []
    rows = sorted(held, key=lambda interval: interval.start)
    found = []
    for place, fault in enumerate(faults):
        end = faults[place + 1].begin if place + 1 < len(faults) else span.end
        gaps = gaps_between(rows, fault.begin, max(end, fault.begin))
        found.append(max((gap.end - gap.start for gap in gaps), default=0))
    return found


def percentiles(lengths: Iterable[int]) -> dict[str, Any]:
    """Return in seconds what half, 90 and 99 of 100 do not exceed, and the longest; of nothing, nothing.

    Nearest rank: every number is one that was measured.
    """
    ordered = sorted(lengths)
    if not ordered:
        return {}
    ranks = {"p50": 50, "p90": 90, "p99": 99, "max": 100}
    return {
        name: ordered[max(-(-share * len(ordered) // 100), 1) - 1] / 1e9 for name, share in ranks.items()
    } | {"of": len(ordered)}
