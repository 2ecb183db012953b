"""The rows of the timeline: one lane per server, per app node, and per whoever else made calls."""

from collections import defaultdict
from collections.abc import Callable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.history import Event, History
from reports.clock import run_clock
from reports.sections.server_names import called, server_names
from reports.timeline.app_spans import Band, Life, SessionSpan, belief_bands, lives, session_spans
from reports.timeline.columns import Columns
from reports.timeline.server_spans import ModeSpan, mode_spans
from reports.values import mapping, text

ON_ITS_OWN = frozenset({"harness", "monitor", "nemesis", ""})
"""Processes and nodes that have no lane."""

Rows = NDArray[np.int64]
"""Rows of a history's calls."""

_TOLD = ("node", "server", "session", "leader", "stepped-down", "holds", "let-go")
"""Occurrences that make a lane."""

_NONE = np.zeros(0, np.int64)


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
    return _lane_of(event.node, event.process)


def _lane_of(node: str, process: str) -> str:
    if node and node not in ON_ITS_OWN:
        return node
    if process in ON_ITS_OWN:
        return ""
    first, _, rest = process.partition("/")
    return rest.partition(".")[0] if first == "final" and rest else first


def build_lanes(history: History, pack: Callable[[Rows], Columns], shown: Rows) -> list[Lane]:
    """Build the lanes, servers first, each kind in natural order of its names.

    `shown` are the rows of the calls that are drawn, and `pack` packs those of one lane.
    """
    clock, servers = run_clock(history), server_names(history)
    by_f = _group_events(history)
    calls = _calls_by_lane(history, shown)
    roles = _roles(by_f, calls)
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
                sessions=[
                    msgspec.structs.replace(span, server=called(servers, span.server))
                    for span in session_spans(about["session"], node_events, clock, end)
                ],
                bands=belief_bands(
                    about["leader"] + about["holds"],
                    about["stepped-down"] + about["let-go"],
                    node_events,
                    clock,
                    end,
                ),
                operations=pack(calls.get(name, _NONE)),
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


def _group_events(history: History) -> _Grouped:
    """Occurrences that lanes tell of, by lane and `f`, in file order."""
    grouped: _Grouped = defaultdict(lambda: defaultdict(list))
    for event in history.select(*_TOLD, type="event"):
        name = lane_name(event)
        if name:
            grouped[name][event.f].append(event)
    return grouped


def _calls_by_lane(history: History, shown: Rows) -> dict[str, Rows]:
    """Rows of calls by lane; those that belong to none are left out.

    The lane is a matter of node and process, so each pair of those is asked about once.
    """
    calls, texts = history.calls, history.columns.texts
    pairs = calls.node[shown].astype(np.int64) << 32 | calls.process[shown]
    present, places = np.unique(pairs, return_inverse=True)
    names = [_lane_of(texts.say(pair >> 32), texts.say(pair & 0xFFFFFFFF)) for pair in present.tolist()]
    codes = {name: code for code, name in enumerate(dict.fromkeys(names))}
    lanes = np.array([codes[name] for name in names], np.int64)[places.ravel()]
    return {name: shown[lanes == code] for name, code in codes.items() if name}


def _roles(by_f: _Grouped, calls: Mapping[str, Rows]) -> dict[str, str]:
    roles: dict[str, str] = {}
    for name, about in by_f.items():
        told = {text(mapping(event.value).get("role")) for event in about["node"]}
        if about["server"] or "server" in told:
            roles[name] = "server"
        elif about["session"] or about["leader"] or "app" in told:
            roles[name] = "app"
    for name in calls:
        roles.setdefault(name, "other")
    return roles
