"""Segments of an array, such as the sessions of sorted answers: their order, running extremes within them."""

from math import prod

import numpy as np
from numpy.typing import NDArray

ROOM = 2**62


def order_by(*columns: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the order by columns, the first of which counts most; equal rows stay as they are."""
    if not len(columns[0]):
        return np.empty(0, np.int64)
    widths = [int(column.max()) + 1 for column in columns]
    # One sort of one key is several times as quick as a sort by several.
    if min(int(column.min()) for column in columns) >= 0 and prod(widths) < ROOM:
        key = columns[0].astype(np.int64)
        for column, width in zip(columns[1:], widths[1:], strict=True):
            key = key * width + column
        return np.argsort(key, kind="stable")
    return np.lexsort(columns[::-1])


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


def fallen(
    values: NDArray[np.int64],
    promises: NDArray[np.int64],
    promised: NDArray[np.int64],
    segment: NDArray[np.int64],
    among: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return rows of (what promised most, what came behind it and has less).

    `promised` is the highest of `promises` before each row of its segment; only rows `among` are bound by it.
    Of each run of fallen rows the first one is told, which keeps the loop short.
    """
    wrong = np.flatnonzero(among & (values < promised))
    wrong = wrong[np.diff(wrong, prepend=-2) > 1]
    starts = np.searchsorted(segment, segment[wrong], "left")
    makers = [
        start + int(np.argmax(promises[start:place]))
        for start, place in zip(starts.tolist(), wrong.tolist(), strict=True)
    ]
    return np.column_stack((np.array(makers, np.int64), wrong))


def begins(segment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first row of every segment."""
    first = np.ones(len(segment), np.bool_)
    first[1:] = segment[1:] != segment[:-1]
    return np.flatnonzero(first)
