"""What the app nodes went through, as stretches of time: lives, sessions, and beliefs to lead or to hold."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from operator import attrgetter

import msgspec

from harness.history import Event
from reports.clock import Clock
from reports.timeline.slots import pack
from reports.values import hex_id, mapping, shown, text, whole

_GONE = frozenset({"died", "stopped"})


class Life(msgspec.Struct, frozen=True):
    """A node's process from start to end. Times in seconds."""

    start: float
    end: float
    life: int | None
    ended: str
    """`died`, `stopped`, or empty where the history ends first."""


class SessionSpan(msgspec.Struct, frozen=True):
    """One state of one session. Times in seconds."""

    start: float
    end: float
    state: str
    session: str
    """Session id in hex: 64 bits are more than a JavaScript number holds."""
    process: str
    server: str
    slot: int


class Band(msgspec.Struct, frozen=True):
    """A stretch during which a process believed that it leads, or holds something. Times in seconds."""

    start: float
    end: float
    belief: str
    """`leads`, or `holds` and what."""
    token: str
    """The fencing token, mostly the czxid of the own node in the line, in hex."""
    process: str
    key: str
    ended: str
    """Why it ended, empty where the history ends first."""
    slot: int


def lives(node_events: Sequence[Event], clock: Clock, end: int) -> list[Life]:
    """Pair each `started` of a node with the first `died` or `stopped` at or after it."""
    found: list[Life] = []
    started = [e for e in node_events if mapping(e.value).get("state") == "started"]
    gone = _Ends(node_events)
    for event in started:
        ending = gone.first(event.time)
        until, why = (end, "") if ending is None else (ending.time, text(mapping(ending.value)["state"]))
        life = whole(mapping(event.value).get("life"))
        found.append(Life(clock.seconds(event.time), clock.seconds(until), life, why))
    return found


def session_spans(
    events: Sequence[Event], node_events: Sequence[Event], clock: Clock, end: int
) -> list[SessionSpan]:
    """Turn `session` events into spans, each until that session's next one, its node's end, or the run's.

    `closed` ends a span and starts none; what is `lost` lasts until its process has another session.
    """
    raw: list[tuple[int, int, str, Event]] = []
    node_ends = _Ends(node_events)
    for event, following in _with_next(events):
        state = text(mapping(event.value).get("state"))
        if state == "closed":
            continue
        ends = [end if following is None else following.time]
        gone = node_ends.first(event.time)
        if gone is not None:
            ends.append(gone.time)
        raw.append((event.time, max(event.time, min(ends)), state, event))
    slots = _slots_by_session([(start, until, event) for start, until, _, event in raw])
    return [
        SessionSpan(
            start=clock.seconds(start),
            end=clock.seconds(until),
            state=state,
            session=hex_id(event.session),
            process=event.process,
            server=event.server,
            slot=slots[event.process, event.session],
        )
        for start, until, state, event in raw
    ]


def belief_bands(
    begins: Sequence[Event],
    ends: Sequence[Event],
    node_events: Sequence[Event],
    clock: Clock,
    end: int,
) -> list[Band]:
    """Turn `leader` and `holds` events into bands.

    A band ends at the first of: the same process's `stepped-down` or `let-go` of the same thing, its node's
    death or stop, the end of the history.
    """
    raw: list[tuple[Event, int, str]] = []
    node_ends, given_up = _Ends(node_events), _by_belief(ends)
    for event in sorted(begins, key=_time):
        over = _first_from(given_up.get(_belief(event), []), event.time)
        gone = node_ends.first(event.time)
        possible = [(end, "")]
        if gone is not None:
            possible.append((gone.time, f"node {text(mapping(gone.value)['state'])}"))
        if over is not None:
            possible.append((over.time, text(mapping(over.value).get("why")) or over.f))
        until, why = min(possible, key=lambda entry: entry[0])
        raw.append((event, until, why))
    slots = pack([(event.time, until) for event, until, _ in raw])
    return [
        Band(
            start=clock.seconds(event.time),
            end=clock.seconds(until),
            belief="leads" if event.f == "leader" else f"holds {event.key}",
            token=_token(mapping(event.value).get("token")),
            process=event.process,
            key=event.key,
            ended=why,
            slot=slot,
        )
        for (event, until, why), slot in zip(raw, slots, strict=True)
    ]


_Belief = tuple[str, bool, str, str]


def _belief(event: Event) -> _Belief:
    """Return what the begin and the end of a belief have in common; several share a process's voice."""
    leads = event.f in {"leader", "stepped-down"}
    return event.process, leads, event.key, shown(mapping(event.value).get("node"))


def _by_belief(ends: Sequence[Event]) -> dict[_Belief, list[Event]]:
    """Ends of beliefs by what they are about, each list in order of time."""
    found: dict[_Belief, list[Event]] = defaultdict(list)
    for event in sorted(ends, key=_time):
        found[_belief(event)].append(event)
    return found


def _token(value: object) -> str:
    number = whole(value)
    return hex_id(number) if number is not None else text(value)


class _Ends:
    """The deaths and stops of a node, in order of time."""

    def __init__(self, node_events: Sequence[Event]):
        gone = (event for event in node_events if mapping(event.value).get("state") in _GONE)
        self._events = sorted(gone, key=_time)

    def first(self, time: int) -> Event | None:
        """Return the first one at or after a time, None where there is none."""
        return _first_from(self._events, time)


_time = attrgetter("time")


def _first_from(ordered: Sequence[Event], time: int) -> Event | None:
    place = bisect_left(ordered, time, key=_time)
    return ordered[place] if place < len(ordered) else None


def _with_next(events: Sequence[Event]) -> list[tuple[Event, Event | None]]:
    """Pair each event with the next one of its session; all in order of time."""
    following: dict[tuple[str, int], Event] = {}
    connected: dict[str, Event] = {}
    pairs: list[tuple[Event, Event | None]] = []
    for event in sorted(events, key=lambda e: e.time, reverse=True):
        state = mapping(event.value).get("state")
        after = following.get((event.process, event.session))
        pairs.append((event, after or (connected.get(event.process) if state == "lost" else None)))
        following[event.process, event.session] = event
        if state == "connected":
            connected[event.process] = event
    return pairs[::-1]


def _slots_by_session(spans: Sequence[tuple[int, int, Event]]) -> dict[tuple[str, int], int]:
    """Give each session one slot for the whole of its spans, so that its strip never jumps."""
    extent: dict[tuple[str, int], tuple[int, int]] = {}
    for start, end, event in spans:
        session = event.process, event.session
        first, last = extent.get(session, (start, end))
        extent[session] = (min(first, start), max(last, end))
    return dict(zip(extent, pack(list(extent.values())), strict=True))
