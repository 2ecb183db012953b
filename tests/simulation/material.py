"""A finished run as anomalies work on it: its facts, and ways to alter single things of it."""

import random
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any

import msgspec

from harness.history import Event
from harness.history.views import Operation
from tests.simulation.history_builder import as_history, numbered
from tests.simulation.oracle_reads import frames
from tests.simulation.oracle_sights import Sight, sights
from tests.simulation.oracle_state import WRITES, Claims, answer

Fields = dict[str, Any]


class Material:
    """The events of a run in which nothing is wrong, and one in need of change."""

    def __init__(self, events: list[Event], dice: random.Random):
        self.events = events
        self.dice = dice
        self.claims = Claims(as_history(events))

    # -- facts

    @cached_property
    def refused(self) -> list[Operation]:
        """Refused writes in the order of their zxids."""
        return sorted(
            (op for op in self.claims.writes if op.outcome == "fail"), key=lambda op: answer(op).zxid
        )

    @cached_property
    def neighbours(self) -> list[tuple[Operation, Operation]]:
        """Refused writes of two sessions between whose zxids nothing is known to have happened."""
        steps = self.claims.steps
        return [
            (one.op, other.op)
            for one, other in pairwise(steps)
            if one.op and other.op and one.op.outcome == other.op.outcome == "fail"
            if answer(one.op).session != answer(other.op).session
        ]

    @cached_property
    def frames(self) -> dict[tuple[int, int], list[Event]]:
        """What each (session, connection) received, in the order of the wire."""
        return frames(self.claims)

    @cached_property
    def sights(self) -> list[Sight]:
        """What reads of the clients saw, without those of the end and without watches."""
        return [
            sight
            for sight in sights(self.claims)
            if sight.op.invoke.process.startswith("app") and not self.watches(sight.op)
        ]

    @cached_property
    def invoked(self) -> dict[int, Event]:
        """The call of each completion, by the completion's index."""
        return {op.complete.index: op.invoke for op in self.claims.history.operations if op.complete}

    @cached_property
    def leaders(self) -> set[str]:
        """Addresses of the servers that ever led."""
        where = next(e.value["servers"] for e in self.events if e.f == "environment")
        return {where[e.node] for e in self.events if e.f == "server" and e.value["mode"] == "leader"}

    def watches(self, op: Operation) -> bool:
        """Tell whether a read leaves a watch."""
        return isinstance(op.invoke.value, dict) and bool(op.invoke.value.get("watch"))

    def earlier(self, event: Event, *, replies: bool = False) -> int:
        """Return the highest zxid that the session of a frame had seen before it, perhaps in replies only."""
        place = (event.conn, event.wire)
        seen = [other for other in self._of_session(event) if other.xid or not replies]
        return max((other.zxid for other in seen if (other.conn, other.wire) < place), default=0)

    def later(self, event: Event) -> int:
        """Return the lowest zxid that the session of a reply was shown after it."""
        place = (event.conn, event.wire)
        later = [other.zxid for other in self._of_session(event) if (other.conn, other.wire) > place]
        return min(later, default=2**62)

    def _of_session(self, event: Event) -> Iterable[Event]:
        """Yield replies and pings; a watch event tells the zxid of what fired it."""
        for (session, _), events in self.frames.items():
            if session == event.session:
                yield from (other for other in events if other.f != "watch")

    def pick(self, candidates: Iterable[Any]) -> Any:
        """Return one of some candidates, None where there are none."""
        found = list(candidates)
        return self.dice.choice(found) if found else None

    def gap(self, below: int) -> int:
        """Return the highest zxid below one that nothing in the history carries."""
        taken = {step.zxid for step in self.claims.steps}
        return next(zxid for zxid in range(below - 1, 0, -1) if zxid not in taken)

    @property
    def written(self) -> list[Operation]:
        """Every single write that was ever asked for, with data."""
        return [
            op
            for op in self.claims.history.operations
            if op.invoke.f in WRITES and isinstance(op.invoke.value, dict) and op.invoke.value.get("data")
        ]

    # -- changes

    def change(self, *changes: tuple[Event, Fields]) -> list[Event]:
        """Return the events with fields of some of them replaced."""
        fields = {event.index: more for event, more in changes}
        return [
            msgspec.structs.replace(event, **fields[event.index]) if event.index in fields else event
            for event in self.events
        ]

    def without(self, gone: Event) -> list[Event]:
        """Return the events without a frame; those behind it on the wire move up."""
        return numbered([self._moved(event, gone, -1) for event in self.events if event is not gone])

    def with_frame(self, before: Event, **fields: Any) -> list[Event]:
        """Return the events with a copy of a frame, changed, right behind it on the wire."""
        fields = {"wire": before.wire + 1, "time": before.time + 1, "received": before.received + 1} | fields
        copy = msgspec.structs.replace(before, **fields)
        events = [self._moved(event, before, 1) for event in self.events]
        events.insert(before.index + 1, copy)
        return numbered(events)

    def _moved(self, event: Event, after: Event, by: int) -> Event:
        same = (event.session, event.conn) == (after.session, after.conn)
        if same and event.wire > after.wire:
            return msgspec.structs.replace(event, wire=event.wire + by)
        return event

    def swap_on_wire(self, one: Event, other: Event) -> list[Event]:
        """Return the events with a frame behind the one that came after it."""
        received = other.received + 1
        late = {"wire": other.wire, "received": received, "time": max(one.time, received)}
        return self.change((one, late), (other, {"wire": one.wire}))
