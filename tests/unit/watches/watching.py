"""Histories by hand of watches: reads that leave them, writes that trigger them, events that tell."""

from typing import Any

import msgspec

from harness.history import Event, History
from tests.unit.checkers.build import at
from tests.unit.checkers.talk import KEY, Talk, Z, stat

WRITER = {"session": 9, "life": "app9/1"}
"""A session that writes and watches nothing."""


class Watching(Talk):
    """A talk in which the watching session is 1 of app1, and somebody else writes."""

    def leave(self, second: float, z: int, f: str = "get", key: str = KEY, **more: Any) -> None:
        """Leave a one-shot watch by a read."""
        found: dict[str, dict[str, Any]] = {
            "get": {"value": "app1/1-x", "stat": stat()},
            "exists": {"value": False},
            "children": {"value": []},
        }
        self.ask(second, f, z, key=key, ask={"watch": True}, **(found[f] | more))

    def stay(self, second: float, z: int, mode: str = "persistent", key: str = KEY, **more: Any) -> None:
        """Leave a watch that stays."""
        self.ask(second, "add-watch", z, key=key, ask={"mode": mode}, **more)

    def write(self, second: float, z: int, key: str = KEY, **more: Any) -> None:
        """Set a node."""
        self.ask(second, "set", z, key=key, ask={"data": f"app9/1-{z & 0xFFFF}"}, **(WRITER | more))

    def make(self, second: float, z: int, key: str = KEY, **more: Any) -> None:
        """Create a node; `ephemeral` and the like are entries of the call."""
        ask = {name: more.pop(name) for name in ("ephemeral", "sequence", "container") if name in more}
        asked = key[:-10] if ask.get("sequence") else key
        self.ask(second, "create", z, key=asked, ask=ask or None, **({"value": key} | WRITER | more))

    def remove(self, second: float, z: int, key: str = KEY, **more: Any) -> None:
        """Delete a node."""
        self.ask(second, "delete", z, key=key, **(WRITER | more))

    def lose(self, second: float, f: str, key: str = KEY, **more: Any) -> None:
        """Send something that is not answered."""
        self.ask(second, f, type="info", key=key, **(WRITER | more))

    def fire(
        self,
        second: float,
        z: int,
        type: str = "CHANGED",  # noqa: A002
        key: str = KEY,
        *,
        session: int = 1,
        conn: int = 1,
    ) -> None:
        """Receive a watch event."""
        self.wires[session, conn] += 1
        place = {"session": session, "conn": conn, "server": "10.0.0.1:2181", "zxid": z}
        place |= {"wire": self.wires[session, conn], "received": at(second)}
        self.say(second, "watch", "app1/1.0", key=key, value={"type": type}, **place)


class Old(Watching):
    """The same from servers whose events tell no zxid."""

    def fire(self, second: float, z: int, *more: Any, **fields: Any) -> None:
        """Receive a watch event without its zxid."""
        super().fire(second, 0, *more, **fields)


def without_wire(script: Talk) -> History:
    """Return a history as older runs wrote it."""
    events = [msgspec.structs.replace(event, wire=0, received=0, sent=0) for event in script.history()]
    return History(list[Event](events))


def told_once(talk: Watching) -> Watching:
    """Add a watch that is told of a write, and an answer that shows it."""
    talk.leave(1, Z(10))
    talk.write(2, Z(11))
    talk.fire(2.1, Z(11))
    talk.get(3, Z(12))
    return talk
