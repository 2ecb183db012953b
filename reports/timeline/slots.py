"""Intervals that overlap are drawn in slots, one below the other."""

from collections.abc import Sequence


def pack(intervals: Sequence[tuple[float, float]]) -> list[int]:
    """Give each interval the lowest slot that is free when it starts.

    Greedy interval partitioning in order of the starts: it uses as few slots as there are intervals
    at the busiest moment. An interval may start where its predecessor in the slot ends.
    """
    slots = [0] * len(intervals)
    free_from: list[float] = []
    for place in sorted(range(len(intervals)), key=lambda i: intervals[i]):
        start, end = intervals[place]
        slot = next((n for n, free in enumerate(free_from) if free <= start), len(free_from))
        if slot == len(free_from):
            free_from.append(end)
        else:
            free_from[slot] = end
        slots[place] = slot
    return slots
