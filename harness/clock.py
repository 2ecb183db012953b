"""Clocks: the engine's monotonic clock for the history, deadlines for everything that waits."""

import time
from collections.abc import Callable
from typing import TypeVar

from harness.errors import EnsembleError

T = TypeVar("T")

SECOND = 1_000_000_000
"""Nanoseconds in a second."""


class Clock:
    """CLOCK_MONOTONIC of the kernel that the containers run on, in nanoseconds.

    On the engine's own machine that is this process's clock. With an engine elsewhere, in a virtual machine
    for example, the two differ by a constant, which `calibrate` measures.
    """

    def __init__(self, offset: int = 0):
        self.offset = offset

    def now(self) -> int:
        """Nanoseconds on the engine's clock."""
        return time.monotonic_ns() + self.offset

    @classmethod
    def calibrate(cls, read_engine: Callable[[], int]) -> "Clock":
        """Compare with a reading of the engine's clock; `read_engine` returns it in nanoseconds.

        A reading that lies between call and return is the same clock, and the offset exactly zero.
        """
        before = time.monotonic_ns()
        there = read_engine()
        after = time.monotonic_ns()
        if before <= there <= after:
            return cls()
        return cls(there - (before + after) // 2)


class Deadline:
    """A moment on the monotonic clock by which something has to be done."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._end - time.monotonic())

    @property
    def passed(self) -> bool:
        """Tell whether it is over."""
        return self.left == 0.0


def wait_for(
    condition: Callable[[], T | None],
    *,
    within: float,
    what: str,
    every: float = 0.05,
    stop: Callable[[], bool] = lambda: False,
) -> T:
    """Ask until `condition` gives something other than None or False, and return it.

    Raises EnsembleError, which names `what` was waited for, after `within` seconds or when `stop` says so.
    """
    deadline = Deadline(within)
    while True:
        got = condition()
        if got is not None and got is not False:
            return got
        if stop():
            raise EnsembleError(f"stopped while waiting until {what}.")
        if deadline.passed:
            raise EnsembleError(f"{what}: not within {within:g} s.")
        time.sleep(min(every, deadline.left))
