"""What came over each connection, in the order of the wire, and the watches that reads left on it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from checkers.facts.words import Words
from checkers.watches.lookup import Lookup, running_maximum
from checkers.watches.rows import Mask, Rows, at
from harness.history import History
from harness.history.columns import EVENT, FAIL, I4, I8, OK, RECURSIVE, WATCH

CREATED, DELETED, CHANGED, CHILD = range(4)
TYPES = {"CREATED": CREATED, "DELETED": DELETED, "CHANGED": CHANGED, "CHILD": CHILD}
"""Types of watch events."""

DATA_TYPES = (CREATED, DELETED, CHANGED)
CHILD_TYPES = (CHILD, DELETED)
"""What a watch of a node, and one of its children, is told."""


@dataclass(kw_only=True)
class Frames(Rows):
    """One row something received, sorted by (conn, wire)."""

    conn: I8
    """Number of the connection in this history."""
    wire: I8
    zxid: I8
    row: I8
    """Index of the event that tells of it: a completion, a ping or a watch event."""


@dataclass(kw_only=True)
class Watches(Rows):
    """One row a watch that a read, or `add-watch`, left on its connection, in order of invocation."""

    conn: I8
    path: I8
    """Text number."""
    wire: I8
    """Of the reply: the server took the watch right before."""
    zxid: I8
    """Of the reply: what happened up to here is past."""
    call: I8


@dataclass(kw_only=True)
class Wire:
    """All connections of a history of which anybody knows the order of the wire."""

    sessions: I8
    """The connections' sessions."""
    answers: Frames
    """Replies and pings that told a zxid."""
    events: Frames
    """Watch events; a zxid of 0 where the server did not tell it."""
    path: I8
    """Of each watch event."""
    type: I8
    """Of each watch event, -1 for one that nobody knows."""
    data: Watches
    """One-shot watches of a node."""
    child: Watches
    """One-shot watches of a node's children."""
    persistent: Watches
    recursive: Watches
    lost: I8
    """Calls that may have left a watch nobody told where: without an answer, or without its position."""

    @cached_property
    def high(self) -> I8:
        """The highest zxid that each connection has heard of, one entry an answer."""
        return running_maximum(self.answers.conn, self.answers.zxid)

    @cached_property
    def heard(self) -> Lookup:
        """Answers by (connection, highest zxid heard)."""
        return Lookup(self.answers.conn, self.high)

    @cached_property
    def answered(self) -> Lookup:
        """Answers by (connection, position on the wire)."""
        return Lookup(self.answers.conn, self.answers.wire)

    @cached_property
    def silent(self) -> Mask:
        """For each connection: whether its events lack the zxid, as those of servers before 3.9 do."""
        told = np.ones(len(self.sessions), bool)
        told[self.events.conn[self.events.zxid <= 0]] = False
        return ~told

    def place(self, conn: I8, zxid: I8, wire: I8) -> I8:
        """Return what watches and events of a connection are lined up by.

        That is the zxid where events tell it, so that one in the wrong place confuses no other.
        """
        return np.where(self.silent[conn], wire, zxid)

    @cached_property
    def old(self) -> bool:
        """No event tells a zxid: the servers may be older than 3.9.

        They keep one mode for a connection and path: a one-shot watch takes the place of one that
        stays, and the other way round (ZOOKEEPER-4466).
        """
        return not bool((self.events.zxid > 0).any())


def wire(history: History) -> Wire:
    """Return what came over the connections; what does not tell its position is left out."""
    columns, calls, words = history.columns, history.calls, Words(history)
    rows = np.flatnonzero((columns.wire > 0) & (columns.session != 0))
    named = np.unique(columns.session[rows])
    keys = _key(named, columns.session[rows], columns.conn[rows])
    known = np.unique(keys)
    conn = np.searchsorted(known, keys)
    order = np.argsort(conn << 32 | columns.wire[rows], kind="stable")
    rows, conn = rows[order], conn[order]
    fired = (columns.f[rows] == words["watch"]) & (columns.type[rows] == EVENT)

    def frames(chosen: Mask) -> Frames:
        row = rows[chosen]
        return Frames(
            conn=conn[chosen],
            wire=columns.wire[row].astype(np.int64),
            zxid=np.maximum(columns.zxid[row], 0),
            row=row,
        )

    asked = (calls.flags & WATCH != 0) & words.among(calls.f, ("get", "exists", "children"))
    stays = calls.f == words["add-watch"]
    told = (calls.outcome == OK) & (calls.wire > 0) & (calls.zxid > 0) & (calls.session != 0)

    def watches(chosen: Mask) -> Watches:
        call = np.flatnonzero(chosen & told)
        where = np.searchsorted(known, _key(named, calls.session[call], calls.conn[call]))
        return Watches(
            conn=where,
            path=calls.key[call].astype(np.int64),
            wire=calls.wire[call].astype(np.int64),
            zxid=calls.zxid[call],
            call=call,
        )

    events = frames(fired)
    children = calls.f == words["children"]
    recursive = calls.flags & RECURSIVE != 0
    return Wire(
        sessions=named[known >> 32],
        answers=frames(~fired & (columns.zxid[rows] > 0)),
        events=events,
        path=columns.key[events.row].astype(np.int64),
        type=_types(words, columns.text[events.row]),
        data=watches(asked & ~children),
        child=watches(asked & children),
        persistent=watches(stays & ~recursive),
        recursive=watches(stays & recursive),
        lost=np.flatnonzero((asked | stays) & ~told & (calls.outcome != FAIL)),
    )


def _key(named: I8, session: I8, conn: I4) -> I8:
    return np.searchsorted(named, session) << 32 | (conn.astype(np.int64) & 0xFFFFFFFF)


def _types(words: Words, text: I4) -> I8:
    found = np.full(len(text), -1, np.int64)
    for name, number in TYPES.items():
        found[text == words[name]] = number
    return found


def owner_path(conn: I8, path: I8) -> I8:
    """Return one number for a connection and a path."""
    return conn << 32 | path


def answer_after(wire: Wire, conn: I8, zxid: I8) -> I8:
    """Return the first answer of each connection that shows a transaction, -1 where none does."""
    position = wire.heard.after(conn, zxid - 1)
    return wire.heard.rows(position)


def next_answer(wire: Wire, conn: I8, place: I8) -> I8:
    """Return the first answer of each connection beyond a place on the wire, -1 where none came."""
    return wire.answered.rows(wire.answered.after(conn, place))


def zxid_by(wire: Wire, answer: I8, otherwise: int) -> I8:
    """Return what the connection had heard of by each answer."""
    return at(wire.high, answer, otherwise)
