"""Looking things up in sorted columns: which row of a group comes first after a place."""

import numpy as np

from checkers.watches.rows import Mask, at
from harness.history.columns import I8


class Lookup:
    """Rows sorted by (group, place); of equal ones the earlier row comes first.

    A position counts in that order, -1 says that there is no such row. All questions are answered by one
    bisection, in (rows + questions) · log rows.
    """

    def __init__(self, group: I8, place: I8):
        self._order: I8 = np.arange(len(group)) if _sorted(group, place) else np.lexsort((place, group))
        self._group, self._place = group[self._order], place[self._order]

    def __len__(self) -> int:
        return len(self._order)

    def after(self, group: I8, place: I8) -> I8:
        """Return for each pair the position of the group's first row beyond the place."""
        position, end = self._bisect(group, place)
        return np.where(position < end, position, -1)

    def upto(self, group: I8, place: I8) -> I8:
        """Return for each pair the position of the group's last row at or before the place."""
        position, _ = self._bisect(group, place)
        return np.where(self.holds(position - 1, group), position - 1, -1)

    def preceding(self) -> I8:
        """Return for each row, by its number before it was sorted, the row before it in its group, or -1."""
        found = np.full(len(self), -1)
        follows = np.flatnonzero(self._group[1:] == self._group[:-1])
        found[self._order[follows + 1]] = self._order[follows]
        return found

    def holds(self, position: I8, group: I8) -> Mask:
        """Tell for each position whether a row of the group is there."""
        inside = (position >= 0) & (position < len(self))
        same: Mask = at(self._group, np.where(inside, position, -1), -1) == group
        return inside & same

    def places(self, position: I8, otherwise: int) -> I8:
        """Return the place of the row at each position."""
        return at(self._place, position, otherwise)

    def rows(self, position: I8) -> I8:
        """Return the number that the row at each position had before it was sorted, -1 for -1."""
        return at(self._order, position, -1)

    def _bisect(self, group: I8, place: I8) -> tuple[I8, I8]:
        low = np.searchsorted(self._group, group, "left").astype(np.int64)
        end = np.searchsorted(self._group, group, "right").astype(np.int64)
        high = end.copy()
        while (searching := low < high).any():
            middle = (low + high) >> 1
            beyond = at(self._place, np.where(searching, middle, -1), 0) > place
            high = np.where(searching & beyond, middle, high)
            low = np.where(searching & ~beyond, middle + 1, low)
        return low, end


def _sorted(group: I8, place: I8) -> bool:
    """Tell whether rows are in order already, which is quicker to see than to sort them again."""
    rises = group[1:] > group[:-1]
    return bool((rises | ((group[1:] == group[:-1]) & (place[1:] >= place[:-1]))).all())


def running_maximum(group: I8, values: I8) -> I8:
    """Return for each row the greatest value of its group so far; groups lie together.

    Values that never fall, as zxids of a connection should not, cost one comparison each.
    """
    falls = np.flatnonzero((values[1:] < values[:-1]) & (group[1:] == group[:-1]))
    found = values.copy()
    for number in np.unique(group[falls]).tolist():
        span = slice(np.searchsorted(group, number, "left"), np.searchsorted(group, number, "right"))
        found[span] = np.maximum.accumulate(values[span])
    return found
