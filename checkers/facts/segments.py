"""Running extremes within segments of an array, such as the sessions of sorted answers."""

import numpy as np
from numpy.typing import NDArray

ROOM = 2**62


def running_maximum(values: NDArray[np.int64], segment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the highest value so far, row by row, begun anew in every segment.

    `segment` numbers the rows' segments in ascending order, from 0. Every segment is lifted above the one
    before it, so that one pass over the whole array does.
    """
    if not len(values):
        return values
    low, high = int(values.min()), int(values.max())
    span = high - low + 1
    if span * (int(segment[-1]) + 1) >= ROOM:
        known, ranks = np.unique(values, return_inverse=True)
        return known[running_maximum(ranks.astype(np.int64), segment)]
    lift = segment * span - low
    highest: NDArray[np.int64] = np.maximum.accumulate(values + lift) - lift
    return highest


def before(running: NDArray[np.int64], segment: NDArray[np.int64], nothing: int) -> NDArray[np.int64]:
    """Move running values one row down: what was known before each row, `nothing` at a segment's begin."""
    moved = np.full_like(running, nothing)
    same = segment[1:] == segment[:-1]
    moved[1:][same] = running[:-1][same]
    return moved


def begins(segment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first row of every segment."""
    first = np.ones(len(segment), np.bool_)
    first[1:] = segment[1:] != segment[:-1]
    return np.flatnonzero(first)
