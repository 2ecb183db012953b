"""Which misreadings show a loss: an effect that is gone for good, not only from one stale answer.

A misreading counts as a loss when nothing later shows the effect again: no later sighting of the path by
anybody, or, for the final walk of a server, none of that walk. A single stale answer is followed by right
ones, in a complete run by those of the final walk at the latest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.facts.lists import Misfit
from checkers.facts.tree import Tree, tree
from checkers.reads.misread_lists import misread_lists
from checkers.reads.misreadings import OLDER, STALE, misreadings
from harness.history import History
from harness.history.columns import I8

FINAL = "final/"
"""Processes of the final walks begin with it."""

LOOKED_AT = 200
"""So many odd lists are looked at more closely."""


@dataclass(slots=True, kw_only=True)
class Losses:
    """What shows that something was lost."""

    rows: I8
    """Rows of the misreadings."""
    misfits: list[Misfit]
    """Children that lists lost, or show though they were deleted."""


def losses(history: History) -> Losses:
    """Return the misreadings after which the effect never shows again."""
    known, found = history.derive(tree), history.derive(misreadings)
    right = np.ones(len(known.seen), bool)
    right[found.seen] = False
    again = _Again(history, known, right)
    older = np.flatnonzero(np.isin(found.kind, OLDER))
    shown = again.shown(found.seen[older], found.kind[older] == STALE)
    misfits = [misfit for misfit in misread_lists(known)[:LOOKED_AT] if misfit.child >= 0]
    return Losses(rows=older[~shown], misfits=[misfit for misfit in misfits if not again.listed(misfit)])


class _Again:
    """Tells whether something was right again later: for anybody, or within the same final walk."""

    def __init__(self, history: History, known: Tree, right: NDArray[np.bool_]):
        self._known, self._items = known, history.columns.items
        self._process = history.calls.process
        texts = history.columns.texts
        walks = [one for one in np.unique(self._process).tolist() if texts.say(one).startswith(FINAL)]
        self._final: NDArray[np.bool_] = np.isin(self._process, walks)
        seen, dated = known.seen, known.seen.stat >= 0
        # Who sees no Stat sees that a node is there, but not what was last done to it.
        self._last = {stat: self._latest(right & (dated | (not stat))) for stat in (False, True)}
        walked: NDArray[np.bool_] = right & self._final[seen.call]
        self._walked = {
            stat: self._walks(np.flatnonzero(walked & (dated | (not stat)))) for stat in (False, True)
        }

    def shown(self, rows: I8, stale: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell for wrong sightings whether their paths were seen rightly later."""
        seen, found = self._known.seen, np.zeros(len(rows), bool)
        for stat in (False, True):
            some = np.flatnonzero(stale == stat)
            mine = rows[some]
            later = self._last[stat][seen.path[mine]] >= seen.zxid[mine]
            walk = np.isin(self._walks(mine), self._walked[stat])
            found[some] = np.where(self._final[seen.call[mine]], walk, later)
        return found

    def listed(self, misfit: Misfit) -> bool:
        """Tell whether a later list, or sighting, of a child says the opposite of a wrong one."""
        table, paths = self._known.lists, self._known.paths
        call, zxid = int(table.call[misfit.row]), int(table.zxid[misfit.row])
        left, right = np.searchsorted(table.parent, [table.parent[misfit.row], table.parent[misfit.row] + 1])
        rows = np.arange(left, right)
        rows = rows[table.deleted[rows] < 0]
        if self._final[call]:
            rows = rows[self._process[table.call[rows]] == self._process[call]]
        elif misfit.child < len(self._last[False]) and self._last[False][misfit.child] >= zxid:
            return True
        name = paths.name(misfit.child)
        for row in rows[table.zxid[rows] >= zxid].tolist():
            names = self._items[table.first[row] : table.first[row] + table.count[row]]
            if bool(np.any(names == name)) != misfit.listed:
                return True
        return False

    def _latest(self, good: NDArray[np.bool_]) -> I8:
        """Return for every path the highest zxid at which it was seen rightly."""
        latest = np.full(len(self._known.paths), -1, np.int64)
        np.maximum.at(latest, self._known.seen.path[good], self._known.seen.zxid[good])
        return latest

    def _walks(self, rows: I8) -> I8:
        """Return numbers of (process, path) for sightings."""
        seen = self._known.seen
        process = self._process[seen.call[rows]].astype(np.int64)
        return process * len(self._known.paths) + seen.path[rows]
