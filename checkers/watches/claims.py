"""What was due: watches whose trigger an answer on the same connection has shown, so that their event is due.

A server that applies a transaction sends the events of the watches that it triggers before anything that
shows it. So the first answer or ping on the connection that names the transaction, or a later one, proves
that the event should have come before it.
"""

from dataclasses import replace

import numpy as np

from checkers.facts.prefixes import early, lowest
from checkers.watches.due import Claims, ambiguous
from checkers.watches.lookup import Lookup
from checkers.watches.rows import Mask, at
from checkers.watches.standing import standing
from checkers.watches.triggers import Triggers, triggers
from checkers.watches.wire import CHILD_TYPES, DATA_TYPES, Watches, Wire, answer_after, owner_path, wire
from harness.history import History


def claims(history: History) -> Claims:
    """Return all events that were due, each once."""
    told, known = history.derive(wire), history.derive(triggers)
    whole = Claims.joined(
        [
            _one_shot(told, known, told.data, DATA_TYPES),
            _one_shot(told, known, told.child, CHILD_TYPES),
            standing(history, told, known),
        ]
    )
    whole = _settled(history, told, known, whole)
    # Several watches that wait for one transaction are told of it by one event.
    order = np.lexsort((whole.event, owner_path(whole.conn, whole.trigger)))
    whole = whole.some(order)
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(whole.event) != 0) | (np.diff(owner_path(whole.conn, whole.trigger)) != 0)
    return whole.some(fresh)


def missed(history: History) -> Claims:
    """Return the claims to which no event came: none at all, or one that tells of something else."""
    return history.derive(claims).some(_missed(history))


def overtaken(history: History) -> Claims:
    """Return the claims whose event came, but after the answer that shows what it tells of."""
    found, told = history.derive(claims), history.derive(wire)
    late = at(told.events.wire, found.event, 0) > told.answers.wire[found.answer]
    return found.some(late & ~_missed(history))


def _missed(history: History) -> Mask:
    """Tell which claims were missed; a late event of another type or later zxid is another one."""
    found, told, known = history.derive(claims), history.derive(wire), history.derive(triggers)
    late = at(told.events.wire, found.event, 0) > told.answers.wire[found.answer]
    zxid = at(told.events.zxid, found.event, 0)
    other = at(told.type, found.event, -1) != known.type[found.trigger]
    other = np.where(zxid > 0, zxid > known.zxid[found.trigger], other)
    return (found.event < 0) | (late & other)


def _settled(history: History, told: Wire, known: Triggers, found: Claims) -> Claims:
    """Wait for a later answer where a leader may have given the first one just after its election.

    For a moment its replies carry a zxid that it is about to give out. Such a reply is older than the
    acknowledgement of the transaction; what came after that is not.
    """
    answer = found.answer.copy()
    for row in np.flatnonzero(early(known.zxid[found.trigger])).tolist():
        first, end = answer[row], np.searchsorted(told.answers.conn, found.conn[row], "right")
        done = history.calls.completed[known.call[found.trigger[row]]]
        later = history.columns.time[told.answers.row[first:end]] >= done
        later &= told.answers.zxid[first:end] >= known.zxid[found.trigger[row]]
        answer[row] = first + np.argmax(later) if later.any() else -1
    return replace(found, answer=answer).some(answer >= 0)


def _one_shot(told: Wire, known: Triggers, watches: Watches, types: tuple[int, ...]) -> Claims:
    """Pair every one-shot watch with its first trigger, the first answer that shows it, and its event."""
    watches = watches.some(~ambiguous(told, watches))
    trigger = known.first(watches.path, types, watches.zxid)
    answer = np.full(len(watches), -1)
    rows = np.flatnonzero(trigger >= 0)
    answer[rows] = answer_after(told, watches.conn[rows], known.zxid[trigger[rows]])
    due = (answer >= 0) & (at(told.answers.wire, answer, 0) > watches.wire)
    mine = np.flatnonzero(np.isin(told.type, types))
    conn = told.events.conn[mine]
    place = told.place(conn, told.events.zxid[mine], told.events.wire[mine])
    fired = Lookup(owner_path(conn, told.path[mine]), place)
    since = told.place(watches.conn, lowest(watches.zxid), watches.wire)
    event = fired.rows(fired.after(owner_path(watches.conn, watches.path), since))
    return Claims(
        conn=watches.conn[due],
        watch=watches.call[due],
        trigger=trigger[due],
        answer=answer[due],
        event=at(mine, event[due], -1),
    )
