"""The marker `chaos_matrix`: one test for each scenario under each fault with each seed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from harness.plugin.levels import Level, level_of
from harness.plugin.marks import MARKER, objection

MATRIX = "chaos_matrix"


CELL = "chaos_cell"
"""The fixture that hands a test its cell; `chaos` asks for it."""

DIMENSIONS = ("scenarios", "nemeses", "seeds")


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of a matrix; what is None was left to the test."""

    scenario: str | None = None
    nemesis: str | None = None
    seed: int | None = None
    """An exact seed."""
    turn: int | None = None
    """Which of several seeds that are drawn."""

    @property
    def asked(self) -> dict[str, Any]:
        """What `chaos.run()` takes of it."""
        asked = {"scenario": self.scenario, "nemesis": self.nemesis, "seed": self.seed}
        return {name: value for name, value in asked.items() if value is not None}

    def __str__(self) -> str:
        words = [self.scenario, self.nemesis]
        words += [None if self.seed is None else f"seed{self.seed}"]
        words += [None if self.turn is None else str(self.turn)]
        return re.sub(r"[^A-Za-z0-9_.+]+", "-", "-".join(word for word in words if word)).strip("-")


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Make the tests of a matrix; raises CollectError with one sentence when it cannot be one."""
    marks = list(metafunc.definition.iter_markers(MATRIX))
    if not marks:
        return
    name = metafunc.definition.name
    try:
        cells = list(_cells(marks, level_of(metafunc.config)))
    except ValueError as error:
        raise pytest.Collector.CollectError(f"{name}: @pytest.mark.{MATRIX}: {error}") from None
    if CELL not in metafunc.fixturenames:
        raise pytest.Collector.CollectError(
            f"{name}: @pytest.mark.{MATRIX} needs a test that takes the fixture chaos."
        )
    marked = [pytest.param(cell, id=str(cell), marks=getattr(pytest.mark, MARKER)) for cell in cells]
    metafunc.parametrize(CELL, marked, indirect=True)


def _cells(marks: Sequence[pytest.Mark], level: Level) -> Iterator[Cell]:
    if len(marks) > 1 or marks[0].args:
        raise ValueError('it comes once and takes names with values, such as scenarios=["lock", "election"].')
    given = marks[0].kwargs
    if wrong := objection(given, DIMENSIONS):
        raise ValueError(wrong)
    for name in ("scenarios", "nemeses"):
        if name in given and not _is_list_of(given[name], str):
            raise ValueError(f"{name}={given[name]!r} is no list of names.")
    if not given:
        raise ValueError(f"it needs at least one of: {', '.join(DIMENSIONS)}.")
    seeds = _seeds(given.get("seeds"), level)
    combined = product(given.get("scenarios", [None]), given.get("nemeses", [None]), seeds)
    for scenario, nemesis, (seed, turn) in combined:
        yield Cell(scenario, nemesis, seed, turn)


def _seeds(asked: Any, level: Level) -> list[tuple[int | None, int | None]]:
    """Return pairs of an exact seed and a number in turn, of which one at most is there."""
    if asked is None:
        return [(None, None)]
    if isinstance(asked, int) and not isinstance(asked, bool) and asked > 0:
        return [(None, turn) for turn in range(1, level.rounds(asked) + 1)]
    if _is_list_of(asked, int):
        return [(seed, None) for seed in asked]
    raise ValueError(f"seeds={asked!r} is neither a number above zero nor a list of seeds.")


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list | tuple | range) and bool(value) and all(isinstance(x, kind) for x in value)
