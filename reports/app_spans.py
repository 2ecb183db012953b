"""What the app nodes went through, as stretches of time: lives, sessions, and the belief to lead."""

from collections.abc import Sequence

import msgspec

from harness.history import Event
from reports.clock import Clock
from reports.slots import pack
from reports.values import hex_id, mapping, text, whole

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
    """A stretch during which a process believed that it leads. Times in seconds."""

    start: float
    end: float
    token: str
    """czxid of the election node, in hex."""
    process: str
    key: str
    ended: str
    """Why it ended, empty where the history ends first."""
    slot: int


def lives(node_events: Sequence[Event], clock: Clock, end: int) -> list[Life]:
    """Pair each `started` of a node with the first `died` or `stopped` at or after it."""
    found: list[Life] = []
    started = [e for e in node_events if mapping(e.value).get("state") == "started"]
    for event in started:
        ending = _first_end(node_events, event.time)
        until, why = (end, "") if ending is None else (ending.time, text(mapping(ending.value)["state"]))
        life = whole(mapping(event.value).get("life"))
        found.append(Life(clock.seconds(event.time), clock.seconds(until), life, why))
    return found


def session_spans(
    events: Sequence[Event], node_events: Sequence[Event], clock: Clock, end: int
) -> list[SessionSpan]:
    """Turn `session` events into spans, each until the process's next one, its node's end, or the run's.

    `closed` ends a span and starts none.
    """
    raw: list[tuple[int, int, str, Event]] = []
    for event, following in _with_next(events):
        state = text(mapping(event.value).get("state"))
        if state == "closed":
            continue
        ends = [end if following is None else following.time]
        gone = _first_end(node_events, event.time)
        if gone is not None:
            ends.append(gone.time)
        raw.append((event.time, max(event.time, min(ends)), state, event))
    slots = _slots_by_process([(start, until, event.process) for start, until, _, event in raw])
    return [
        SessionSpan(
            start=clock.seconds(start),
            end=clock.seconds(until),
            state=state,
            session=hex_id(event.session),
            process=event.process,
            server=event.server,
            slot=slots[event.process],
        )
        for start, until, state, event in raw
    ]


def leader_bands(
    leaders: Sequence[Event],
    steps_down: Sequence[Event],
    node_events: Sequence[Event],
    clock: Clock,
    end: int,
) -> list[Band]:
    """Turn `leader` events into bands.

    A band ends at the first of: the same process's `stepped-down`, its node's death or stop, the end
    of the history.
    """
    raw: list[tuple[Event, int, str]] = []
    for event in sorted(leaders, key=lambda e: e.time):
        stepped = next((e for e in steps_down if e.process == event.process and e.time >= event.time), None)
        gone = _first_end(node_events, event.time)
        ends = [(end, "")]
        if gone is not None:
            ends.append((gone.time, f"node {text(mapping(gone.value)['state'])}"))
        if stepped is not None:
            ends.append((stepped.time, text(mapping(stepped.value).get("why")) or "stepped down"))
        until, why = min(ends, key=lambda entry: entry[0])
        raw.append((event, until, why))
    slots = pack([(event.time, until) for event, until, _ in raw])
    return [
        Band(
            start=clock.seconds(event.time),
            end=clock.seconds(until),
            token=_token(mapping(event.value).get("token")),
            process=event.process,
            key=event.key,
            ended=why,
            slot=slot,
        )
        for (event, until, why), slot in zip(raw, slots, strict=True)
    ]


def _token(value: object) -> str:
    number = whole(value)
    return hex_id(number) if number is not None else text(value)


def _first_end(node_events: Sequence[Event], time: int) -> Event | None:
    ends = [e for e in node_events if e.time >= time and mapping(e.value).get("state") in _GONE]
    return min(ends, key=lambda e: e.time, default=None)


def _with_next(events: Sequence[Event]) -> list[tuple[Event, Event | None]]:
    """Pair each event with the next one of its process; all in order of time."""
    following: dict[str, Event] = {}
    pairs: list[tuple[Event, Event | None]] = []
    for event in sorted(events, key=lambda e: e.time, reverse=True):
        pairs.append((event, following.get(event.process)))
        following[event.process] = event
    return pairs[::-1]


def _slots_by_process(spans: Sequence[tuple[int, int, str]]) -> dict[str, int]:
    """Give each process one slot for the whole of its spans, so that a session's strip never jumps."""
    extent: dict[str, tuple[int, int]] = {}
    for start, end, process in spans:
        first, last = extent.get(process, (start, end))
        extent[process] = (min(first, start), max(last, end))
    return dict(zip(extent, pack(list(extent.values())), strict=True))
