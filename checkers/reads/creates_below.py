"""How many creates there were below a node, as far as the history tells."""

import numpy as np
from numpy.typing import NDArray

from checkers.facts.effects import VANISH
from checkers.facts.transactions import CREATE
from checkers.facts.tree import Tree
from harness.history.columns import I8


class CreatesBelow:
    """Counts the creates of children since a parent was made."""

    def __init__(self, known: Tree):
        self._known = known
        effects = known.effects
        rows = np.flatnonzero(effects.kind == CREATE)
        parent = known.paths.parents(effects.path[rows])
        rows, parent = rows[parent >= 0], parent[parent >= 0]
        place = known.positions.effect(effects.zxid[rows], effects.part[rows])
        self._keys: I8 = np.sort(known.positions.key(parent, place))

    def count(self, parents: I8, births: I8, places: I8) -> I8:
        """Return the known creates below parents between the rows of their births and some places."""
        line, key = self._known.line, self._known.positions.key
        left = np.searchsorted(self._keys, line.keys[births], "right")
        found: I8 = np.searchsorted(self._keys, key(parents, places), "right") - left
        return found

    def room(self, births: I8, zxids: I8) -> I8:
        """Return how many unknown creates below parents there may have been, from their births to a zxid."""
        line, candidates = self._known.line, self._known.candidates
        found = np.zeros(len(births), np.int64)
        for birth in np.unique(births).tolist():
            mine = births == birth
            since = int(line.effects.zxid[birth])
            possible = [
                int(candidates.unknown.after[row])
                for row in candidates.parents.get(int(line.effects.path[birth]), ())
                if candidates.unknown.kind[row] == CREATE
                and row not in candidates.located
                and candidates.unknown.before[row] > since
            ]
            found[mine] = np.searchsorted(np.sort(possible), zxids[mine], "left")
        return found

    def counted(self, births: I8) -> NDArray[np.bool_]:
        """Tell for which births all that came after them is in the history."""
        line = self._known.line
        exact = line.effects.kind[births] < VANISH
        found: NDArray[np.bool_] = (births >= 0) & exact & (line.effects.zxid[births] >= self._known.first)
        return found
