"""From the options of the command line to a wish."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.images import DEFAULT_IMAGE
from harness.pip_packages import read_requirements
from harness.planner import Wish
from nemesis.script import read_script

RENAMED = {"seconds": "time"}
"""Options whose names would hide a module or a keyword."""


def wish_from_options(scenario: str, asked: Mapping[str, Any]) -> Wish:
    """Make a wish of the options of `zkchaos run`, {name: value}.

    Raises ZkchaosError when the schedule or the list of requirements cannot be read.
    """
    wishes = {RENAMED.get(name, name): value for name, value in asked.items()}
    script = wishes.pop("schedule")
    packages = all_packages(wishes.pop("packages"), wishes.pop("requirements"))
    return Wish(
        **{
            **wishes,
            "scenario": scenario,
            "packages": packages,
            "schedule": read_script(script) if script else (),
            "image": asked["image"] or DEFAULT_IMAGE,
            "zoo": dict(asked["zoo"]),
            "params": dict(asked["params"]),
        }
    )


def all_packages(named: Sequence[str], listed: Path | None) -> tuple[str, ...]:
    """Put the packages of `--pip` and those listed in the file of `--requirements` together."""
    return (*named, *(read_requirements(listed) if listed else ()))
