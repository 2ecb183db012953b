"""A queue by hand: items put, taken and consumed, with the requests beneath, and the walk at the end."""

from functools import partial
from typing import Any

import build
import msgspec
from build import Script, a_plan, zxid

from checkers.recipes.queue import queue
from checkers.result import Result
from harness.history import History

ROOT, ENTRIES = "/queue", "/queue/entries"

HANDED_OUT = ("removed-by-take", "in-order")
HELD = ("removed-by-consume", "held-alone")


class QueueScript(Script):
    """Tells of one queue; every item is `app1/x-N`, its znode `/queue/entries/item-N`."""

    def __init__(self, promises: tuple[str, ...] = HANDED_OUT):
        super().__init__(plan=a_plan(workload="queue", promises=promises))
        self.phase(5, "workload")

    def put(self, second: float, number: int, *, app: str = "app1", type: str = "ok") -> None:  # noqa: A002
        """Put an item; its znode is made by the transaction of that number."""
        ask = {"item": name(number)}
        self.call(second, "put", f"{app}/1.1", ROOT, took=0.03, ask=ask, type=type)
        self.call(
            second + 0.01,
            "create",
            f"{app}/1.2",
            f"{ENTRIES}/item-",
            ask={"data": name(number), "sequence": True},
            type=type,
            **({"value": path(number), "zxid": zxid(number)} if type == "ok" else {}),
        )

    def take(
        self,
        second: float,
        number: int,
        z: int,
        *,
        app: str = "app2",
        deletes: bool = True,
        type: str = "ok",  # noqa: A002
    ) -> None:
        """Take an item, and delete its znode."""
        told = {"value": {"item": name(number)}} if type == "ok" else {}
        self.call(second, "take", f"{app}/1.1", ROOT, took=0.03, type=type, **told)
        if deletes:
            self.delete(second + 0.01, number, z, app=app, type=type)

    def delete(
        self,
        second: float,
        number: int,
        z: int,
        *,
        app: str = "app2",
        type: str = "ok",  # noqa: A002
    ) -> None:
        """Delete an item's znode."""
        told: dict[str, Any] = {"zxid": zxid(z)} if type == "ok" else {}
        self.call(second, "delete", f"{app}/1.2", path(number), type=type, **told)

    def consume(
        self,
        second: float,
        number: int,
        z: int,
        *,
        app: str = "app2",
        type: str = "ok",  # noqa: A002
    ) -> None:
        """Consume an item, and delete its znode."""
        ask = {"item": name(number)}
        self.call(second, "consume", f"{app}/1.3", ROOT, took=0.03, ask=ask, type=type)
        if type != "fail":
            self.delete(second + 0.01, number, z, app=app, type=type)

    def hold(self, start: float, end: float, number: int, token: int, *, app: str = "app2") -> None:
        """Believe to hold an item."""
        value = {"token": zxid(token), "node": f"/queue/taken/{number}"}
        self.say(start, "holds", f"{app}/1.0", key=path(number), value=value)
        self.say(end, "let-go", f"{app}/1.0", key=path(number), value={**value, "why": "consumed"})

    def walk(self, second: float, *numbers: int, whole: bool = True) -> None:
        """End the run and walk one server, which holds these items."""
        self.phase(second - 1, "stop")
        lists = {ROOT: ["entries"], ENTRIES: [path(n).rpartition("/")[2] for n in numbers]}
        data = {ROOT: "", ENTRIES: ""} | {path(n): name(n) for n in numbers}
        for place, (key, content) in enumerate(data.items()):
            reader = f"final/zk1.{place + 1}"
            self.call(second, "get", reader, key, value=content, zxid=zxid(900))
            if whole or key == ROOT:
                self.call(second + 0.1, "children", reader, key, value=lists.get(key, []), zxid=zxid(900))
        self.phase(second + 1, "closed")


def name(number: int) -> str:
    return f"app1/x-{number}"


def path(number: int) -> str:
    return f"{ENTRIES}/item-{number:010d}"


judged = partial(build.judged, queue)


def cuts(script: Script) -> list[Result]:
    """Judge the history cut off after each of its events."""
    events = list(script.history().events)
    return [queue(History(events[:end], torn="cut")) for end in range(len(events))]


def with_promises(script: Script, *promises: str) -> Script:
    assert script.plan is not None
    script.plan = msgspec.structs.replace(script.plan, promises=promises)
    return script
