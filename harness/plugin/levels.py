"""Levels: how much of the chaos tests is run, and how long each of their runs is."""

from enum import IntEnum
from typing import Any

import pytest

SHORTEST = 20.0
"""Seconds of workload below which no level brings a run: faults need that long to show what they do."""


class Level(IntEnum):
    """How thorough a session is; a test belongs to one, and runs at that level and at those above."""

    SMOKE = 1
    STANDARD = 2
    NIGHTLY = 3

    @property
    def word(self) -> str:
        """Its name, as `--chaos-level` takes it."""
        return self.name.lower()

    def seconds(self, asked: float) -> float:
        """Return the seconds of workload of a run for which a test asked for so many."""
        if self is Level.SMOKE:
            return max(asked / 2, min(asked, SHORTEST))
        return asked * 3 if self is Level.NIGHTLY else asked

    def rounds(self, asked: int) -> int:
        """Return how many seeds to take of a matrix that asked for so many."""
        return {Level.SMOKE: 1, Level.STANDARD: asked, Level.NIGHTLY: asked * 3}[self]


WORDS = tuple(level.word for level in Level)


def level_named(word: str) -> Level:
    """Return the level of that name; raises KeyError when there is none."""
    return {level.word: level for level in Level}[word]


def level_of(config: pytest.Config) -> Level:
    """Return the level of the session."""
    word: Any = config.getoption("--chaos-level")
    return level_named(word)
