"""The book in which everything is written down, and the history that is made of it."""

import random
from collections import defaultdict
from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec

from harness.history import Event, History
from tests.simulation.loop import MS

_DELAYS = (0, 20 * MS, 300 * MS)
"""How late the streams of the nodes are (ns)."""


class Book:
    """Takes events in order of time, and hands them out in the order in which they would have arrived."""

    def __init__(self, dice: random.Random):
        self._rows: list[tuple[int, int, dict[str, Any]]] = []
        delays = cycle(dice.sample(_DELAYS, len(_DELAYS)))
        self._delays: dict[str, int] = defaultdict(lambda: next(delays))
        self.open_calls: dict[str, dict[str, Any]] = {}
        """What each process has asked and not heard of."""

    def tell(self, time: int, type: str, f: str, process: str, **fields: Any) -> None:  # noqa: A002
        """Write an event down; `node` says whose stream it comes with."""
        node = fields.get("node", "")
        delay = self._delays[node] if process.startswith("app") else 0
        if type == "invoke":
            self.open_calls[process] = {
                "f": f,
                "process": process,
                "node": node,
                "key": fields.get("key", ""),
            }
        elif type != "event":
            del self.open_calls[process]
        row = {"time": time, "type": type, "f": f, "process": process, **fields}
        self._rows.append((time + delay, len(self._rows), row))

    def bury(self, time: int, life: str) -> None:
        """End the stream of a life, and complete what it left open, as the harness does then."""
        node, _, _ = life.partition("/")
        self._rows = [
            (min(arrival, time) if row.get("node") == node else arrival, place, row)
            for arrival, place, row in self._rows
        ]
        for process in [name for name in self.open_calls if name.startswith(f"{life}.")]:
            call = self.open_calls.pop(process)
            row = {"time": time, "type": "info", "error": "process died", **call}
            self._rows.append((time, len(self._rows), row))

    def events(self) -> list[Event]:
        """Return everything in order of arrival."""
        rows = sorted(self._rows, key=lambda row: row[:2])
        return numbered([Event(index=0, **row) for _, _, row in rows])


def numbered(events: list[Event]) -> list[Event]:
    """Return events with their places as indexes."""
    return [msgspec.structs.replace(event, index=place) for place, event in enumerate(events)]


def in_order_of_time(events: list[Event]) -> list[Event]:
    """Return events sorted by time, those of one time as they were."""
    return numbered(sorted(events, key=lambda event: event.time))


def as_history(events: list[Event], name: str = "simulated") -> History:
    """Return a history of events."""
    return History(events, name=name)


def write(events: list[Event], path: Path) -> None:
    """Write events as a history file."""
    encoder = msgspec.json.Encoder()
    path.write_bytes(b"".join(encoder.encode(event) + b"\n" for event in events))
