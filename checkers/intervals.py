"""Intervals on any integer axis (time in ns, or zxids): who overlaps whom, and what nobody covers."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from checkers.context import Span


class Interval(Protocol):
    """Anything with two ends."""

    @property
    def start(self) -> int:
        """The first point."""

    @property
    def end(self) -> int:
        """The last point, not before `start`."""


I = TypeVar("I", bound=Interval)  # noqa: E741 - an interval


def overlapping(intervals: Iterable[I], *, touching: bool) -> Iterator[tuple[I, I]]:
    """Yield every pair that overlaps, each with the one that started first in front.

    `touching` tells whether one shared point is enough. A sweep over the starts that keeps what is
    still open: n log n plus the number of pairs.
    """
    open_now: list[I] = []
    for late in sorted(intervals, key=lambda interval: (interval.start, interval.end)):
        open_now = [early for early in open_now if _reaches(early.end, late.start, touching=touching)]
        for early in open_now:
            if touching or late.end > late.start:
                yield early, late
        open_now.append(late)


def _reaches(end: int, start: int, *, touching: bool) -> bool:
    return end >= start if touching else end > start


def gaps_between(held: Iterable[Interval], start: int, end: int) -> list[Span]:
    """Return the parts of [start, end] that no interval covers; `held` is in order of its starts."""
    found, reached = [], start
    for interval in held:
        if interval.start >= end:
            break
        if interval.start > reached:
            found.append(Span(reached, interval.start))
        reached = max(reached, interval.end)
    return [*found, Span(reached, end)] if reached < end else found


def uncovered(intervals: Iterable[Interval], start: int, end: int) -> int:
    """Return how much of [start, end] no interval covers."""
    held = sorted(intervals, key=lambda interval: interval.start)
    return sum(gap.end - gap.start for gap in gaps_between(held, start, end))
