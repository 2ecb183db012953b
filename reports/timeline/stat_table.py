"""The Stats of all answers, each different one once: most reads show what others have shown before."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.history.columns import Stats
from reports.timeline.packing import Column, pack
from reports.timeline.strings import Strings
from reports.values import hex_id

_ZXIDS = ("czxid", "mzxid", "pzxid")
_NUMBERS = ("version", "cversion", "aversion", "dataLength", "numChildren")
_TOLD = (*_ZXIDS, *_NUMBERS, "ephemeralOwner")
"""What is shown of a Stat; the times in it are those of the leader's own clock, and are not."""


class StatColumns(msgspec.Struct, frozen=True):
    """One row a Stat. Zxids are told in two halves, epoch and counter."""

    epochs: list[Column]
    """Of czxid, mzxid and pzxid."""
    counters: list[Column]
    numbers: list[Column]
    """`version`, `cversion`, `aversion`, `dataLength` and `numChildren`."""
    owner: Column
    """The session that owns the znode in hex, as number of the string table."""


class StatTable:
    """Numbers the different ones of some of a history's Stats, in the order of their first rows."""

    def __init__(self, stats: Stats, rows: NDArray[np.int32]):
        """Take the Stats of `rows`, of which -1 is none."""
        self._stats = stats
        self._code = np.zeros(len(stats) + 1, np.int64)
        self._first = np.unique(rows[rows >= 0]).astype(np.int64)
        if len(self._first):
            _, first, same = np.unique(self._keys(), return_index=True, return_inverse=True)
            order = np.argsort(first, kind="stable")
            rank = np.empty(len(order), np.int64)
            rank[order] = np.arange(1, len(order) + 1)
            self._code[self._first] = rank[same.ravel()]
            self._first = self._first[first[order]]

    def codes(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the number of each row's Stat, from 1, and 0 for a row of -1."""
        found: NDArray[np.int64] = self._code[rows]
        return found

    def columns(self, strings: Strings) -> StatColumns:
        """Pack the different Stats; row n is the one with number n + 1."""
        told = {name: getattr(self._stats, name)[self._first].astype(np.int64) for name in _TOLD}
        return StatColumns(
            epochs=[pack((told[name] >> 32) & 0xFFFFFFFF) for name in _ZXIDS],
            counters=[pack(told[name] & 0xFFFFFFFF, delta=True) for name in _ZXIDS],
            numbers=[pack(told[name], delta=True) for name in _NUMBERS],
            owner=pack(strings.codes(told["ephemeralOwner"], hex_id)),
        )

    def _keys(self) -> NDArray[np.void]:
        """Each Stat as one opaque value, so that whole rows are compared at once."""
        told = [getattr(self._stats, name)[self._first].astype(np.int64) for name in _TOLD]
        rows = np.ascontiguousarray(np.stack(told, axis=1))
        return rows.view(np.dtype((np.void, rows.itemsize * len(_TOLD)))).ravel()
