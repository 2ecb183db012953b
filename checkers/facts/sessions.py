"""Sessions: when each lived, and the transaction that ended it where anybody knows it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from checkers.closings import closings
from checkers.context import in_time, life_of
from checkers.facts.transactions import FOREVER
from checkers.facts.words import WRITES, Words, answered
from harness.history import Event, History
from harness.history.columns import I8, OK


@dataclass(slots=True)
class Session:
    """One session; zxids and event indexes."""

    id: int
    process: str
    """Life of the app node that opened it, such as `app1/2`; empty where nobody told."""
    timeout: int = 0
    """ms that the server agreed to."""
    connected: list[Event] = field(default_factory=list)
    """Its `session` events of state `connected`, in order of time."""
    last_seen: int = 0
    """Highest zxid that an answer to it carried, reads included."""
    last_write: int = 0
    """Highest zxid of a write that it had acknowledged: it was alive then."""
    closed: int = FOREVER
    """Zxid of the transaction that ended it, FOREVER where nobody told."""
    closing: tuple[int, ...] = ()
    """Indexes of the events that tell of `closed`."""
    told: int = 0
    """Time (ns) at which they told of it."""
    lost: int | None = None
    """Time (ns) at which its client heard that it had expired."""


@dataclass(slots=True)
class SessionNumbers:
    """Small numbers for the sessions that asked for something, in the order of their ids."""

    ids: I8
    of_call: NDArray[np.int64]
    """Number of each call's session, -1 where nobody told it."""

    def find(self, sessions: I8) -> NDArray[np.int64]:
        """Return the numbers of sessions, -1 for one that is not known."""
        if not len(self.ids):
            return np.full(len(sessions), -1, np.int64)
        place = np.minimum(np.searchsorted(self.ids, sessions), len(self.ids) - 1)
        return np.where((self.ids[place] == sessions) & (sessions != 0), place, -1)


def session_numbers(history: History) -> SessionNumbers:
    """Number the sessions of calls and occurrences."""
    asked, columns = history.calls.session, history.columns
    # Calls of a session come in runs, so that few entries are left to be sorted.
    turns = asked[np.flatnonzero(np.diff(asked, prepend=0))]
    told = columns.session[np.isin(columns.f, [Words(history)["session"], Words(history)["ping"]])]
    ids = np.unique(np.concatenate((turns, told)))
    numbers = SessionNumbers(ids[ids != 0], np.empty(0, np.int64))
    numbers.of_call = numbers.find(asked)
    return numbers


def sessions(history: History) -> dict[int, Session]:
    """Return all sessions by id."""
    found: dict[int, Session] = {}
    for event in in_time(history.select("session", type="event")):
        if event.session:
            session = found.setdefault(event.session, Session(event.session, life_of(event.process)))
            _tell(session, event)
    _tell_faults(history, found)
    _tell_answers(history, found)
    return found


def _tell(session: Session, event: Event) -> None:
    value = event.value if isinstance(event.value, dict) else {}
    state = value.get("state")
    if state == "connected":
        session.connected.append(event)
        timeout = value.get("timeout")
        session.timeout = timeout if isinstance(timeout, int) and timeout > 0 else session.timeout
    elif state == "closed" and event.zxid > 0:
        session.closed, session.closing, session.told = event.zxid, (event.index,), event.time
    elif state == "lost" and session.lost is None:
        session.lost = event.time


def _tell_faults(history: History, found: dict[int, Session]) -> None:
    """The nemesis knows when the sessions that it ended were over."""
    for fault in history.faults:
        for number, closed in closings(fault):
            session = found.get(number)
            if session is not None and session.closed == FOREVER:
                session.closed, session.closing = closed, tuple(fault.events[1:2])
                session.told = fault.proven or fault.begin


def _tell_answers(history: History, found: dict[int, Session]) -> None:
    calls, numbers = history.calls, history.derive(session_numbers)
    seen = history.derive(answered) & (numbers.of_call >= 0)
    write = seen & (calls.outcome == OK) & Words(history).among(calls.f, WRITES)
    for name, chosen in (("last_seen", seen), ("last_write", write)):
        rows = np.flatnonzero(chosen)
        highest = np.zeros(len(numbers.ids), np.int64)
        np.maximum.at(highest, numbers.of_call[rows], calls.zxid[rows])
        for session, zxid in zip(numbers.ids.tolist(), highest.tolist(), strict=True):
            if zxid:
                setattr(found.setdefault(session, Session(session, "")), name, zxid)
