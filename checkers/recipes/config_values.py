"""What was written to configurations, as far as a history tells: each value with its transaction.

The token of a value's data tells which update wrote it and from which value that was made:
`app1/3f2a9c01.17-4294967338` is update 17 of a life of app1, made from what transaction 4294967338 had
written, 0 for the first value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checkers.context import told
from checkers.wording import name_of, parent_of
from harness.history import Event, History, Operation
from harness.history.views import pair_operations

FLAG = "ready"
"""Name of the child that says that the other children of a configuration are whole."""

_TOKEN = re.compile(r"(.+/.+)-(\d+)(?::\d+)?")


@dataclass(frozen=True, slots=True)
class Value:
    """What one transaction made of one znode."""

    path: str
    data: str
    """Token, empty for none."""
    zxid: int
    event: Event
    """The answer that tells of it."""

    @property
    def acknowledged(self) -> bool:
        """Tell whether its writer was told, or only somebody who read it."""
        return self.event.f != "get"


def update_of(data: object) -> str:
    """Return the update that wrote data, empty where the token does not say."""
    match = _TOKEN.fullmatch(data) if isinstance(data, str) else None
    return match[1] if match else ""


def based_on(data: str) -> int | None:
    """Return the transaction whose value an update was made from, None where the token does not say."""
    match = _TOKEN.fullmatch(data)
    return int(match[2]) if match else None


def roots(history: History) -> set[str]:
    """Paths whose children are configurations that somebody follows."""
    return {event.key for event in history.select("follows", type="event")}


def values(history: History) -> list[Value]:
    """Return every value of a znode below the roots that was acknowledged or read, in zxid order.

    Of several answers that tell of one value there are as many rows; the writer's is the first.
    """
    tops = roots(history)
    events = history.select("create", "set", "multi", "get")
    calls = [call for call in pair_operations(events) if call.complete and call.outcome == "ok"]
    found = [
        value for call in calls for value in _values(call) if any(_below(value.path, top) for top in tops)
    ]
    return sorted(found, key=lambda value: (value.zxid, not value.acknowledged, value.event.time))


def config_of(path: str, tops: set[str]) -> str | None:
    """Return the configuration that is complete with a write to this path, None where none is.

    That is the path itself, or its parent where the path is that of the flag.
    """
    if parent_of(path) in tops:
        return path
    if name_of(path) == FLAG and parent_of(parent_of(path)) in tops:
        return parent_of(path)
    return None


def _below(path: str, top: str) -> bool:
    return path.startswith(f"{top}/")


def _values(call: Operation) -> Iterator[Value]:
    asked, answer = call.invoke, call.complete
    assert answer is not None, "only answered calls are asked"
    if asked.f == "get":
        if answer.stat and isinstance(answer.value, str):
            yield Value(asked.key, answer.value, answer.stat.mzxid, answer)
    elif asked.f == "multi":
        for part in asked.value if isinstance(asked.value, list) else ():
            if (
                isinstance(part, dict)
                and part.get("f") in ("create", "set")
                and isinstance(part.get("key"), str)
            ):
                yield Value(part["key"], _text(part.get("data")), answer.zxid, answer)
    else:
        yield Value(asked.key, _text(told(asked, "data")), answer.zxid, answer)


def _text(data: Any) -> str:
    return data if isinstance(data, str) else ""
