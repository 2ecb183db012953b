"""Transactions that answered writes tell of, the refused ones too, in the order of their zxids."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from checkers.facts.bounds import bounds
from checkers.facts.words import WRITES, Words, answered
from harness.history import History
from harness.history.calls import NEVER
from harness.history.columns import I8

EPOCH = 32
"""Bits of a zxid below the epoch."""


@dataclass
class Commits:
    """One row a call that was one transaction, sorted by zxid."""

    call: I8
    zxid: I8
    begin: I8
    """Not committed before this time (ns)."""
    end: I8
    """Committed by this time (ns)."""

    def __len__(self) -> int:
        return len(self.call)

    @cached_property
    def earliest_end(self) -> I8:
        """For each row, and once more behind the last: the earliest `end` from there on, NEVER for none."""
        return np.append(np.minimum.accumulate(self.end[::-1])[::-1], NEVER)

    def beyond(self, zxid: I8) -> I8:
        """Return for each zxid the first row with a higher one, the number of rows for none."""
        return np.searchsorted(self.zxid, zxid, "right")

    def newest_before(self, time: I8, chosen: NDArray[np.bool_] | None = None) -> I8:
        """Return for each time the row with the highest zxid that had ended before, -1 for none.

        Only the `chosen` rows count, where some are.
        """
        order = np.argsort(self.end, kind="stable")
        if chosen is not None:
            order = order[chosen[order]]
        # Rows are sorted by zxid: the highest row has the highest zxid.
        newest = np.append(-1, np.maximum.accumulate(order))
        rows: I8 = newest[np.searchsorted(self.end[order], time, "left")]
        return rows


def commits(history: History) -> Commits:
    """Return the transactions of all writes that were acknowledged or refused."""
    calls, limits = history.calls, history.derive(bounds)
    rows = np.flatnonzero(history.derive(answered) & Words(history).among(calls.f, WRITES))
    zxid = calls.zxid[rows]
    order = np.argsort(zxid, kind="stable")
    rows = rows[order]
    return Commits(rows, zxid[order], limits.begin[rows], limits.end[rows])
