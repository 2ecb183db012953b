"""What the run ran on and what was planned, as rows of name and value."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from harness.history import History
from reports.values import mapping, rows, whole

_OFFSETS = frozenset({"clock_offset", "wall_clock_offset"})
"""Constants for aligning clocks, which say nothing to a person."""


def wall_clock_offset(history: History) -> int | None:
    """Return the ns by which the wall clock was ahead of the clock of the history, None: not recorded."""
    told = (mapping(event.value).get("wall_clock_offset") for event in history.select("environment"))
    return next((offset for value in told if (offset := whole(value)) is not None), None)


def environment_rows(history: History) -> list[tuple[str, str]]:
    """Return what the harness told of image, versions and machine, and when the run began."""
    found: list[tuple[str, str]] = []
    offset = wall_clock_offset(history)
    if offset is not None:
        began = datetime.fromtimestamp((history.start + offset) // 10**9, UTC)
        found.append(("began", f"{began:%Y-%m-%d %H:%M:%S} UTC"))
    for event in history.select("environment"):
        found += rows(_told(event.value))
    return found


def _told(value: Any) -> dict[str, Any]:
    return {name: item for name, item in mapping(value).items() if name not in _OFFSETS}


_ELSEWHERE = ("schedule.", "zoo.", "code.files.")
"""Parts of a plan that have a place of their own in the report or beside it."""

_EMPTY = frozenset({"", "{}", "[]"})


def plan_rows(history: History) -> list[tuple[str, str]]:
    """Return the plan but for its schedule, the servers' configuration, programs, and what is empty."""
    plan = msgspec.to_builtins(history.plan)
    told = rows({name: _listed(value) for name, value in plan.items()})
    return [
        (name, value)
        for name, value in told
        if value not in _EMPTY and name not in {"schedule", "zoo"} and not name.startswith(_ELSEWHERE)
    ]


def _listed(value: Any) -> Any:
    """Write a list of words as a person would."""
    words = isinstance(value, list | tuple) and all(isinstance(word, str) for word in value)
    return ", ".join(value) if words else value


def configuration_rows(history: History) -> list[tuple[str, str]]:
    """Return what stands in every server's zoo.cfg because the plan says so."""
    return rows(history.plan.zoo)
