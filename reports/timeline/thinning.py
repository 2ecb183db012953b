"""How many calls the timeline of a page can hold, and which ones where there are more."""

import numpy as np
from numpy.typing import NDArray

from harness.history.columns import FAIL, INFO

MOST = 1_000_000
"""Calls on one page: a browser holds and draws that many, with patience."""


def chosen_calls(outcomes: NDArray[np.int8], most: int = MOST) -> NDArray[np.int64]:
    """Return the rows to show, in order: all where there are few enough, else evenly spread ones.

    What nobody knows the end of is kept first, up to half of the room, then what failed, up to half of what
    is left; acknowledged calls, of which one is like the other, have the rest.
    """
    if len(outcomes) <= most:
        return np.arange(len(outcomes))
    unknown, failed = np.flatnonzero(outcomes == INFO), np.flatnonzero(outcomes == FAIL)
    acknowledged = np.flatnonzero((outcomes != INFO) & (outcomes != FAIL))
    kept = [_spread(unknown, max(most // 2, most - len(failed) - len(acknowledged)))]
    room = most - len(kept[0])
    kept.append(_spread(failed, max(room // 2, room - len(acknowledged))))
    kept.append(_spread(acknowledged, room - len(kept[1])))
    return np.sort(np.concatenate(kept))


def _spread(rows: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    return rows if len(rows) <= room else rows[np.arange(room) * len(rows) // room]
