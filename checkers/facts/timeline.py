"""The state of every path after every effect, so that what a path was at any place is one bisect away."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.facts.effects import APPEAR, END, SOMEBODY, VANISH, Effects, chosen
from checkers.facts.positions import Positions
from checkers.facts.transactions import CHECK, CREATE, DELETE, SET, UNTOLD
from checkers.facts.versions import Room, Versions, versions
from harness.history.columns import I4, I8


@dataclass(slots=True, kw_only=True)
class Timeline:
    """One row an effect, sorted by (path, place); the columns say what the path is from there on.

    The last row is the one of all paths that nothing has happened to: `at` returns it for them.
    """

    effects: Effects
    """In the same order."""
    places: I8
    keys: I8
    span: int
    """Places of one path, as in `Positions`."""
    alive: NDArray[np.bool_]
    czxid: I8
    """-1 where nobody knows, as in the next columns."""
    mzxid: I8
    version: I4
    pinned: I8
    """The zxid after which no version is told, up to here: unknown sets may have come in since."""
    owner: I8
    """As in `Effects`."""
    born: I8
    """Row of the effect that made the node, -1 where there is none."""
    odd: I8
    """Rows of which the claimed version fits to nothing."""

    def __len__(self) -> int:
        return len(self.places)

    def at(self, keys: I8) -> I8:
        """Return the row that says what each path is at a place, for keys from `Positions.key`."""
        row = np.searchsorted(self.keys, keys, "right") - 1
        if not len(self):
            return np.zeros(len(keys), np.int64)
        same = (row >= 0) & (keys - (self.keys[row] - self.places[row]) < self.span)
        return np.where(same, row, len(self))

    def exactly(self, keys: I8) -> NDArray[np.bool_]:
        """Tell for which keys there is an effect at exactly that place."""
        if not len(self):
            return np.zeros(len(keys), bool)
        row = np.searchsorted(self.keys, keys, "right") - 1
        found: NDArray[np.bool_] = (row >= 0) & (self.keys[row] == keys)
        return found

    def of(self, path: int) -> slice:
        """Return the rows of a path."""
        left, right = np.searchsorted(self.keys, [path * self.span, (path + 1) * self.span])
        return slice(int(left), int(right))


def timeline(effects: Effects, positions: Positions, room: Room, first: int) -> Timeline:
    """Replay the effects; `room` says how many unknown writes of a path may lie between two zxids.

    What has a zxid below `first` was there before the history began.
    """
    changes = chosen(effects, effects.kind != CHECK)
    places = np.where(
        changes.kind >= VANISH, positions.before(changes.zxid), positions.effect(changes.zxid, changes.part)
    )
    keys = positions.key(changes.path, places)
    order = np.argsort(keys, kind="stable")
    order = _without_idle_ends(changes, order)
    changes, places, keys = chosen(changes, order), places[order], keys[order]
    kind, size = changes.kind, len(order)
    makes = (kind == CREATE) | (kind == APPEAR)
    rows = np.arange(size)
    begins = np.ones(size, bool)
    begins[1:] = changes.path[1:] != changes.path[:-1]
    start = np.maximum.accumulate(np.where(begins, rows, 0)) if size else rows
    born = np.maximum.accumulate(np.where(makes, rows, -1)) if size else rows
    born = np.where(born >= start, born, -1)
    counted: Versions = versions(changes, born, start, room, first)
    exact = kind < VANISH
    has = born >= 0
    return Timeline(
        effects=changes,
        places=places,
        keys=keys,
        span=positions.span,
        alive=np.append(makes | (kind == SET), False),
        czxid=np.append(np.where(has & exact[born], changes.zxid[born], -1), 0),
        mzxid=np.append(np.where(exact, changes.zxid, -1), 0),
        version=np.append(counted.version, np.int32(-1)),
        pinned=np.append(_pinned(changes, start), 0),
        owner=np.append(np.where(has, changes.owner[born], SOMEBODY), SOMEBODY),
        born=np.append(born, -1),
        odd=counted.odd,
    )


def _pinned(changes: Effects, start: I8) -> I8:
    """Return for every row the zxid of the last one that tells a version: a claim, or a birth."""
    rows = np.arange(len(start))
    pins = (changes.claimed >= 0) | np.isin(changes.kind, (CREATE, APPEAR))
    last = np.maximum.accumulate(np.where(pins, rows, -1)) if len(rows) else rows
    # A transaction of which only a Stat tells may have set the path more than that once.
    zxid = changes.since - (changes.call < 0)
    return np.where(last >= start, zxid[last], 0)


def _without_idle_ends(changes: Effects, order: I8) -> I8:
    """Leave out ends of sessions that find nothing of theirs: the node was deleted, or another's, by then.

    Whether a delete of doubtful place came first is not known; the end then changes nothing anyway.
    """
    kind, path = changes.kind[order], changes.path[order]
    rows = np.arange(len(order))
    # Ends do not count here: of several ends after one birth each is idle but that of the owner.
    births = np.isin(kind, (CREATE, APPEAR, DELETE))
    last = np.maximum.accumulate(np.where(births, rows, -1)) if len(rows) else rows
    found = (last >= 0) & (path[last] == path) & np.isin(kind[last], (CREATE, APPEAR))
    owner = changes.owner[order]
    active = found & (owner[last] == owner)
    idle = (kind == END) & ~active
    # The same end twice: its session had made the node twice.
    twice = np.zeros(len(order), bool)
    twice[1:] = (kind[1:] == END) & (kind[:-1] == END) & (path[1:] == path[:-1])
    zxid = changes.zxid[order]
    twice[1:] &= zxid[1:] == zxid[:-1]
    kept: I8 = order[~(idle | twice)]
    return kept


def data_of(line: Timeline, rows: I8) -> I4:
    """Return the data of paths at some rows, UNTOLD where nobody knows."""
    data: I4 = np.append(line.effects.data, np.int32(UNTOLD))[rows]
    return data
