"""When sessions ended, and by when ZooKeeper must have noticed."""

from dataclasses import dataclass

import numpy as np

from checkers.closings import closings, orphans
from checkers.context import in_time, life_of, number, plan_of, told
from harness.history import Event, FaultWindow, History
from harness.history.columns import I8
from harness.plan import Plan

LEAST_ALLOWANCE = 2 * 10**9
"""Nanoseconds that are allowed at least beyond a timeout, for a machine that is busy."""

TICKS = 2
"""What is allowed beyond a timeout: a leader rounds it up to its tick and hears from its followers twice a
tick; half a tick is left for the transaction itself."""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The certain end of a session."""

    session: int
    how: str
    """The end in words, for a sentence."""
    time: int
    """No sign of life from its client after this time (ns)."""
    event: Event
    zxid: int = 0
    """Transaction that closed it, 0 where unknown."""
    noticed: bool = False
    """A server already knew when this was recorded: it said so itself."""
    until: int | None = None
    """When the silence may have ended (ns): its client stood still and went on later."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a session may outlive its client; ns."""

    timeouts: dict[int, int]
    """{session: the longest timeout that was agreed on}"""
    allowance: int

    def due(self, end: SessionEnd, calm: I8) -> I8:
        """Return by when (ns) nodes of an ended session must be gone, given since when it was calm.

        A closed session has its transaction already. An expired one has not when the leader that expired it
        fell in that moment: it counts as noticed only when the same leader had led for a timeout before.
        """
        start, timeout = np.maximum(end.time, calm), self.timeouts[end.session]
        known = (calm + timeout <= end.time) if end.noticed else np.zeros(len(calm), bool)
        if end.zxid:
            known[:] = True
        return start + self.allowance + np.where(known, 0, timeout)


def patience(history: History) -> Patience | None:
    """Return how long sessions may outlive their clients, None without a plan."""
    plan = plan_of(history)
    if plan is None:
        return None
    allowance = max(round(TICKS * plan.tick * 1e9), LEAST_ALLOWANCE)
    return Patience(_timeouts(history, plan), allowance)


def _timeouts(history: History, plan: Plan) -> dict[int, int]:
    asked = round(plan.session_timeout * 1e9)
    found: dict[int, int] = {}
    for event in history.select("session", type="event"):
        if told(event, "state") == "connected" and event.session:
            agreed = number(event, "timeout") * 10**6
            found[event.session] = max(found.get(event.session, asked), agreed)
    return found


def session_ends(history: History) -> dict[int, SessionEnd]:
    """Return the end of every session of an app node that certainly ended, by session id.

    The sessions that a life still has end with it. `closed` and `lost` come from a server; an `abandoned`
    session and one of a dead client are left to expire. A fault that closes a session from outside names
    session and transaction in its proof.
    """
    return _follow(history)[0]


def silences(history: History) -> list[SessionEnd]:
    """Return the sessions whose client stood still for a while: a pause of its app node was proven."""
    return _follow(history)[1]


def _follow(history: History) -> tuple[dict[int, SessionEnd], list[SessionEnd]]:
    """Follow, in order of time, which sessions each life of each app node holds."""
    ends = _ended_by_faults(history)
    quiet: list[SessionEnd] = []
    holds: dict[str, dict[int, None]] = {}
    pauses, deceived = _pauses(history), orphans(history)
    occurrences = history.select("session", "node", type="event")
    for event in in_time([*occurrences, *(history.events[index] for index in pauses)]):
        if event.index in pauses:
            quiet += _silenced(pauses[event.index], event, holds)
        elif event.f == "node":
            _end_life(ends, event, holds)
        else:
            if told(event, "state") == "connected":
                _revive(ends, event)
            _note(ends, event, holds.setdefault(life_of(event.process), {}), deceived)
    return ends, quiet


def _ended_by_faults(history: History) -> dict[int, SessionEnd]:
    ends: dict[int, SessionEnd] = {}
    for fault in history.faults:
        if fault.effect != "expire" or fault.proven is None:
            continue
        for session, closing in closings(fault):
            event, how = _proof(history, fault), f"{fault.fault} closed it"
            ends[session] = SessionEnd(session, how, event.time, event, zxid=closing, noticed=True)
    return ends


def _proof(history: History, fault: FaultWindow) -> Event:
    return next(e for e in map(history.events.__getitem__, fault.events) if e.time == fault.proven)


def _pauses(history: History) -> dict[int, FaultWindow]:
    """Return the proven pauses of app nodes by the index of the proof."""
    return {
        _proof(history, fault).index: fault
        for fault in history.faults
        if fault.effect == "pause" and fault.role == "app" and fault.proven is not None
    }


def _silenced(fault: FaultWindow, proof: Event, holds: dict[str, dict[int, None]]) -> list[SessionEnd]:
    return [
        SessionEnd(session, "its client stood still", proof.time, proof, until=fault.heal_begin)
        for life, held in holds.items()
        if life.rpartition("/")[0] in fault.targets
        for session in held
    ]


def _end_life(ends: dict[int, SessionEnd], event: Event, holds: dict[str, dict[int, None]]) -> None:
    state = told(event, "state")
    for session in holds.pop(f"{event.node}/{number(event, 'life')}", {}):
        if state in {"died", "stopped"}:
            how = "its client died" if state == "died" else "its client stopped"
            ends.setdefault(session, SessionEnd(session, how, event.time, event))


def _revive(ends: dict[int, SessionEnd], event: Event) -> None:
    """Take an end back that no server had noticed: another life goes on with the session of one that died."""
    end = ends.get(event.session)
    if end is not None and not end.noticed and end.time < event.time:
        del ends[event.session]


def _note(ends: dict[int, SessionEnd], event: Event, held: dict[int, None], deceived: frozenset[int]) -> None:
    """Take in what a client says of a session; one that it does not name is the only one that it holds.

    Who was deceived gives a session up that no server has noticed to be over: it is left to expire.
    """
    state = told(event, "state")
    if state == "connected" and event.session:
        held[event.session] = None
    session = event.session or (next(iter(held)) if len(held) == 1 else 0)
    if not session or state not in {"closed", "lost", "abandoned"}:
        return
    held.pop(session, None)
    closing = event.zxid if state == "closed" else 0
    if state == "lost" and session in deceived:
        state = "abandoned"
    noticed = state == "lost" or closing > 0
    how = {"closed": "it was closed", "lost": "it was expired", "abandoned": "its client left"}[state]
    ends.setdefault(session, SessionEnd(session, how, event.time, event, zxid=closing, noticed=noticed))
