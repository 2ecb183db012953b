"""Who comes back to a session in time keeps it; who comes too late is told so, and acts for it no more.

Three ways to break it. `acted-late` is the recipe's: an act in the name of a session was acknowledged after
the session's end, or was begun when its client had been told of the end. `expired-early` and `revived` would
be ZooKeeper's: a client that was heard of within the timeout is told that the session has expired, or a
server takes a client on for a session that has ended.

No false alarm: acts without an answer are not judged. By zxid an act of a transaction after the session's end
is late whatever the clocks say. A server forgets what it has heard of a client, and a leader that nobody
follows any more still takes clients on, so the other two are judged only in calm (see `calm`), in which
the leader hears of all clients twice a tick.
"""

from collections.abc import Iterator

import numpy as np

from checkers.closings import orphans
from checkers.conclusion import conclude
from checkers.context import in_time, life_of, number, plan_of, real_faults, told
from checkers.ephemerals.calm import Calm
from checkers.facts.sessions import Session, session_numbers, sessions
from checkers.facts.transactions import FOREVER
from checkers.facts.words import WRITES, Words, answered
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, outcome, sent
from checkers.wording import count, moment, session_name, stretch, token
from harness.history import Event, History
from harness.history.columns import FAIL, OK

NAME = "session-continuity"

ELSEWHERE = ("move", "reattach")
"""Deeds that take a session elsewhere."""


@guarantee(NAME, "Who comes back to a session in time keeps it; who comes too late acts for it no more.")
def session_continuity(history: History) -> Result:
    """Judge all acts in the name of sessions, and all returns to one; `checked` counts them."""
    calls, words = history.calls, Words(history)
    acts = np.flatnonzero((calls.f == words["act"]) & (calls.outcome == OK)).tolist()
    went = words.among(calls.f, ELSEWHERE)
    kept = int(np.count_nonzero(went & (calls.outcome == OK)))
    late = int(np.count_nonzero(went & (calls.outcome == FAIL)))
    losses = _losses(history)
    violations = [*_acted_late(history, acts), *_expired_early(history, losses), *_revived(history)]
    taken_over = sum(told(event, "state") == "attaching" for event in history.select("session", type="event"))
    return conclude(
        NAME,
        held=(
            f"{count(len(acts), 'act')} in the names of sessions, none after the end of its session; "
            f"{count(kept, 'time')} a session was taken elsewhere and kept, {count(len(losses), 'client')} "
            "heard that theirs had expired."
        ),
        checked=len(acts) + kept + len(losses),
        violations=violations,
        missing=() if acts else ("Nobody acted in the name of a session, so there was nothing to judge.",),
        measures={
            "acts": len(acts),
            "taken_elsewhere": kept,
            "not_taken_elsewhere": late,
            "attached": taken_over,
            "expired": len(losses),
        },
    )


def _losses(history: History) -> list[Event]:
    """Return the events that tell that a session had expired, without those of clients that were lied to."""
    deceived = history.derive(orphans)
    events = in_time(history.select("session", type="event"))
    return [e for e in events if told(e, "state") == "lost" and e.session and e.session not in deceived]


def _acted_late(history: History, acts: list[int]) -> Iterator[Violation]:
    """Yield the first late act in the name of each session."""
    known, deceived = history.derive(sessions), history.derive(orphans)
    heard = {(life_of(e.process), e.session): e for e in reversed(_losses(history))}
    judged: set[int] = set()
    for row in sorted(acts, key=lambda one: int(history.calls.completed[one])):
        asked, answer = (history.events[int(i[row])] for i in (history.calls.invoke, history.calls.complete))
        session = number(asked, "session")
        end = known.get(session)
        if end is None or session in judged | deceived:
            continue
        violation = _by_order(history, row, end, number(answer, "zxid"))
        lost = heard.get((life_of(asked.process), session))
        if violation is None and lost is not None and lost.time < asked.time:
            violation = _by_time(history, row, lost)
        if violation is not None:
            judged.add(session)
            yield violation


def _by_order(history: History, row: int, end: Session, zxid: int) -> Violation | None:
    if not 0 < end.closed < zxid:
        return None
    return broken(
        history,
        "acted-late",
        f"{deed(history, row)} in the name of session {session_name(end.id)} was {outcome(history, row)}, by "
        f"transaction {token(zxid)}, though that session had already been ended by transaction "
        f"{token(end.closed)}, as somebody was told at {moment(history, end.told)}.",
        (row,),
        more=end.closing,
    )


def _by_time(history: History, row: int, lost: Event) -> Violation:
    return broken(
        history,
        "acted-late",
        f"{deed(history, row)} in the name of session {session_name(lost.session)} was begun at "
        f"{sent(history, row)} and {outcome(history, row)}, though its client had been told at "
        f"{moment(history, lost.time)} that this session had expired.",
        (row,),
        more=(lost.index,),
    )


def _expired_early(history: History, losses: list[Event]) -> Iterator[Violation]:
    """Yield the sessions that expired within their timeout after a write, in calm and by nobody's hand."""
    plan = plan_of(history)
    if plan is None:
        return
    calls, numbers = history.calls, history.derive(session_numbers)
    writes = history.derive(answered) & Words(history).among(calls.f, WRITES) & (calls.sent > 0)
    known, calm = history.derive(sessions), history.derive(Calm)
    by_session = np.flatnonzero(writes & (numbers.of_call >= 0))
    by_session = by_session[np.argsort(calls.session[by_session], kind="stable")]
    whose = calls.session[by_session]
    for lost in losses:
        session = known[lost.session]
        begin, end = (int(np.searchsorted(whose, lost.session, side)) for side in ("left", "right"))
        rows = by_session[begin:end]
        rows = rows[calls.completed[rows] <= lost.time]
        if not len(rows) or session.closed < FOREVER or not session.timeout:
            continue
        last = int(rows[np.argmax(calls.sent[rows])])
        heard, timeout = int(calls.sent[last]), session.timeout * 10**6
        since = calm.since_one(lost.time, int(calls.zxid[last]) >> 32)
        # Twice a tick the leader hears of the clients of others: before that it may have been disturbed.
        undisturbed = since is not None and since <= heard - round(plan.tick * 1e9)
        if lost.time < heard + timeout and undisturbed and not _ended_by_hand(history, lost, heard):
            yield broken(
                history,
                "expired-early",
                f"session {session_name(lost.session)} had expired at {moment(history, lost.time)}, only "
                f"{stretch(lost.time - heard)} after its client had sent {deed(history, last)}, which was "
                f"{outcome(history, last)}: its timeout is {stretch(timeout)}, and nobody had ended it.",
                (last,),
                more=(lost.index,),
            )


def _ended_by_hand(history: History, lost: Event, since: int) -> bool:
    """Tell whether a fault may have closed the session, also one that could not prove it."""
    return any(
        fault.effect == "expire" and fault.begin <= lost.time and (fault.healed or lost.time) >= since
        for fault in real_faults(history)
    )


def _revived(history: History) -> Iterator[Violation]:
    """Yield the sessions on which a client was taken on that had begun to come back after their end."""
    known, calm = history.derive(sessions), history.derive(Calm)
    before: dict[tuple[int, str], Event] = {}
    for event in in_time(history.select("session", type="event")):
        client = event.session, life_of(event.process)
        asked, before[client] = before.get(client), event
        end = known.get(event.session)
        if told(event, "state") != "connected" or asked is None or end is None or not end.told < asked.time:
            continue
        since = calm.since_one(event.time, end.closed >> 32)
        if end.closed < FOREVER and since is not None and since <= end.told:
            yield Violation(
                kind="revived",
                sentence=(
                    f"{event.node} was connected to session {session_name(event.session)} at "
                    f"{moment(history, event.time)}, though that session had been ended by transaction "
                    f"{token(end.closed)}, as told at {moment(history, end.told)}."
                ),
                witness=tuple(sorted({*end.closing, asked.index, event.index})),
                time=event.time,
                until=event.time,
                nodes=(event.node,) if event.node else (),
                key=session_name(event.session),
            )
