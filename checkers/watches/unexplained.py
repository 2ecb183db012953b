"""Watch events that nothing explains, each with what is wrong with it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from checkers.facts.transactions import refusals, transactions
from checkers.facts.words import Words
from checkers.watches.evidence import judged
from checkers.watches.explanations import Explanations, explanations
from checkers.watches.possible import STEM, possible, stem_of
from checkers.watches.triggers import kind_of, triggers
from checkers.watches.wire import CHILD, CHILD_TYPES, CREATED, DATA_TYPES, DELETED, Wire, wire
from checkers.wording import token
from harness.history import History
from harness.history.columns import I8


class Fault(NamedTuple):
    """What is wrong with a watch event."""

    event: int
    """Row of `Wire.events`."""
    kind: str
    why: str
    instead: int = -1
    """Row of `triggers`: what happened instead."""
    other: int = -1
    """Call that left a watch of another kind."""


def unexplained(history: History) -> list[Fault]:
    """Return the events without a watch, or without a transaction, in the order of the wire."""
    found = [*_unwatched(history), *_without_change(history), *_repeated(history)]
    return sorted(found)


def _unwatched(history: History) -> Iterator[Fault]:
    """Yield the events for which no watch was outstanding, and none that was lost can have been."""
    told, found = history.derive(wire), history.derive(explanations)
    for row in np.flatnonzero(~found.watched & ~found.standing & (told.type >= 0)).tolist():
        if _excused(history, told, row):
            continue
        if found.watch[row] >= 0:
            yield Fault(row, "fired-twice", "though its watch had been used up by an event before")
        else:
            yield _unsuited(told, row)


def _excused(history: History, told: Wire, row: int) -> bool:
    """Tell whether a read without an answer may have left a watch for an event."""
    calls, columns, words, lost = history.calls, history.columns, Words(history), told.lost
    event = told.events.row[row]
    path, children = words.say(told.path[row]), calls.f[lost] == words["children"]
    stays = calls.f[lost] == words["add-watch"]
    here = (calls.session[lost] == columns.session[event]) & (calls.conn[lost] == columns.conn[event])
    here |= (calls.session[lost] == 0) & (calls.node[lost] == columns.node[event])
    fits = np.isin(told.type[row], DATA_TYPES) & ~children | np.isin(told.type[row], CHILD_TYPES) & children
    fits &= calls.key[lost] == told.path[row]
    for call in lost[stays & here].tolist():
        base = words.say(calls.key[call])
        if path == base or path.startswith(f"{base.rstrip('/')}/"):
            return True
    return bool((here & fits).any())


def _unsuited(told: Wire, row: int) -> Fault:
    """Say why none of the connection's watches of the path is for an event."""
    conn, place = told.events.conn[row], told.events.wire[row]
    for kind in (told.data, told.child, told.persistent, told.recursive):
        here = (kind.conn == conn) & (kind.path == told.path[row]) & (kind.wire < place)
        if here.any():
            call = int(kind.call[here][-1])
            return Fault(row, "wrong-type", "though what was watched is something else", other=call)
    return Fault(row, "not-watched", "though nothing on this connection had watched that")


def _without_change(history: History) -> Iterator[Fault]:
    """Yield the events that no transaction after the taking of the watch can have caused."""
    told, found = history.derive(wire), history.derive(explanations)
    events = told.events
    unfit = (found.trigger < 0) | ((events.zxid > 0) & (events.zxid <= found.low))
    unfit &= (found.watched | found.standing) & judged(history)
    settled = _settled(history, np.flatnonzero(unfit), events.zxid)
    for row in np.flatnonzero(unfit).tolist():
        zxid = int(events.zxid[row])
        if found.trigger[row] >= 0:
            earlier = int(found.previous[row])
            again = earlier >= 0 and events.zxid[earlier] == zxid and told.type[earlier] == told.type[row]
            if again:
                yield Fault(row, "fired-twice", "though that transaction had been told before")
            else:
                yield Fault(row, "no-transaction", "though the watch was left in a later state")
        elif row in settled or not _possible(history, told, found, row):
            yield _unfounded(history, told, found, row)


def _settled(history: History, rows: I8, zxid: I8) -> set[int]:
    """Return the events of transactions of which everything is known."""
    known = np.concatenate((history.derive(transactions).zxid, history.calls.zxid[history.derive(refusals)]))
    rows = rows[zxid[rows] > 0]
    return set(rows[np.isin(zxid[rows], known)].tolist())


def _possible(history: History, told: Wire, found: Explanations, row: int) -> bool:
    """Tell whether something that nobody knows of may have caused an event."""
    path, number = int(told.path[row]), int(told.type[row])
    low = int(told.events.zxid[row]) - 1 if told.events.zxid[row] > 0 else int(found.low[row])
    maybe = history.derive(possible)
    if maybe.count(path, number, low, int(found.high[row])):
        return True
    stem = stem_of(history, path) if number in {CREATED, DELETED} else -1
    return stem >= 0 and maybe.count(stem, number | STEM, low, int(found.high[row])) > 0


def _unfounded(history: History, told: Wire, found: Explanations, row: int) -> Fault:
    """Say what is wrong with an event that nothing can have caused."""
    zxid = int(told.events.zxid[row])
    low, high = zxid - 1 if zxid else int(found.low[row]), int(found.high[row])
    known = history.derive(triggers)
    other = int(known.first(told.path[[row]], (*DATA_TYPES, CHILD), np.array([low]))[0])
    if other >= 0 and known.zxid[other] <= high:
        why = f"though transaction {token(int(known.zxid[other]))} did something else"
        return Fault(row, "wrong-type", why, other)
    if zxid:
        return Fault(row, "no-transaction", "though that transaction did no such thing")
    return Fault(row, "no-transaction", "though nothing since the watch was left can have caused it")


def _repeated(history: History) -> Iterator[Fault]:
    """Yield the events of watches that stay which tell of one change more often than it can have happened."""
    told, found = history.derive(wire), history.derive(explanations)
    events = told.events
    told_once = found.standing & (events.zxid > 0) & (events.zxid > found.low)
    rows = np.flatnonzero(told_once & judged(history))
    kind, zxid, conn = kind_of(told.path[rows], told.type[rows]), events.zxid[rows], events.conn[rows]
    order = np.lexsort((events.wire[rows], zxid, kind, conn))
    run = np.stack((conn, kind, zxid))[:, order]
    begins = np.ones(len(rows), bool)
    begins[1:] = (run[:, 1:] != run[:, :-1]).any(axis=0)
    place = np.arange(len(rows))
    rank = place - np.maximum.accumulate(np.where(begins, place, 0))
    for row, earlier in zip(rows[order[rank > 0]].tolist(), rank[rank > 0].tolist(), strict=True):
        if earlier >= _at_most(history, told, found, row):
            yield Fault(row, "fired-twice", "though that transaction had been told before")


def _at_most(history: History, told: Wire, found: Explanations, row: int) -> int:
    """Return how often its transaction can have done what an event tells of."""
    known, trigger = history.derive(triggers), int(found.trigger[row])
    path, number, zxid = int(told.path[row]), int(told.type[row]), int(told.events.zxid[row])
    if trigger >= 0 and not known.closed[trigger]:
        last = known.lookup.upto(kind_of(told.path[[row]], number), np.array([zxid]))
        return int(last[0]) - trigger + 1
    return history.derive(possible).count(path, number, zxid - 1, zxid)
