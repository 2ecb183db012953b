"""Sets of times: lists of spans (ns) in order, none of which overlaps another."""

from collections.abc import Iterable, Sequence

from checkers.context import Span
from checkers.intervals import Interval, gaps_between


def common(one: Sequence[Interval], other: Sequence[Interval]) -> list[Span]:
    """Return the times that are in both."""
    found, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        start, end = max(one[i].start, other[j].start), min(one[i].end, other[j].end)
        if start < end:
            found.append(Span(start, end))
        if one[i].end < other[j].end:
            i += 1
        else:
            j += 1
    return found


def without(spans: Iterable[Interval], taken: Iterable[Interval]) -> list[Span]:
    """Return the times of `spans` that are not `taken`; what is taken may overlap."""
    ordered = sorted(taken, key=lambda span: span.start)
    return [gap for span in spans for gap in gaps_between(ordered, span.start, span.end)]


def lasting(spans: Iterable[Interval], bound: int) -> list[Span]:
    """Return the times at which a span has lasted for longer than the bound (ns)."""
    return [Span(span.start + bound, span.end) for span in spans if span.end > span.start + bound]
