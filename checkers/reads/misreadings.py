"""Every answer of a read that is not the state of the claimed tree at the answer's zxid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.facts.effects import CONTAINER_OWNER, NOBODY, SOMEBODY
from checkers.facts.evidence import SEEN
from checkers.facts.timeline import data_of
from checkers.facts.transactions import UNTOLD
from checkers.facts.tree import Tree, tree
from harness.history import History
from harness.history.columns import I4, I8

KINDS = (
    "missing-node",
    "deleted-node",
    "unmade-node",
    "stale",
    "unwritten",
    "wrong-value",
    "wrong-version",
    "wrong-owner",
)
MISSING, DELETED, UNMADE, STALE, UNWRITTEN, WRONG_VALUE, WRONG_VERSION, WRONG_OWNER = range(len(KINDS))

OLDER = (MISSING, DELETED, STALE)
"""Kinds that show the world as if something had never happened."""


@dataclass(slots=True, kw_only=True)
class Misreadings:
    """One row a sighting that differs from the tree, in the order of the sightings."""

    seen: I8
    """Row of the sightings."""
    state: I8
    """Row of the timeline that tells what should have been seen."""
    kind: I4
    compared: int
    """How many sightings were compared."""


def misreadings(history: History) -> Misreadings:
    """Compare all sightings with the tree."""
    known = history.derive(tree)
    seen, line = known.seen, known.line
    rows = np.flatnonzero((seen.zxid <= known.last) & ~np.isin(seen.path, list(known.undecided)))
    state = known.at(seen.path[rows], known.positions.after(seen.zxid[rows]))
    kind = np.full(len(rows), -1, np.int32)
    both = np.flatnonzero(seen.alive[rows] & line.alive[state])
    kind[both] = _differences(history, known, rows[both], state[both])
    for at in np.flatnonzero(kind == WRONG_VERSION).tolist():
        if _unseen_sets(history, known, int(rows[at]), int(state[at])):
            kind[at] = -1
    wrong = known.wrong[known.evidence.role[known.wrong] == SEEN]
    place = np.searchsorted(rows, np.sort(known.evidence.row[wrong]))
    kind[place] = _existence(history, known, rows[place], state[place])
    found = np.flatnonzero(kind >= 0)
    return Misreadings(seen=rows[found], state=state[found], kind=kind[found], compared=len(rows))


def _differences(history: History, known: Tree, rows: I8, state: I8) -> I4:
    """Return in which way sightings differ that rightly saw a node; -1 for those that do not."""
    seen, line, stats = known.seen, known.line, history.columns.stats
    data, written = seen.data[rows], data_of(line, state)
    kind = np.full(len(rows), -1, np.int32)
    kind[(data >= 0) & (written != UNTOLD) & (data != written)] = WRONG_VALUE
    told = np.flatnonzero(seen.stat[rows] >= 0)
    stat, state = seen.stat[rows[told]], state[told]
    owner = line.owner[state]
    shown = stats.ephemeralOwner[stat]
    version = line.version[state]
    # The first difference of this list names the kind, so it is looked for last.
    for code, differs in (
        (WRONG_OWNER, (owner != SOMEBODY) & (owner != shown) & _comparable(owner, shown)),
        (WRONG_VERSION, (version >= 0) & (version != stats.version[stat])),
    ):
        kind[told[differs & (kind[told] < 0)]] = code
    for ours, theirs in ((line.mzxid[state], stats.mzxid[stat]), (line.czxid[state], stats.czxid[stat])):
        kind[told[(ours >= 0) & (theirs > ours)]] = UNWRITTEN
        kind[told[(ours >= 0) & (theirs < ours)]] = STALE
    return kind


def _unseen_sets(history: History, known: Tree, row: int, state: int) -> bool:
    """Tell whether unknown sets before the last write, whose answer told no version, explain one."""
    line, path = known.line, int(known.seen.path[row])
    rise = int(history.columns.stats.version[known.seen.stat[row]]) - int(line.version[state])
    zxid = int(line.effects.zxid[state])
    return line.effects.claimed[state] < 0 and 0 < rise <= known.candidates.room(
        path, int(line.pinned[state]), zxid
    )


def _comparable(owner: I8, shown: I8) -> NDArray[np.bool_]:
    """A server without the extended types may show the owner of a container as nobody."""
    found: NDArray[np.bool_] = ~((owner == CONTAINER_OWNER) & (shown == NOBODY))
    return found


def _existence(history: History, known: Tree, rows: I8, state: I8) -> I4:
    """Return the kinds of sightings that saw no node where there was one, or one where there was none."""
    seen, line, stats = known.seen, known.line, history.columns.stats
    alive, stat = seen.alive[rows], seen.stat[rows]
    born = line.born[state]
    once = born >= 0
    told = np.flatnonzero(alive & (stat >= 0))
    dated = known.at(seen.path[rows[told]], known.positions.after(stats.czxid[stat[told]]))
    # A Stat whose create is known shows a node that was there once.
    once[told] = line.czxid[dated] == stats.czxid[stat[told]]
    return np.where(alive, np.where(once, DELETED, UNMADE), MISSING).astype(np.int32)
