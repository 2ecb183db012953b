"""For every watch event: the watches that it answers, and the transactions between which it must lie."""

from dataclasses import dataclass

import numpy as np

from checkers.facts.prefixes import lowest
from checkers.facts.transactions import FOREVER
from checkers.watches.lookup import Lookup
from checkers.watches.rows import Mask, Rows, at
from checkers.watches.triggers import kind_of, triggers
from checkers.watches.wire import (
    CHILD,
    CHILD_TYPES,
    DATA_TYPES,
    Watches,
    Wire,
    next_answer,
    owner_path,
    wire,
    zxid_by,
)
from checkers.wording import parent_of
from harness.history import History
from harness.history.columns import I8


@dataclass(kw_only=True)
class Explanations(Rows):
    """One row a watch event, in the order of `Wire.events`."""

    watched: Mask
    """A watch for it was outstanding."""
    standing: Mask
    """A watch for it was there that stays."""
    watch: I8
    """Call of the oldest one outstanding, or of the last one that there had been, -1 for none."""
    low: I8
    """Zxid at which that watch was taken: what it tells of happened later."""
    high: I8
    """Zxid of the next answer: what it tells of had happened by then."""
    previous: I8
    """The event before it that used up its watches, -1 where there was none."""
    trigger: I8
    """The first row of `triggers` that it may tell of, -1 for none; the very one where the zxid is told."""


def explanations(history: History) -> Explanations:
    """Return what may have caused each watch event."""
    told, known = history.derive(wire), history.derive(triggers)
    events = told.events
    watched, standing = np.zeros(len(events), bool), np.zeros(len(events), bool)
    watch, low = np.full(len(events), -1), np.full(len(events), FOREVER)
    last, previous = np.full(len(events), -1), np.full(len(events), -1)
    for watches, types in ((told.data, DATA_TYPES), (told.child, CHILD_TYPES)):
        mine = np.flatnonzero(np.isin(told.type, types))
        first, before, earlier = _one_shot(told, watches, mine)
        held = first >= 0
        rows, zxid = mine[held], watches.zxid[first[held]]
        sooner = zxid < low[rows]
        watch[rows[sooner]], low[rows[sooner]] = watches.call[first[held]][sooner], zxid[sooner]
        watched[rows] = True
        last[mine] = np.maximum(last[mine], at(watches.call, before, -1))
        previous[mine] = np.maximum(previous[mine], earlier)
    for watches, covers in _standing(history, told):
        standing[covers] = True
        sooner = watches.zxid < low[covers]
        watch[covers[sooner]], low[covers[sooner]] = watches.call[sooner], watches.zxid[sooner]
    low = np.where(low < FOREVER, lowest(low), low)
    covered = watched | standing
    answer = next_answer(told, events.conn, events.wire)
    high = np.where(events.zxid > 0, events.zxid, zxid_by(told, answer, FOREVER))
    since = np.where(events.zxid > 0, events.zxid - 1, low)
    position = known.lookup.after(kind_of(told.path, told.type), since)
    fits = covered & (known.lookup.places(position, FOREVER) <= high)
    return Explanations(
        watched=watched,
        standing=standing,
        watch=np.where(covered, watch, last),
        low=low,
        high=high,
        previous=previous,
        trigger=np.where(fits, known.lookup.rows(position), -1),
    )


def _one_shot(told: Wire, watches: Watches, mine: I8) -> tuple[I8, I8, I8]:
    """Return for some events: the oldest watch outstanding, the last watch before, the event before."""
    events = told.events
    conn, position = events.conn[mine], events.wire[mine]
    group, place = owner_path(conn, told.path[mine]), told.place(conn, events.zxid[mine], position)
    taken = Lookup(
        owner_path(watches.conn, watches.path), told.place(watches.conn, watches.zxid, watches.wire)
    )
    before = Lookup(group, place).preceding()
    # A watch left in the very state that the event before told of is a new one.
    used = at(place, before, 0) - ~told.silent[conn]
    following = taken.after(group, used)
    first = taken.rows(following)
    first = np.where(at(watches.wire, first, FOREVER) < position, first, -1)
    return first, taken.rows(taken.upto(group, place)), at(mine, before, -1)


def _standing(history: History, told: Wire) -> list[tuple[Watches, I8]]:
    """Return pairs of watches that stay and the events that each covers, row by row."""
    found = []
    events = told.events
    if len(told.persistent):
        first = _first_of(told.persistent, np.arange(len(events)), events.conn, told.path, events.wire)
        found.append(_pairs(told.persistent, first))
    if len(told.recursive):
        plain = np.flatnonzero(told.type != CHILD)
        for rows, base in covered_by(history, told.path[plain], told.recursive.path):
            some = plain[rows]
            where = np.full(len(some), base)
            first = np.full(len(events), -1)
            first[some] = _first_of(told.recursive, some, events.conn[some], where, events.wire[some])
            found.append(_pairs(told.recursive, first))
    return found


def _first_of(watches: Watches, rows: I8, conn: I8, path: I8, place: I8) -> I8:
    taken = Lookup(owner_path(watches.conn, watches.path), watches.wire)
    position = taken.after(owner_path(conn, path), np.zeros(len(rows), np.int64))
    return np.where(taken.places(position, FOREVER) < place, taken.rows(position), -1)


def _pairs(watches: Watches, first: I8) -> tuple[Watches, I8]:
    rows = np.flatnonzero(first >= 0)
    return watches.some(first[rows]), rows


def covered_by(history: History, path: I8, bases: I8) -> list[tuple[I8, int]]:
    """Return for each base the places of the paths that are the base or lie below it."""
    texts = history.columns.texts
    distinct, place = np.unique(path, return_inverse=True)
    wanted = {texts.say(base): base for base in np.unique(bases).tolist()}
    found: dict[int, list[int]] = {}
    for number, text in enumerate(map(texts.say, distinct.tolist())):
        above = text
        while above:
            if above in wanted:
                found.setdefault(wanted[above], []).append(number)
            above = "" if above == "/" else parent_of(above)
    return [(np.flatnonzero(np.isin(place, numbers)), base) for base, numbers in found.items()]
