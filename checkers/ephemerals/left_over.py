"""Ephemeral nodes that a synced read of a server still shows long after the end of their session.

A leader rounds a session's timeout up to its tick, so a node of a silent client is gone one timeout and
one tick after the last sign of life; one more tick is left for the commit. The clock counts only while
one leader is active: from the last change of leader, fault or restart of a server on.
"""

from dataclasses import dataclass, field

import numpy as np

from checkers.context import fault_ids
from checkers.ephemerals.calm import Calm
from checkers.ephemerals.finals import Final
from checkers.ephemerals.session_ends import SessionEnd, patience, session_ends
from checkers.result import Violation
from checkers.wording import moment, session_name, stretch
from harness.history import History


@dataclass(frozen=True, slots=True)
class LeftOvers:
    """What final readings show that should not be there."""

    violations: list[Violation] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    """A sentence for each node seen when all programs had ended of which nobody can tell."""


def left_overs(history: History, shown: list[Final]) -> LeftOvers:
    """Return the nodes that final readings show though their session must have been noticed to be over.

    While the programs run, a node whose session has no known end is nothing strange. Once all have ended
    no session lives on, so one that cannot be judged is told. What the order of transactions has judged
    already is passed over.
    """
    bound = history.derive(patience)
    found = LeftOvers()
    if bound is None or not shown:
        return found
    ends = history.derive(session_ends)
    calm = history.derive(Calm)
    for one in shown:
        end = ends.get(one.owner)
        if end and 0 < end.zxid <= one.low:
            continue
        since = calm.since_one(one.asked.time, one.high >> 32)
        if end is None or end.session not in bound.timeouts or since is None:
            if one.stage == "stopped":
                known = end is not None and end.session in bound.timeouts
                found.unjudged.append(_unjudged(history, one, known=known))
            continue
        due = int(bound.due(end, np.array([since]))[0])
        if one.asked.time >= due:
            found.violations.append(_violation(history, one, end, due))
    return found


def _server(final: Final) -> str:
    return final.told.process.rpartition("/")[2]


def _unjudged(history: History, one: Final, *, known: bool) -> str:
    """Say what was seen, and which of the two was missing: the end of the session, or calm before it."""
    why = "calm before that reading cannot be shown" if known else "the end of that session is not known"
    return (
        f"{one.path} of session {session_name(one.owner)} was still there on {_server(one)} at "
        f"{moment(history, one.asked.time)}, when all programs had ended, and nobody can tell whether it had "
        f"to be gone: {why}."
    )


def _violation(history: History, one: Final, end: SessionEnd, due: int) -> Violation:
    sentence = (
        f"{one.path} was still there on {_server(one)} at {moment(history, one.asked.time)}, "
        f"{stretch(one.asked.time - end.time)} after the end of its session {session_name(end.session)} "
        f"({end.how} at {moment(history, end.time)}); it had to be gone by {moment(history, due)}."
    )
    return Violation(
        kind="left-over",
        sentence=sentence,
        witness=tuple(sorted({end.event.index, one.asked.index, one.told.index})),
        time=due,
        until=one.told.time,
        nodes=(end.event.node,) if end.event.node else (),
        key=one.path,
        faults=fault_ids(history, end.time, one.told.time),
    )
