"""A history as Jepsen writes it: one map a line, in order of time."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import SetupError
from harness.event import Event


def write_edn(history: Iterable[Event], path: Path) -> int:
    """Write a history in EDN and return the number of events; raises SetupError when the disk refuses.

    Occurrences that nobody invoked become `:info` of a process with a name, as those of Jepsen's nemesis
    are. Session, connection, zxid, server and Stat, for which Jepsen has no field, are left out.
    """
    numbers: dict[str, int] = {}
    count = 0
    try:
        with path.open("w", encoding="utf-8") as file:
            # Lines of different nodes arrive in any order; Jepsen's histories are in order of time.
            for event in sorted(history, key=lambda event: (event.time, event.index)):
                file.write(_line(event, count, numbers))
                count += 1
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror}.") from error
    return count


def _line(event: Event, index: int, numbers: dict[str, int]) -> str:
    if event.type == "event":
        process = f":{_name(event.process or 'nobody')}"
    else:
        # Jepsen's clients are numbers.
        process = str(numbers.setdefault(event.process, len(numbers)))
    fields = {
        "index": str(index),
        "time": str(event.time),
        "type": ":info" if event.type == "event" else f":{event.type}",
        "process": process,
        "f": f":{_name(event.f)}",
        "value": to_edn(event.value),
    }
    if event.key:
        fields["key"] = to_edn(event.key)
    if event.error:
        fields["error"] = to_edn(event.error)
    return "{" + ", ".join(f":{name} {text}" for name, text in fields.items()) + "}\n"


def to_edn(value: Any) -> str:
    """Return a JSON-like value in EDN; keys of mappings become keywords where they can."""
    match value:
        case None:
            text = "nil"
        case bool():
            text = "true" if value else "false"
        case int() | float():
            text = repr(value)
        case str():
            text = json.dumps(value, ensure_ascii=False)
        case dict():
            text = "{" + ", ".join(f"{_key(key)} {to_edn(item)}" for key, item in value.items()) + "}"
        case set() | frozenset():
            text = "#{" + " ".join(sorted(map(to_edn, value))) + "}"
        case list() | tuple():
            text = "[" + " ".join(map(to_edn, value)) + "]"
        case _:
            text = to_edn(msgspec.to_builtins(value))
    return text


def _key(key: Any) -> str:
    return f":{key}" if isinstance(key, str) and key == _name(key) else to_edn(key)


def _name(text: str) -> str:
    """Return a text with everything that a keyword cannot hold made a dash."""
    return "".join(c if c.isalnum() or c in "-_./*+!?" else "-" for c in text) or "-"
