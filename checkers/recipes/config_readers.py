"""Who follows configurations: what each reader applied, and when it was connected."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from checkers.context import Span, in_time, life_of, number, told
from checkers.recipes.holdings import last_words
from harness.history import Event, History


@dataclass(slots=True)
class Reader:
    """One reader in one life of its node; the next life begins with nothing."""

    process: str
    name: str
    node: str
    applied: dict[str, list[Event]] = field(default_factory=dict)
    """By configuration, in order of time."""
    connected: list[Span] = field(default_factory=list)
    """From when on it followed on a connection, and until when that was certainly there (ns)."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one reader had come with one configuration, and when."""

    newest: list[int]
    """Zxids of what it applied, none smaller than the one before."""
    times: list[int]
    """ns"""

    @classmethod
    def by(cls, applied: list[Event]) -> "Reached":
        """Make it of the events that tell what was applied."""
        zxids = (number(event, "zxid") for event in applied)
        return cls(list(accumulate(zxids, max)), [event.time for event in applied])

    def within(self, zxid: int, due: int) -> bool:
        """Tell whether by `due` (ns) it had applied what a transaction made, or something newer."""
        place = bisect_left(self.newest, zxid)
        return place < len(self.times) and self.times[place] <= due


def readers(history: History) -> list[Reader]:
    """Return all readers that a history tells of."""
    found: dict[tuple[str, str], Reader] = {}
    connections = _connections(history)
    spans: dict[tuple[str, str], dict[int, Span]] = {}
    for event in in_time(history.select("follows", "applied", type="event")):
        who = (event.process, str(told(event, "reader")))
        reader = found.setdefault(who, Reader(event.process, who[1], event.node))
        if event.f == "applied":
            reader.applied.setdefault(event.key, []).append(event)
            continue
        span = connections.get((event.process, event.session, event.conn))
        if span and span.end > event.time:
            # It may say so again on the same connection, after a call that was refused.
            spans.setdefault(who, {}).setdefault(span.end, Span(max(span.start, event.time), span.end))
    for who, reader in found.items():
        reader.connected = sorted(spans.get(who, {}).values(), key=lambda span: span.start)
    return list(found.values())


def _connections(history: History) -> dict[tuple[str, int, int], Span]:
    """Return when each connection was there, by process, session and its number.

    One of which no end is told was certainly there as long as that life of the node still spoke.
    """
    heard = last_words(history)
    by_session: dict[tuple[str, int], list[Event]] = {}
    for event in in_time(history.select("session", type="event")):
        by_session.setdefault((event.process, event.session), []).append(event)
    found = {}
    for (process, session), events in by_session.items():
        for event, after in zip(events, _following(events), strict=True):
            if told(event, "state") == "connected":
                last = heard.get(life_of(process), event.time)
                end = min(after.time, last) if after else last
                found[process, session, event.conn] = Span(event.time, end)
    return found


def _following(events: list[Event]) -> Iterable[Event | None]:
    return [*events[1:], None]
