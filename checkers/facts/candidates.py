"""Which unknown effects can explain what was seen, and which of them have found their place."""

from collections import defaultdict

import numpy as np

from checkers.facts.effects import CONTAINER_OWNER, owners
from checkers.facts.paths import Paths, unnumbered
from checkers.facts.transactions import CREATE, DELETE, SET, UNTOLD
from checkers.facts.unknowns import Unknowns
from harness.history.columns import CONTAINER, EPHEMERAL, I8, SEQUENCE, TTL


class Candidates:
    """The unknown effects by path and kind; each can have happened once."""

    def __init__(self, unknown: Unknowns, paths: Paths, taken: I8):
        """Take the zxids that are certainly those of other transactions, sorted."""
        self.unknown = unknown
        self.owner = owners(unknown.kind, unknown.flags, unknown.session)
        """Whom a node belongs to that an effect made, as in `Effects`."""
        self.placed: dict[int, int] = {}
        """{call: zxid} of what has found its place exactly."""
        self.located: set[int] = set()
        """Rows of the effects of those calls; only of a sequential create the path may still be unknown."""
        self._spent: dict[int, int] = {}
        self._spent_on: dict[int, list[int]] = {}
        self._taken = taken
        self._paths = paths
        self._rows: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._prefixes: dict[str, list[int]] = defaultdict(list)
        self.parents: dict[int, list[int]] = defaultdict(list)
        """{parent: rows of creates and deletes of children}."""
        parents = paths.parents(unknown.path)
        for row, (kind, path) in enumerate(zip(unknown.kind.tolist(), unknown.path.tolist(), strict=True)):
            if kind == CREATE and unknown.flags[row] & SEQUENCE:
                self._prefixes[paths.say(path)].append(row)
            else:
                self._rows[kind, path].append(row)
            if kind in {CREATE, DELETE}:
                self.parents[int(parents[row])].append(row)

    def on(self, kind: int, path: int) -> list[int]:
        """Return the rows of effects of a kind that can have happened to a path and are not placed yet."""
        found = list(self._rows.get((kind, path), ()))
        if kind == CREATE and self._prefixes:
            found += self._prefixes.get(unnumbered(self._paths.say(path)), ())
        return [row for row in found if row not in self.located and self._spent.get(row, path) == path]

    def spend(self, row: int, path: int) -> None:
        """Note that an effect certainly happened to a path, though nobody knows exactly when."""
        self._spent[row] = path
        self._spent_on.setdefault(path, []).append(row)

    def release(self, path: int) -> None:
        """Forget what was spent on a path."""
        for row in self._spent_on.pop(path, ()):
            self._spent.pop(row, None)

    def fits(self, row: int, low: int, high: int) -> bool:
        """Tell whether an effect can have happened at a zxid from `low` to `high`, both inclusive."""
        placed = self.placed.get(int(self.unknown.call[row]))
        if placed is not None:
            return low <= placed <= high
        low = max(low, int(self.unknown.after[row]) + 1)
        high = min(high, int(self.unknown.before[row]) - 1)
        return self.free(low, high)

    def free(self, low: int, high: int) -> bool:
        """Tell whether a zxid from `low` to `high`, both inclusive, may be that of an unknown transaction."""
        if low > high:
            return False
        if low >> 32 != high >> 32:
            return True  # Nobody knows how many transactions the older epoch had.
        left, right = np.searchsorted(self._taken, [low, high + 1])
        return int(right - left) <= high - low

    def room(self, path: int, low: int, high: int) -> int:
        """Return how many unknown sets of a path may have happened between two zxids, both exclusive."""
        return sum(self.fits(row, low + 1, high - 1) for row in self.on(SET, path))

    def anew(self, path: int, low: int, high: int) -> bool:
        """Tell whether a path may have been made anew between two zxids, both exclusive.

        Where nothing but that it was there is told of it, nobody would have noticed.
        """
        return any(self.fits(row, low + 1, high - 1) for row in self.on(CREATE, path))

    def wrote(self, row: int, data: int) -> bool:
        """Tell whether data, or UNTOLD where a sighting did not tell it, can be that of an effect."""
        written = int(self.unknown.data[row])
        return UNTOLD in {data, written} or data == written

    def owns(self, row: int, owner: int | None) -> bool:
        """Tell whether an owner, as a Stat shows it or None, can be that of a node that a create made."""
        flags, session = int(self.unknown.flags[row]), int(self.unknown.session[row])
        if owner is None or flags & TTL:
            return True
        if flags & CONTAINER:
            return owner == CONTAINER_OWNER
        if flags & EPHEMERAL:
            return owner == session if session else owner != 0
        return owner == 0
