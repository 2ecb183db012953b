"""An ephemeral node is gone in time when nothing is heard of its session any more.

A leader lets a session expire one timeout after the last sign of life, rounded up to its tick; of a client of
a follower it hears twice a tick. So a node must be gone one timeout and two ticks (or two seconds, whichever
is longer: the slack for a busy machine) after the last moment at which its client can have sent anything: its
death, its leaving, the proof that it stood still. The clock counts only as long as one leader was
undisturbed, see `calm`: every new leader gives every session its full timeout again.

A server that lags shows an old state late, so the time of a read proves nothing. But a state that shows the
node and holds a write that was sent at a time t shows that the node was there after t: the write got its zxid
after t, and the node's end a higher one. So no delay on the way back can raise a false alarm, and a slow disk
none either. What is seen at or after a known closing is `ephemeral-cleanup`'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.conclusion import conclude
from checkers.ephemerals.calm import Calm
from checkers.ephemerals.doubts import doubts
from checkers.ephemerals.fates import fates
from checkers.ephemerals.nodes import nodes
from checkers.ephemerals.session_ends import Patience, SessionEnd, patience, session_ends, silences
from checkers.ephemerals.telling import MOST, birth_events, broken, owner_of, path_of, said, view_events
from checkers.ephemerals.views import views
from checkers.facts.bounds import bounds
from checkers.facts.words import WRITES, Words, answered
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import deed, events_of
from checkers.wording import count, moment, stretch
from harness.history import History
from harness.history.columns import I8

NAME = "ephemeral-deadline"


@dataclass(slots=True)
class _Late:
    """A view of a node that had to be gone."""

    view: int
    end: SessionEnd
    due: int
    time: int
    """The node was certainly there after this time (ns)."""
    write: int
    """Row of the call that was sent at that time."""


@guarantee(NAME, "An ephemeral node is gone in time when nothing is heard of its session any more.")
def ephemeral_deadline(history: History) -> Result:
    """Judge the nodes of sessions that ended; `checked` counts those seen to vanish, or seen late."""
    bound = history.derive(patience)
    if bound is None:
        missing = "The plan is missing, so nobody knows how long a session may outlive its client."
        return conclude(NAME, held="", checked=0, missing=[missing])
    own, fate = history.derive(nodes), history.derive(fates)
    ended = fate.vanished & np.isin(own.owner, np.array([end.session for end in _ends(history)], np.int64))
    late, latest = _late(history, bound)
    checked = int(ended.sum()) + len(late)
    longest = max(bound.timeouts.values(), default=0) + bound.allowance
    known = (
        f"one was known to be there {stretch(latest)} after" if latest else "none was known to be there after"
    )
    return conclude(
        NAME,
        held=(
            f"{count(int(ended.sum()), 'ephemeral node')} of "
            f"{count(len(np.unique(own.owner[ended])), 'session')} that ended, all gone in time: {known} the "
            f"last sign of life; {stretch(longest)} are allowed at most."
        ),
        checked=checked,
        violations=[_violation(history, one) for one in late[:MOST]],
        missing=[] if checked else ["No session was seen to end that owned ephemeral nodes."],
        measures={"latest": latest / 1e9, "allowed": longest / 1e9, "late": len(late)},
    )


def _ends(history: History) -> list[SessionEnd]:
    return [*history.derive(session_ends).values(), *history.derive(silences)]


def _late(history: History, bound: Patience) -> tuple[list[_Late], int]:
    """Return the first late view of each node, and how long (ns) a node was known to outlive its client."""
    own, seen = history.derive(nodes), history.derive(views)
    alive = np.flatnonzero(seen.alive)
    alive = alive[np.argsort(own.owner[seen.node[alive]], kind="stable")]
    owner = own.owner[seen.node[alive]]
    times, writes = _known_after(history, seen.low[alive])
    found: dict[int, _Late] = {}
    latest = 0
    for end in _ends(history):
        part = slice(*np.searchsorted(owner, (end.session, end.session + 1)).tolist())
        if end.session not in bound.timeouts or part.start == part.stop:
            continue
        rows, time, write = alive[part], times[part], writes[part]
        before = seen.low[rows] < end.zxid if end.zxid else np.ones(len(rows), bool)
        chosen = np.flatnonzero(before & (write >= 0) & (time > end.time))
        if end.until is None and not end.zxid and len(chosen):
            latest = max(latest, int(time[chosen].max()) - end.time)
        for one in _judge(history, bound, end, rows[chosen], time[chosen], write[chosen]):
            node = int(seen.node[one.view])
            if node not in found or one.time < found[node].time:
                found[node] = one
    return sorted(found.values(), key=lambda one: one.time), latest


def _judge(
    history: History, bound: Patience, end: SessionEnd, rows: I8, time: I8, write: I8
) -> Iterator[_Late]:
    own, seen = history.derive(nodes), history.derive(views)
    since, calm = history.derive(Calm).since(time, seen.low[rows] >> 32)
    due = bound.due(end, since)
    late = calm & (time > due)
    if end.until is not None:
        late &= due <= end.until
    path, made = own.path[seen.node[rows]], own.czxid[seen.node[rows]]
    chosen = np.flatnonzero(late)
    other = history.derive(doubts).made.possible(path[chosen], made[chosen], seen.high[rows[chosen]])
    chosen = chosen[seen.sure[rows[chosen]] | ~other]
    for place in chosen[np.argsort(time[chosen], kind="stable")].tolist():
        yield _Late(int(rows[place]), end, int(due[place]), int(time[place]), int(write[place]))


def _known_after(history: History, zxid: I8) -> tuple[I8, NDArray[np.int64]]:
    """Return for each state a time (ns) after which it certainly came about, and the call that was sent then.

    The call is -1 where no write of the state's own epoch tells.
    """
    calls = history.calls
    writes = np.flatnonzero(history.derive(answered) & Words(history).among(calls.f, WRITES))
    writes = writes[np.argsort(calls.zxid[writes], kind="stable")]
    if not len(writes):
        return np.zeros(len(zxid), np.int64), np.full(len(zxid), -1, np.int64)
    began = history.derive(bounds).begin[writes]
    latest = np.maximum.accumulate(began)
    which = np.maximum.accumulate(np.where(began == latest, np.arange(len(writes)), 0))
    place = np.searchsorted(calls.zxid[writes], zxid, "right") - 1
    write = writes[which[place]]
    known = (place >= 0) & (calls.zxid[write] >> 32 == zxid >> 32)
    return np.where(known, latest[place], 0), np.where(known, write, -1)


def _violation(history: History, late: _Late) -> Violation:
    own, seen, end = history.derive(nodes), history.derive(views), late.end
    node = int(seen.node[late.view])
    path = path_of(history, own, node)
    return broken(
        history,
        "expired-late",
        f"{path} was still there at {moment(history, late.time)}, {stretch(late.time - end.time)} after the "
        f"last sign of life of its session {owner_of(own, node)} ({end.how} at {moment(history, end.time)}), "
        f"and had to be gone by {moment(history, late.due)}: the answer {said(history, seen, late.view)} "
        f"that shows it holds {deed(history, late.write)}, sent at that time.",
        path,
        (
            *birth_events(history, own, node),
            end.event.index,
            *events_of(history, [late.write]),
            *view_events(history, seen, late.view),
        ),
        (late.due, int(history.calls.completed[int(seen.call[late.view])])),
    )
