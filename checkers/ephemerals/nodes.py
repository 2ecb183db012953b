"""The ephemeral nodes of a history: every incarnation of a path on its own, whoever told of it."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from checkers.context import number
from checkers.facts.sightings import sightings
from checkers.facts.transactions import CREATE, DELETE, SET, transactions
from checkers.facts.unknowns import FOREVER
from checkers.recipes.first_in_line import sequence
from checkers.wording import name_of
from harness.history import History
from harness.history.columns import EPHEMERAL, I4, I8

CONTAINER_OWNER = -(2**63)
"""What a container has in place of an owner."""

TTL_BYTE = -1
"""Highest byte of the owner of a node with a time to live; ids of servers, so of sessions, are less."""


@dataclass(slots=True, kw_only=True)
class Births:
    """One row a node of a path that was ever ephemeral, sorted by (path, czxid)."""

    path: I4
    czxid: I8
    owner: I8
    """Session that owns it, 0 for none."""
    call: I8
    """Row of the call that told of it: its own creation, or a read of its Stat; -1 where an event did."""
    event: I8
    """Index of the event that tells of it."""
    sure: NDArray[np.bool_]
    """ZooKeeper itself named the owner, in the answer to its creation or in a Stat."""


@dataclass(slots=True, kw_only=True)
class Nodes(Births):
    """One row an ephemeral node, sorted by (path, czxid)."""

    until: I8
    """czxid of the next node of that path, FOREVER where nobody saw one."""
    until_call: I8
    """Row of the call that told of the next one, -1 where none did."""
    place: I4
    """{text number of a path: its place among the paths of the nodes}, -1 for any other."""

    def __len__(self) -> int:
        return len(self.path)

    def at(self, path: I4, zxid: I8) -> NDArray[np.int64]:
        """Return for each path and zxid the row of its youngest node that was not made later, or -1."""
        if not len(self):
            return np.full(len(path), -1, np.int64)
        known = np.unique(self.czxid)
        width = len(known) + 1
        keys = self.place[self.path] * np.int64(width) + np.searchsorted(known, self.czxid, "right")
        asked = self.place[path] * np.int64(width) + np.searchsorted(known, zxid, "right")
        row = np.searchsorted(keys, asked, "right") - 1
        found: NDArray[np.int64] = np.where((row >= 0) & (self.path[row] == path), row, -1)
        return found


def is_session(owner: I8) -> NDArray[np.bool_]:
    """Tell which owners of a Stat are sessions: containers and nodes with a time to live misuse the field."""
    session: NDArray[np.bool_] = (owner != 0) & (owner != CONTAINER_OWNER) & (owner >> 56 != TTL_BYTE)
    return session


def nodes(history: History) -> Nodes:
    """Return the ephemeral nodes that somebody made, found to be his own, or read the Stat of."""
    births = _births(history)
    again = np.zeros(len(births.path), bool)
    again[:-1] = births.path[1:] == births.path[:-1]
    after = np.minimum(np.arange(len(again)) + 1, max(len(again) - 1, 0))
    until = np.where(again, births.czxid[after], FOREVER)
    until_call = np.where(again, births.call[after], -1)
    kept = np.flatnonzero((births.owner != 0) & ~_stillborn(history, births))
    paths = np.unique(births.path[kept])
    place = np.full(len(history.columns.texts), -1, np.int32)
    place[paths] = np.arange(len(paths))
    return Nodes(
        **{field.name: getattr(births, field.name)[kept] for field in fields(Births)},
        until=until[kept],
        until_call=until_call[kept],
        place=place,
    )


def _births(history: History) -> Births:
    """Return the nodes; what tells of one best comes first: its creation, its oldest Stat, its owner."""
    tables = (_made(history), _stats(history), _adopted(history))
    ephemeral = np.zeros(len(history.columns.texts), bool)
    for table in tables:
        ephemeral[table.path[table.owner != 0]] = True
    rank = np.concatenate([np.full(len(table.path), place) for place, table in enumerate(tables)])
    whole = {
        field.name: np.concatenate([getattr(table, field.name) for table in tables])
        for field in fields(Births)
    }
    chosen = np.flatnonzero(ephemeral[whole["path"]])
    order = chosen[np.lexsort((rank[chosen], whole["czxid"][chosen], whole["path"][chosen]))]
    path, czxid = whole["path"][order], whole["czxid"][order]
    first = np.ones(len(order), bool)
    first[1:] = (path[1:] != path[:-1]) | (czxid[1:] != czxid[:-1])
    return Births(**{name: column[order[first]] for name, column in whole.items()})


def _made(history: History) -> Births:
    """Return what acknowledged creations made."""
    done = history.derive(transactions)
    rows = np.flatnonzero(done.kind == CREATE)
    call, ephemeral = done.call[rows], done.flags[rows] & EPHEMERAL != 0
    return Births(
        path=done.path[rows],
        czxid=done.zxid[rows],
        owner=np.where(ephemeral, done.session[rows], 0),
        call=call,
        event=history.calls.complete[call],
        sure=np.ones(len(rows), bool),
    )


def _stats(history: History) -> Births:
    """Return what Stats tell of, those of reads and those of acknowledged `set`s."""
    seen, done, stats = history.derive(sightings), history.derive(transactions), history.columns.stats
    read = np.flatnonzero(seen.stat >= 0)
    # Rows of one path are neighbours in the order of their zxids, and most of them tell the same.
    czxid = stats.czxid[seen.stat[read]]
    new = np.ones(len(read), bool)
    new[1:] = (seen.path[read][1:] != seen.path[read][:-1]) | (czxid[1:] != czxid[:-1])
    read = read[new]
    written = np.flatnonzero((done.kind == SET) & (done.stat >= 0))
    stat = np.concatenate((seen.stat[read], done.stat[written]))
    call = np.concatenate((seen.call[read], done.call[written]))
    owner = stats.ephemeralOwner[stat]
    table = Births(
        path=np.concatenate((seen.path[read], done.path[written])),
        czxid=stats.czxid[stat],
        owner=np.where(is_session(owner), owner, 0),
        call=call,
        event=history.calls.complete[call],
        sure=np.ones(len(stat), bool),
    )
    known = table.czxid > 0
    return Births(**{field.name: getattr(table, field.name)[known] for field in fields(Births)})


def _adopted(history: History) -> Births:
    """Return what candidates found to be their own: what an unanswered create of theirs had left."""
    events = [
        event
        for event in history.select("candidate", type="event")
        if number(event, "token") and event.session and sequence(name_of(event.key)) is not None
    ]
    find = history.columns.texts.find
    return Births(
        path=np.array([find(event.key) for event in events], np.int32),
        czxid=np.array([number(event, "token") for event in events], np.int64),
        owner=np.array([event.session for event in events], np.int64),
        call=np.full(len(events), -1, np.int64),
        event=np.array([event.index for event in events], np.int64),
        sure=np.zeros(len(events), bool),
    )


def _stillborn(history: History, births: Births) -> NDArray[np.bool_]:
    """Tell which nodes were deleted by the very `multi` that made them: nobody can have seen them."""
    done = history.derive(transactions)
    created = np.flatnonzero((done.kind == CREATE) & (done.flags & EPHEMERAL != 0))
    twice = created[np.isin(done.zxid[created], done.zxid[done.kind == DELETE])]
    gone = np.zeros(len(births.path), bool)
    for row in twice.tolist():
        end = np.searchsorted(done.zxid, done.zxid[row], "right")
        later = slice(row + 1, int(end))
        if np.any((done.kind[later] == DELETE) & (done.path[later] == done.path[row])):
            gone |= (births.path == done.path[row]) & (births.czxid == done.zxid[row])
    return gone
