"""Which states a reply may show: that of the zxid in its header, but for one exception."""

import numpy as np
from numpy.typing import NDArray

_COUNTER = (1 << 32) - 1

_FRESH = 16
"""A leader that has just taken over may, for microseconds, answer a read with a header that is a few
transactions ahead of the state it shows. A read at one of the first counters of an epoch therefore
stands for any state since the epoch began."""


def lowest(zxid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each zxid in the header of a read that of the oldest state that the read may show."""
    return np.where(zxid & _COUNTER <= _FRESH, zxid & ~_COUNTER, zxid)


def bounds(zxid: int) -> tuple[int, int]:
    """Return the prefixes that a read with this zxid in its header may show."""
    return (zxid & ~_COUNTER if zxid & _COUNTER <= _FRESH else zxid), zxid
