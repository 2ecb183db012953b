"""What was known against what had to be known."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from checkers.recipes.members.demands import Demand
from checkers.recipes.members.views import View


@dataclass(frozen=True, slots=True)
class Miss:
    """Somebody did not know what had to be known, from `start` to `end` (ns)."""

    demand: Demand
    view: View
    start: int
    end: int


@dataclass(slots=True)
class Comparison:
    """What came of comparing."""

    compared: int = 0
    misses: list[Miss] = field(default_factory=list)


def compare(demands: Iterable[Demand], seen: Sequence[Sequence[View]], final: Sequence[View]) -> Comparison:
    """Compare every demand with the views of the same time; each list is in order and free of overlaps.

    A final reading shows some moment within it, so it counts where the demand holds in all of it.
    """
    found = Comparison()
    ends = [[view.end for view in rows] for rows in seen]
    for demand in demands:
        for rows, until in zip(seen, ends, strict=True):
            for view in _during(rows, until, demand):
                _judge(found, demand, view, max(view.start, demand.start), min(view.end, demand.end))
        for view in final:
            if demand.start <= view.start and view.end <= demand.end:
                _judge(found, demand, view, view.start, view.end)
    return found


def _during(rows: Sequence[View], ends: list[int], demand: Demand) -> Iterator[View]:
    for place in range(bisect_right(ends, demand.start), len(rows)):
        if rows[place].start >= demand.end:
            return
        yield rows[place]


def _judge(found: Comparison, demand: Demand, view: View, start: int, end: int) -> None:
    if view.members is None and demand.kind != "missing-member":
        return
    found.compared += 1
    if view.members is None or not demand.met_by(view.members):
        found.misses.append(Miss(demand, view, start, end))
