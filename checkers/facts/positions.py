"""Places in the order of transactions as single numbers, so that a state is one bisect away."""

import numpy as np
from numpy.typing import NDArray

from harness.history.columns import I8


class Positions:
    """Numbers places so that (path, place) fits into one integer that sorts like the pair.

    Within a transaction the places are: before its first part, after each part, and after the whole of it,
    which is where a read with that zxid stands.
    """

    def __init__(self, zxids: I8, parts: int, paths: int):
        """Take all zxids that matter, the largest number of parts of a transaction, and of paths."""
        known = zxids[zxids > 0]
        self._slots = parts + 2
        epochs = known >> 32
        self._epochs = np.unique(epochs)
        which = np.searchsorted(self._epochs, epochs)
        counters = known & 0xFFFFFFFF
        self._lowest = np.full(len(self._epochs), 2**32)
        highest = np.zeros(len(self._epochs), np.int64)
        np.minimum.at(self._lowest, which, counters)
        np.maximum.at(highest, which, counters)
        # One number more at each side, for zxids that are outside of what is known of their epoch.
        ends = np.cumsum(highest - self._lowest + 3)
        self._starts = np.concatenate(([0], ends[:-1])) + 1 if len(ends) else ends
        self._ranks: I8 | None = None
        total = int(ends[-1]) + 2 if len(ends) else 2
        if total * self._slots * (paths + 1) >= 2**62:
            self._ranks = np.unique(known)
            total = 2 * len(self._ranks) + 2
        self.span = total * self._slots
        """Places of one path."""

    def before(self, zxid: I8, part: NDArray[np.integer] | int = 0) -> I8:
        """Where a part of a transaction finds the tree."""
        return self._rank(zxid) * self._slots + part

    def effect(self, zxid: I8, part: NDArray[np.integer] | int = 0) -> I8:
        """Where a part of a transaction leaves the tree."""
        return self.before(zxid, part) + 1

    def after(self, zxid: I8) -> I8:
        """Where a read that was answered with a zxid stands."""
        return self._rank(zxid) * self._slots + self._slots - 1

    def key(self, path: NDArray[np.integer], place: I8) -> I8:
        """Return numbers that sort by path, then by place."""
        return path.astype(np.int64) * self.span + place

    def _rank(self, zxid: I8) -> I8:
        if self._ranks is not None:
            left = np.searchsorted(self._ranks, zxid, "left")
            return left + np.searchsorted(self._ranks, zxid, "right")
        if not len(self._epochs):
            return np.zeros_like(zxid)
        epoch = zxid >> 32
        which = np.searchsorted(self._epochs, epoch)
        inside = np.minimum(which, len(self._epochs) - 1)
        offset = (zxid & 0xFFFFFFFF) - self._lowest[inside]
        width = np.append(self._starts[1:], self.span // self._slots)[inside] - self._starts[inside] - 2
        found = self._starts[inside] + np.clip(offset, -1, width)
        beside = np.where(which > inside, self.span // self._slots - 1, self._starts[inside] - 1)
        return np.where(self._epochs[inside] == epoch, found, beside)
