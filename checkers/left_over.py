"""Ephemeral nodes that a synced read of a server still shows long after the end of their session.

A leader rounds a session's timeout up to its tick, so a node of a silent client is gone one timeout and
one tick after the last sign of life; one more tick is left for the commit. The clock counts only while
one leader is active: from the last change of leader, fault or restart of a server on.
"""

from dataclasses import dataclass, field

from checkers.context import fault_ids, plan_of, told
from checkers.result import Violation
from checkers.session_ends import Calm, SessionEnd, session_ends, timeouts
from checkers.sightings import Sighting
from checkers.wording import moment, session_name, stretch
from harness.history import Event, History
from harness.plan import Plan

_TICKS = 2


@dataclass(frozen=True, slots=True)
class LeftOvers:
    """What final readings show that should not be there."""

    violations: list[Violation] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    """A sentence for each node seen when all programs had ended of which nobody can tell."""


def left_overs(history: History, finals: list[Sighting]) -> LeftOvers:
    """Return the nodes that final readings show though their session must have been noticed to be over.

    While the programs run, a node whose session has no known end is nothing strange. Once all have ended
    no session lives on, so one that cannot be judged is told. Persistent nodes (owner 0) and what the
    order of transactions has judged already are passed over.
    """
    plan = plan_of(history)
    found = LeftOvers()
    if plan is None:
        return found
    ends = session_ends(history)
    agreed = timeouts(history, plan)
    calm = Calm(history)
    began = {op.complete.index: op.invoke for op in history.operations if op.complete}
    for sighting in finals:
        end = ends.get(sighting.owner or 0)
        if not sighting.owner or (end and 0 < end.zxid <= sighting.low):
            continue
        asked = began[sighting.event.index]
        since = calm.since(asked.time, sighting.high >> 32)
        if end is None or end.session not in agreed or since is None:
            if told(asked, "stage") == "stopped":
                known = end is not None and end.session in agreed
                found.unjudged.append(_unjudged(history, sighting, asked, known=known))
            continue
        due = _due(end, since, agreed[end.session], plan)
        if asked.time >= due:
            found.violations.append(_violation(history, sighting, end, asked, due))
    return found


def _due(end: SessionEnd, calm: int, timeout: int, plan: Plan) -> int:
    """Return by when (ns) the nodes of an ended session must be gone, with calm since `calm`.

    A closed session has its transaction already. An expired one has not when the leader that expired it
    fell in that moment: it counts as noticed only when the same leader had led for a timeout before.
    """
    ticks = round(_TICKS * plan.tick * 1e9)
    start = max(end.time, calm)
    if end.zxid or (end.noticed and calm + timeout <= end.time):
        return start + ticks
    return start + timeout + ticks


def _unjudged(history: History, sighting: Sighting, asked: Event, *, known: bool) -> str:
    """Say what was seen, and which of the two was missing: the end of the session, or calm before it."""
    why = "calm before that reading cannot be shown" if known else "the end of that session is not known"
    return (
        f"{sighting.path} of session {session_name(sighting.owner or 0)} was still there on "
        f"{asked.process.rpartition('/')[2]} at {moment(history, asked.time)}, when all programs had ended, "
        f"and nobody can tell whether it had to be gone: {why}."
    )


def _violation(history: History, sighting: Sighting, end: SessionEnd, asked: Event, due: int) -> Violation:
    server = asked.process.rpartition("/")[2]
    sentence = (
        f"{sighting.path} was still there on {server} at {moment(history, asked.time)}, "
        f"{stretch(asked.time - end.time)} after the end of its session {session_name(end.session)} "
        f"({end.how} at {moment(history, end.time)}); it had to be gone by {moment(history, due)}."
    )
    return Violation(
        kind="left-over",
        sentence=sentence,
        witness=(end.event.index, asked.index, sighting.event.index),
        time=due,
        until=sighting.event.time,
        nodes=(end.event.node,) if end.event.node else (),
        key=sighting.path,
        faults=fault_ids(history, end.time, sighting.event.time),
    )
