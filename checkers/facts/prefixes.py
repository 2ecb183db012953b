"""Which states a reply may show: that of the zxid in its header, but for one exception.

A leader that has just taken over may, for microseconds, put a zxid into the headers of reads and pings that
is a few transactions ahead of the state it shows. A read at one of the first counters of an epoch therefore
stands for any state since the epoch began. Answers to writes are exact.
"""

import numpy as np
from numpy.typing import NDArray

from harness.history import History
from harness.history.columns import I8

COUNTER = (1 << 32) - 1

FRESH = 16
"""So many transactions of an epoch its leader may claim before they are there."""


def early(zxid: I8) -> NDArray[np.bool_]:
    """Tell which zxids are among the first of their epoch."""
    found: NDArray[np.bool_] = zxid & COUNTER <= FRESH
    return found


def lowest(zxid: I8) -> I8:
    """Return for each zxid in the header of a read that of the oldest state that the read may show."""
    return np.where(early(zxid), zxid & ~COUNTER, zxid)


def bounds(zxid: int) -> tuple[int, int]:
    """Return the prefixes that a read with this zxid in its header may show."""
    return int(lowest(np.array(zxid))), zxid


def exact(history: History, zxid: I8) -> NDArray[np.bool_]:
    """Tell which zxids in the headers of reads certainly name the state.

    The leader of the oldest epoch was there before anybody asked: a run begins when the ensemble has
    answered.
    """
    oldest = int(history.calls.zxid[history.calls.zxid > 0].min(initial=2**62)) >> 32
    told: NDArray[np.bool_] = ~early(zxid) | (zxid >> 32 <= oldest)
    return told


def sure(history: History, zxid: I8, wrote: NDArray[np.bool_]) -> I8:
    """Return the zxids of the oldest states that replies may show; `wrote` says which answer writes."""
    return np.where(wrote | exact(history, zxid), zxid, zxid & ~COUNTER)
