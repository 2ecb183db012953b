"""From the options of the command line to a wish."""

from collections.abc import Mapping
from typing import Any

from harness.images import DEFAULT_IMAGE
from harness.planner import Wish
from nemesis.script import read_script

RENAMED = {"seconds": "time"}
"""Options whose names would hide a module or a keyword."""


def wish_from_options(scenario: str, asked: Mapping[str, Any]) -> Wish:
    """Make a wish of the options of `zkchaos run`, {name: value}.

    Raises ZkchaosError when the schedule file cannot be read.
    """
    wishes = {RENAMED.get(name, name): value for name, value in asked.items()}
    script = wishes.pop("schedule")
    return Wish(
        **{
            **wishes,
            "scenario": scenario,
            "schedule": read_script(script) if script else (),
            "image": asked["image"] or DEFAULT_IMAGE,
            "zoo": dict(asked["zoo"]),
            "params": dict(asked["params"]),
        }
    )
