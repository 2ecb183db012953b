"""The marker `chaos` with its arguments: what `chaos.run()` of a test takes where it says nothing itself."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

import pytest

from harness.plugin.levels import WORDS, Level, level_named

MARKER = "chaos"

VERDICTS = ("valid", "violation", "unknown")

WISHES = (
    "scenario",
    "nemesis",
    "schedule",
    "every",
    "hold",
    "overlap",
    "liveness",
    "time",
    "seed",
    "servers",
    "observers",
    "nodes",
    "image",
    "session_timeout",
    "zoo",
    "params",
    "packages",
    "app_image",
)
"""What a run can be asked for: the fields of `harness.planner.Wish`, which is too heavy to import here."""

ASKED = (*WISHES, "expect")
"""What `chaos.run()` takes."""


def asked_by(item: pytest.Item) -> dict[str, Any]:
    """Return what the markers of a test say, {name: value}; the one closest to the test wins.

    Raises ValueError with one sentence when there is a name or a value that cannot be.
    """
    asked: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers(MARKER))):
        if len(mark.args) > 1 or not all(isinstance(one, str) for one in mark.args):
            raise ValueError(
                f"{item.name}: @pytest.mark.{MARKER} takes the scenario and else names with values, "
                f'such as nemesis="kill-leader".'
            )
        given = {**dict(zip(("scenario",), mark.args, strict=False)), **mark.kwargs}
        if wrong := objection(given, (*ASKED, "level")):
            raise ValueError(f"{item.name}: @pytest.mark.{MARKER}: {wrong}")
        asked |= given
    return asked


def level_asked_by(item: pytest.Item) -> Level:
    """Return the lowest level at which a test runs; without any word of it, it always runs."""
    return level_named(asked_by(item).get("level", Level.SMOKE.word))


def objection(given: Mapping[str, Any], known: Collection[str]) -> str:
    """Say what is wrong with arguments, in one sentence; an empty text when nothing is."""
    for name, value in given.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from: {', '.join(known)}."
            return f"there is no argument {name!r}; {hint}"
        choices = {"level": WORDS, "expect": VERDICTS}.get(name)
        if choices and value not in choices:
            return f"{name}={value!r} cannot be; choose one of: {', '.join(choices)}."
    return ""
