"""Who came to a line and who left it, each with the watch events that told others of it."""

from dataclasses import dataclass, field

import numpy as np

from checkers.context import in_time, told
from checkers.facts.horizon import horizon
from checkers.facts.transactions import CREATE
from checkers.facts.unknowns import unknowns
from checkers.recipes.line.stays import UNKNOWN, Stay, stays
from checkers.watches.explanations import explanations
from checkers.watches.triggers import triggers
from checkers.watches.wire import wire
from checkers.wording import parent_of
from harness.history import Event, History


@dataclass(slots=True)
class Change:
    """One transaction by which somebody came to a line, or left it."""

    line: str
    zxid: int
    """UNKNOWN where nobody told it."""
    paths: tuple[str, ...] = ()
    """The nodes, mostly one; none where nobody knows who left."""
    time: int = 0
    """When (ns) it was first told; 0 for an arrival."""
    told: tuple[int, ...] = ()
    """Indexes of the events that told it; none for an arrival."""
    events: list[Event] = field(default_factory=list)
    """The watch events by which others heard of it."""


@dataclass(slots=True)
class Changes:
    """All that happened to the lines."""

    arrivals: list[Change]
    departures: list[Change]
    loose: list[Event]
    """Watch events about a line of which nobody knows which change they tell of."""


def changes(history: History) -> Changes:
    """Return all arrivals and departures, with their watch events.

    From 3.9 on an event names its transaction. One that does not is put down to the node that it is about;
    one about the line itself to the first change after its watch was left, where that is sure.
    """
    return _Sorting(history).done()


class _Sorting:
    """Puts watch events down to changes."""

    def __init__(self, history: History):
        self._history = history
        self._stays = history.derive(stays)
        self._lines = {stay.line for stay in self._stays.values()}
        self._arrivals: dict[tuple[str, int], Change] = {}
        self._departures: dict[tuple[str, int | str], Change] = {}
        for stay in self._stays.values():
            arrival = self._arrivals.setdefault((stay.line, stay.since), Change(stay.line, stay.since))
            arrival.paths += (stay.path,)
            if stay.left:
                self._depart(stay)

    def _depart(self, stay: Stay) -> None:
        new = Change(stay.line, stay.until, (), stay.time, stay.told)
        departure = self._departures.setdefault(_identity(stay), new)
        departure.paths += (stay.path,)
        departure.time = min(departure.time, stay.time)

    def done(self) -> Changes:
        """Go through all watch events."""
        loose: list[Event] = []
        for event in in_time(self._history.select("watch", type="event")):
            kind = told(event, "type")
            if kind == "DELETED" and event.key in self._stays:
                self._departures[_identity(self._stays[event.key])].events.append(event)
            elif kind == "CHILD" and event.key in self._lines:
                change = self._named(event) if event.zxid > 0 else self._first(event)
                (loose if change is None else change.events).append(event)
        return Changes(list(self._arrivals.values()), list(self._departures.values()), loose)

    def _named(self, event: Event) -> Change | None:
        """Return the change that has the event's zxid.

        One that nobody else knows of is a departure, such as that of a session that expired, unless somebody
        may have come unseen.
        """
        place = event.key, event.zxid
        known = self._arrivals.get(place) or self._departures.get(place)
        if known is not None:
            return known
        if event.zxid > self._history.derive(horizon) or self._may_have_come(
            event.key, *place[1:], event.zxid
        ):
            return None
        new = Change(event.key, event.zxid, (), event.time, (event.index,))
        return self._departures.setdefault(place, new)

    def _first(self, event: Event) -> Change | None:
        """Return the first change after the watch of an event was left, None where that is not sure."""
        found = self._history.derive(_by_the_wire).get(event.index)
        if found is None:
            return None
        low, zxid = found
        place = event.key, zxid
        known = self._arrivals.get(place) or self._departures.get(place)
        if known is None or self._may_have_come(event.key, low + 1, zxid):
            return None
        # Whoever is told once hears of one change once: a second event tells of another change.
        return None if any(other.session == event.session for other in known.events) else known

    def _may_have_come(self, line: str, low: int, high: int) -> bool:
        """Tell whether a create without an answer may have been carried out from `low` to `high`."""
        unknown, texts = self._history.derive(unknowns), self._history.columns.texts
        fits = (unknown.kind == CREATE) & (unknown.after < high) & (unknown.before > low)
        return any(parent_of(texts.say(path)) == line for path in unknown.path[fits].tolist())


def _identity(stay: Stay) -> tuple[str, int | str]:
    """Tell departures apart: by their transactions, by their nodes where nobody knows those."""
    return stay.line, stay.path if stay.until == UNKNOWN else stay.until


def _by_the_wire(history: History) -> dict[int, tuple[int, int]]:
    """Return for watch events, by index, the zxids at which the watch was left and of what they may tell."""
    why, known, events = history.derive(explanations), history.derive(triggers), history.derive(wire).events
    rows = np.flatnonzero(why.trigger >= 0)
    return {
        int(events.row[row]): (int(why.low[row]), int(known.zxid[why.trigger[row]])) for row in rows.tolist()
    }
