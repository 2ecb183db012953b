"""A session belongs to one client.

Broken when two lives of app nodes use one session id (`two-lives`), or two clients of one life: a client's
session is connected once more although it was not suspended, or on a connection number that is not higher
(`two-clients`).

No false alarm: who goes on with another client's session on purpose says so beforehand (`attaching`), and is
told apart from the other clients of its life by a number. A client numbers its connections upwards and tells
that it is suspended before it connects again, and the events of one life keep their order. Whoever only
closes a session from outside (the nemesis) makes no calls. Session ids are unique by the way in which servers
make them (SessionTrackerImpl); one pass.
"""

from collections.abc import Iterator

import numpy as np

from checkers.conclusion import conclude
from checkers.context import fault_ids, in_time, life_of, number, told
from checkers.facts.sessions import session_numbers
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import MOST, events_of
from checkers.wording import count, listed, moment, session_name
from harness.history import Event, History

NAME = "session-identity"


@guarantee(NAME, "A session belongs to one client.")
def session_identity(history: History) -> Result:
    """Judge all sessions that asked for something or were told of; `checked` counts them."""
    ids = history.derive(session_numbers).ids
    violations = [*_two_lives(history), *_two_clients(history)]
    return conclude(
        NAME,
        held=f"{count(len(ids), 'session')}, each of one client.",
        checked=len(ids),
        violations=violations[:MOST],
        missing=() if len(ids) else ("No session was told of, so there was nothing to compare.",),
        measures={"sessions": len(ids), "shared": len(violations)},
    )


def _connected(history: History) -> dict[int, list[Event]]:
    """Return the `session` events of each session in order of time."""
    found: dict[int, list[Event]] = {}
    for event in in_time(history.select("session", type="event")):
        if event.session:
            found.setdefault(event.session, []).append(event)
    return found


def _users(history: History) -> dict[int, dict[str, int]]:
    """Return {session: {life: its first call}} of the sessions with more than one."""
    calls, numbers = history.calls, history.derive(session_numbers)
    say = history.columns.texts.say
    rows = np.flatnonzero(numbers.of_call >= 0)
    known: dict[str, int] = {}
    life = np.zeros(len(history.columns.texts), np.int64)
    for process in np.unique(calls.process[rows]).tolist():
        life[process] = known.setdefault(life_of(say(process)), len(known))
    names, pairs = list(known), numbers.of_call[rows] * len(known) + life[calls.process[rows]]
    session = np.unique(pairs) // max(len(known), 1)
    shared = np.isin(numbers.of_call[rows], session[1:][session[1:] == session[:-1]])
    found: dict[int, dict[str, int]] = {}
    for row, pair in zip(rows[shared].tolist(), pairs[shared].tolist(), strict=True):
        lives = found.setdefault(int(calls.session[row]), {})
        lives.setdefault(names[pair % len(known)], row)
    return found


def _two_lives(history: History) -> Iterator[Violation]:
    events = history.derive(_connected)
    users = _users(history)
    for session, told_of in events.items():
        if len({life_of(event.process) for event in told_of}) > 1:
            users.setdefault(session, {})
    for session, rows in users.items():
        first: dict[str, Event] = {}
        for event in events.get(session, ()):
            first.setdefault(life_of(event.process), event)
        attached = {life for life, event in first.items() if told(event, "state") == "attaching"}
        lives = sorted({*rows, *first} - attached)
        if len(lives) < 2:
            continue
        # A call says more than a connection: whoever has made one is told by it.
        used = [row for life, row in rows.items() if life in lives]
        witness = [history.events[place] for place in events_of(history, used)]
        witness += [event for life, event in first.items() if life not in rows and life in lives]
        sentence = (
            f"Session {session_name(session)} was used by {listed(lives)}, which are different clients."
        )
        yield _shared(history, "two-lives", sentence, session, witness)


def _two_clients(history: History) -> Iterator[Violation]:
    for session, events in history.derive(_connected).items():
        last: dict[tuple[str, int], Event] = {}
        highest: dict[tuple[str, int], Event] = {}
        for event in events:
            life = life_of(event.process)
            client = life, number(event, "client")
            connects = told(event, "state") == "connected"
            before, top = last.get(client), highest.get(client)
            last[client] = event
            if not connects:
                continue
            highest[client] = event
            again = before is not None and told(before, "state") == "connected"
            if top is not None and (again or event.conn <= top.conn):
                sentence = (
                    f"Session {session_name(session)} of {life} was connected at "
                    f"{moment(history, top.time)} as connection {top.conn} and at "
                    f"{moment(history, event.time)} as connection {event.conn}, which one client does not do."
                )
                yield _shared(history, "two-clients", sentence, session, [top, event])
                break


def _shared(history: History, kind: str, sentence: str, session: int, witness: list[Event]) -> Violation:
    times = [event.time for event in witness]
    return Violation(
        kind=kind,
        sentence=sentence,
        witness=tuple(sorted(event.index for event in witness)),
        time=max(times),
        until=max(times),
        nodes=tuple(dict.fromkeys(event.node for event in witness)),
        key=session_name(session),
        faults=fault_ids(history, min(times), max(times)),
    )
