"""What was due to watches that stay: every change that they cover, for as long as the connection lives."""

from collections.abc import Iterator

import numpy as np

from checkers.watches.due import Claims, ambiguous
from checkers.watches.explanations import covered_by
from checkers.watches.lookup import Lookup
from checkers.watches.triggers import Triggers, kind_of
from checkers.watches.wire import CHILD, Wire, owner_path
from harness.history import History
from harness.history.columns import I8


def standing(history: History, told: Wire, known: Triggers) -> Claims:
    """Expand every watch that stays to all of its triggers that the connection has heard of."""
    pieces = [piece for piece in _expanded(history, told, known) if len(piece[1])]
    conn, trigger, answer, watch, taken = (
        np.concatenate([np.broadcast_to(piece[i], len(piece[1])) for piece in pieces])
        if pieces
        else np.empty(0, np.int64)
        for i in range(5)
    )
    # A connection has one event for each change, however many watches cover it: the oldest one counts.
    order = np.lexsort((taken, trigger, conn))
    fresh = np.ones(len(order), bool)
    fresh[1:] = np.diff(owner_path(conn[order], trigger[order])) != 0
    conn, trigger, answer, watch, taken = (
        column[order[fresh]] for column in (conn, trigger, answer, watch, taken)
    )
    event = _told_of(told, known, conn, trigger, taken)
    return Claims(conn=conn, watch=watch, trigger=trigger, answer=answer, event=event)


def _expanded(
    history: History, told: Wire, known: Triggers
) -> Iterator[tuple[I8 | int, I8, I8, I8 | int, I8 | int]]:
    """Yield for each watch that stays: connection, triggers, answers that show them, call, wire."""
    plain = np.flatnonzero(known.type != CHILD)
    below = (
        {base: plain[rows] for rows, base in covered_by(history, known.path[plain], told.recursive.path)}
        if len(told.recursive)
        else {}
    )
    own = {path: np.flatnonzero(known.path == path) for path in np.unique(told.persistent.path).tolist()}
    for everyone, rows_of in ((told.persistent, own), (told.recursive, below)):
        watches = everyone.some(~ambiguous(told, everyone))
        in_order = {path: rows[np.argsort(known.zxid[rows], kind="stable")] for path, rows in rows_of.items()}
        for i, path in enumerate(watches.path.tolist()):
            rows = in_order.get(path, np.empty(0, np.int64))
            conn, zxid, taken = int(watches.conn[i]), watches.zxid[i], int(watches.wire[i])
            first, end = np.searchsorted(told.answers.conn, (conn, conn + 1))
            high = told.high[first:end]
            top = high[-1] if len(high) else 0
            low, up = np.searchsorted(known.zxid[rows], (zxid, top), "right")
            due = rows[low:up]
            answer = first + np.searchsorted(high, known.zxid[due], "left")
            later = told.answers.wire[answer] > taken
            yield conn, due[later], answer[later], int(watches.call[i]), taken


def _told_of(told: Wire, known: Triggers, conn: I8, trigger: I8, taken: I8) -> I8:
    """Return the event that told of each trigger; rows are sorted by (connection, trigger).

    Where events tell no zxid the n-th change of a path can only be told by the n-th event or one before
    it: changes that nobody knows of add events and take none away.
    """
    events, silent = told.events, told.silent[conn]
    kind = kind_of(known.path[trigger], known.type[trigger])
    zxid = known.zxid[trigger]
    found = np.full(len(conn), -1)
    group, own = conn << 35 | kind, events.conn << 35 | kind_of(told.path, told.type)
    for chosen, place, since in ((~silent, events.zxid, zxid - 1), (silent, events.wire, taken)):
        rows = np.flatnonzero(chosen)
        fired = Lookup(own, place)
        run = np.stack((group, np.where(silent, 0, zxid)))[:, rows]
        begins = np.ones(len(rows), bool)
        begins[1:] = (run[:, 1:] != run[:, :-1]).any(axis=0)
        start = np.maximum.accumulate(np.where(begins, np.arange(len(rows)), 0))
        first = fired.after(group[rows], since[rows])
        position = np.where(first >= 0, first + np.arange(len(rows)) - start, -1)
        there = fired.holds(position, group[rows])
        there &= silent[rows] | (fired.places(np.where(there, position, -1), -1) == zxid[rows])
        found[rows] = np.where(there, fired.rows(np.where(there, position, -1)), -1)
    return found
