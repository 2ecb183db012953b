"""The words for what answers showed of an ephemeral node, and the events that they rest on."""

from collections.abc import Iterable

from checkers.context import fault_ids
from checkers.ephemerals.nodes import Nodes
from checkers.ephemerals.views import Views
from checkers.facts.sessions import Session
from checkers.result import Violation
from checkers.testimony import events_of
from checkers.wording import moment, session_name, token
from harness.history import History

MOST = 20
"""How many violations of one kind are told; the others are counted."""


def birth_events(history: History, own: Nodes, node: int) -> tuple[int, ...]:
    """Return the indexes of the events that tell of the birth of a node."""
    call = int(own.call[node])
    return events_of(history, [call]) if call >= 0 else (int(own.event[node]),)


def view_events(history: History, seen: Views, view: int) -> tuple[int, ...]:
    """Return the indexes of the events of a view."""
    call = int(seen.call[view])
    return events_of(history, [call]) if call >= 0 else ()


def view_time(history: History, seen: Views, view: int) -> int:
    """Return the time (ns) of the answer; the start of the history where an event told."""
    call = int(seen.call[view])
    return int(history.calls.completed[call]) if call >= 0 else history.start


def said(history: History, seen: Views, view: int) -> str:
    """Say when and in which state: `at 3.1 s (transaction 0x100000007)`."""
    return f"at {moment(history, view_time(history, seen, view))} (transaction {token(int(seen.high[view]))})"


def path_of(history: History, own: Nodes, node: int) -> str:
    """Return the path of a node."""
    return history.columns.texts.say(int(own.path[node]))


def owner_of(own: Nodes, node: int) -> str:
    """Say the session of a node."""
    return session_name(int(own.owner[node]))


def maker_of(history: History, own: Nodes, node: int) -> str:
    """Return the app node whose session it is, as far as the event of its birth tells; else its session."""
    event = history.events[int(own.event[node])]
    asked = own.call[node] < 0 or event.f in {"create", "multi"}
    return event.node if asked and event.node else f"session {owner_of(own, node)}"


def closing_time(history: History, session: Session) -> int:
    """Return when somebody was told (ns) that the session had been closed."""
    return max((history.events[index].time for index in session.closing), default=history.start)


def broken(
    history: History, kind: str, sentence: str, key: str, events: Iterable[int], times: Iterable[int]
) -> Violation:
    """Make the violation that some events show; `times` (ns) are those of what contradicts each other."""
    moments = list(times)
    told = tuple(sorted(set(events)))
    nodes = dict.fromkeys(filter(None, (history.events[index].node for index in told)))
    return Violation(
        kind=kind,
        sentence=sentence,
        witness=told,
        time=min(moments),
        until=max(moments),
        nodes=tuple(nodes),
        key=key,
        faults=fault_ids(history, min(moments), max(moments)),
    )
