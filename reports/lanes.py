"""The rows of the timeline: one lane per server, per app node, and per whoever else made calls."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from harness.history import Event, History, Operation
from reports.app_spans import Band, Life, SessionSpan, belief_bands, lives, session_spans
from reports.clock import Clock
from reports.columns import Columns, Strings, pack_operations
from reports.server_spans import ModeSpan, mode_spans
from reports.values import mapping, text

ON_ITS_OWN = frozenset({"harness", "monitor", "nemesis", ""})
"""Processes and nodes that have no lane."""


class Lane(msgspec.Struct, frozen=True):
    """Everything that is drawn in one node's row."""

    name: str
    role: str
    """`server`, `app`, or `other`."""
    lives: list[Life]
    modes: list[ModeSpan]
    sessions: list[SessionSpan]
    bands: list[Band]
    operations: Columns


def lane_name(event: Event) -> str:
    """Name of the lane that an event belongs to, empty where it belongs to none.

    `final/zk1` reads server zk1, so it is drawn there; `app1/2.0` belongs to node app1.
    """
    if event.node and event.node not in ON_ITS_OWN:
        return event.node
    if event.process in ON_ITS_OWN:
        return ""
    first, _, rest = event.process.partition("/")
    return rest.partition(".")[0] if first == "final" and rest else first


def build_lanes(history: History, strings: Strings, clock: Clock) -> list[Lane]:
    """Build the lanes, servers first, each kind in natural order of its names."""
    by_f = _group_events(history.events)
    operations: dict[str, list[Operation]] = defaultdict(list)
    for operation in history.operations:
        operations[lane_name(operation.invoke)].append(operation)
    operations.pop("", None)
    roles = _roles(by_f, operations)
    end = history.end
    found: list[Lane] = []
    for name, role in roles.items():
        about = by_f[name]
        node_events = about["node"]
        found.append(
            Lane(
                name=name,
                role=role,
                lives=lives(node_events, clock, end),
                modes=mode_spans(about["server"], clock),
                sessions=session_spans(about["session"], node_events, clock, end),
                bands=belief_bands(
                    about["leader"] + about["holds"],
                    about["stepped-down"] + about["let-go"],
                    node_events,
                    clock,
                    end,
                ),
                operations=pack_operations(operations.get(name, ()), strings, clock),
            )
        )
    order = {"server": 0, "app": 1, "other": 2}
    return sorted(found, key=lambda lane: (order[lane.role], natural(lane.name)))


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key by which app2 comes before app10."""
    parts: list[tuple[int, str]] = []
    number = ""
    for character in f"{name}\0":
        if character.isdecimal():
            number += character
            continue
        if number:
            parts.append((int(number), ""))
            number = ""
        parts.append((-1, character))
    return tuple(parts)


_Grouped = dict[str, defaultdict[str, list[Event]]]


def _group_events(events: Iterable[Event]) -> _Grouped:
    """Occurrences by lane and `f`, in file order."""
    grouped: _Grouped = defaultdict(lambda: defaultdict(list))
    for event in events:
        name = lane_name(event)
        if event.type == "event" and name:
            grouped[name][event.f].append(event)
    return grouped


def _roles(by_f: _Grouped, operations: dict[str, list[Operation]]) -> dict[str, str]:
    roles: dict[str, str] = {}
    for name, about in by_f.items():
        told = {text(mapping(event.value).get("role")) for event in about["node"]}
        if about["server"] or "server" in told:
            roles[name] = "server"
        elif about["session"] or about["leader"] or "app" in told:
            roles[name] = "app"
    for name in operations:
        roles.setdefault(name, "other")
    return roles
