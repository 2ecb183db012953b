"""When each ephemeral node was first seen gone, and of which sessions the end is known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.ephemerals.nodes import nodes
from checkers.ephemerals.views import views
from checkers.facts.sessions import session_numbers, sessions
from checkers.facts.unknowns import FOREVER
from checkers.facts.words import WRITES, Words, answered
from harness.history import History
from harness.history.columns import I8


@dataclass(slots=True, kw_only=True)
class Fates:
    """One row an ephemeral node, in the order of `nodes`."""

    gone: I8
    """Row in `views` of the earliest state that lacks it, -1 where none was seen."""
    gone_by: I8
    """Zxid of that state, FOREVER where none was seen."""
    vanished: NDArray[np.bool_]
    """It was seen gone, and no acknowledged `delete` had come before."""
    closed: I8
    """Zxid of the transaction that ended its session, FOREVER where nobody told."""
    living: I8
    """Zxid up to which its session certainly lived, 0 where nothing shows it."""
    living_call: I8
    """Row of the call that shows it, -1 where none does."""


def fates(history: History) -> Fates:
    """Return what became of the nodes."""
    own, seen = history.derive(nodes), history.derive(views)
    rows = np.flatnonzero(~seen.alive)
    # Of two views of one state the deletion itself tells more.
    rows = rows[np.lexsort((~seen.deleted[rows], seen.high[rows], seen.node[rows]))]
    first = np.ones(len(rows), bool)
    first[1:] = seen.node[rows][1:] != seen.node[rows][:-1]
    rows = rows[first]
    gone = np.full(len(own), -1, np.int64)
    gone[seen.node[rows]] = rows
    gone_by = np.where(gone >= 0, seen.high[gone], FOREVER) if len(seen) else np.full(len(own), FOREVER)
    vanished = gone >= 0
    vanished[seen.node[rows[seen.deleted[rows]]]] = False
    living, living_call = _living(history, own.owner)
    return Fates(
        gone=gone,
        gone_by=gone_by,
        vanished=vanished,
        closed=closings(history, own.owner),
        living=living,
        living_call=living_call,
    )


def closings(history: History, owner: I8) -> I8:
    """Return for each session the zxid of the transaction that ended it, FOREVER where nobody told."""
    known = sorted((one.id, one.closed) for one in history.derive(sessions).values())
    if not known:
        return np.full(len(owner), FOREVER)
    ids, closed = np.array(known, np.int64).T
    place = np.minimum(np.searchsorted(ids, owner), len(ids) - 1)
    return np.where(ids[place] == owner, closed[place], FOREVER)


def _living(history: History, owner: I8) -> tuple[I8, I8]:
    """Return the highest zxid of a write of each session that a leader accepted or refused, and its call.

    The leader refuses a write for the state of the tree only after it has found the session alive.
    """
    calls, numbers = history.calls, history.derive(session_numbers)
    asked = history.derive(answered) & Words(history).among(calls.f, WRITES)
    rows = np.flatnonzero(asked & (numbers.of_call >= 0))
    session = numbers.of_call[rows]
    highest = np.zeros(len(numbers.ids) + 1, np.int64)
    np.maximum.at(highest, session, calls.zxid[rows])
    latest = np.full(len(numbers.ids) + 1, -1, np.int64)
    last = calls.zxid[rows] == highest[session]
    latest[session[last]] = rows[last]
    # The number -1 of a session that nobody knows is the last place, where nothing is.
    owners = numbers.find(owner)
    return highest[owners], latest[owners]
