"""A client's requests are dealt with in the order in which it sent them (FIFO client order).

Three ways to break it, all within one session. `reply-order`: on one connection, a later request (xid) is
answered before an earlier one, seen by the replies' positions on the wire. `write-order`: of two writes, the
one that was sent later, by connection and xid, has the smaller zxid. `older-read`: a read shows a state
older than a reply that its session had received before.

No false alarm: only what was answered is compared. The replies of one connection were received before the
next one was made, and the client tells each new server the last zxid it was answered with; one that goes on
with another client's session has seen nothing yet, so its reads bind only its own. The promise is
that of ZooKeeper's paper (section 2.3); one pass over the frames sorted by (session, conn, wire).
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.frames import Frames, frames
from checkers.facts.segments import before, fallen, running_maximum
from checkers.facts.words import READS, WRITES, Words
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome, server_of, session_of
from checkers.wording import count, moment, token
from harness.history import History
from harness.history.columns import I8

NAME = "client-order"


@guarantee(NAME, "A client's requests are dealt with in the order in which it sent them.")
def client_order(history: History) -> Result:
    """Judge the replies of every session; `checked` counts them."""
    found = history.derive(frames)
    replies = np.flatnonzero(found.call >= 0)
    swapped, turned, aged = _swapped(found, replies), _turned(history, found), _aged(history, found, replies)
    times = history.calls.completed
    pairs = [
        *((_say_swapped, pair) for pair in _told(found, swapped, times)),
        *((_say_turned, pair) for pair in _told(found, turned, times)),
        *((_say_aged, pair) for pair in _told(found, aged, times)),
    ]
    return conclude(
        NAME,
        held=(
            f"{count(len(replies), 'reply', 'replies')} of {count(_sessions(found), 'session')} in the "
            "order of their requests, writes in the order of sending, and no read older than a reply "
            "before it."
        ),
        checked=len(replies),
        violations=[say(history, one, other) for say, (one, other) in pairs],
        missing=() if len(replies) else ("No reply tells its position on the wire: no order to compare.",),
        measures={"swapped_replies": len(swapped), "turned_writes": len(turned), "older_reads": len(aged)},
    )


def _sessions(found: Frames) -> int:
    return len(np.unique(found.session))


def _told(found: Frames, pairs: I8, times: I8) -> list[tuple[int, int]]:
    """Return the calls of the earliest pairs of frames."""
    first, second = found.call[pairs[:, 0]], found.call[pairs[:, 1]]
    chosen = earliest(np.arange(len(pairs)), times[second])
    return [(int(first[place]), int(second[place])) for place in chosen]


def _swapped(found: Frames, replies: I8) -> I8:
    """Return neighbours on the wire of which the second was asked for first, as rows of (one, other)."""
    link, xid = found.link[replies], found.xid[replies]
    wrong = np.flatnonzero((link[1:] == link[:-1]) & (xid[1:] < xid[:-1]))
    return np.column_stack((replies[wrong], replies[wrong + 1]))


def _turned(history: History, found: Frames) -> I8:
    """Return neighbours among a session's writes of which the second has the smaller zxid."""
    rows = found.requests
    rows = rows[Words(history).among(history.calls.f[found.call[rows]], WRITES)]
    session, zxid = found.session[rows], found.zxid[rows]
    wrong = np.flatnonzero((session[1:] == session[:-1]) & (zxid[1:] < zxid[:-1]))
    return np.column_stack((rows[wrong], rows[wrong + 1]))


def _aged(history: History, found: Frames, replies: I8) -> I8:
    """Return the reads that are older than an earlier reply to their client, each with that reply."""
    view, sure = found.view[replies], found.sure[replies]
    newest = before(running_maximum(sure, view), view, 0)
    is_read = Words(history).among(history.calls.f[found.call[replies]], READS)
    return replies[fallen(found.zxid[replies], sure, newest, view, is_read)]


def _say_swapped(history: History, one: int, other: int) -> Violation:
    calls = history.calls
    sentence = (
        f"{session_of(history, one)} sent {deed(history, other)} (request {int(calls.xid[other])}) before "
        f"{deed(history, one)} (request {int(calls.xid[one])}), and {server_of(history, one)} answered "
        f"them the other way round at {moment(history, int(calls.completed[one]))}."
    )
    return broken(history, "reply-order", sentence, (one, other))


def _say_turned(history: History, one: int, other: int) -> Violation:
    sentence = (
        f"{session_of(history, one)} sent {deed(history, one)} before {deed(history, other)}, and yet the "
        f"first was {outcome(history, one)} and the second {outcome(history, other)}, in front of it."
    )
    return broken(history, "write-order", sentence, (one, other))


def _say_aged(history: History, one: int, other: int) -> Violation:
    calls = history.calls
    sentence = (
        f"{session_of(history, one)} had received the answer to {deed(history, one)} with the state of "
        f"transaction {token(int(calls.zxid[one]))} when {server_of(history, other)} answered "
        f"{deed(history, other)} at {moment(history, int(calls.completed[other]))} from the older state of "
        f"transaction {token(int(calls.zxid[other]))}."
    )
    return broken(history, "older-read", sentence, (one, other))
