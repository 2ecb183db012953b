"""What is played: scenarios with their faults, several runs side by side, and each test asks for its own."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tests.integration.side_by_side import Play, Ran, play

AT_ONCE = 3
"""Runs side by side: one mostly waits, but three of them at their beginnings keep two cores busy."""


class Playbill:
    """Plays everything that the session's tests ask for, in their order, a few at a time."""

    def __init__(self, plays: Iterable[Play], runs: Path):
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._runs = runs
        self._rans: dict[Play, Future[Ran]] = {
            one: self._pool.submit(play, one.scenario, runs / f"{number}-{one}", *one.options)
            for number, one in enumerate(dict.fromkeys(plays))
        }

    def ran(self, one: Play) -> Ran:
        """Wait for a run and return what came of it."""
        return self._rans[one].result()

    def rans(self, one: Play, *, tries: int) -> Iterator[Ran]:
        """Yield what came of a run, then of the same with the next seeds, played when they are asked for."""
        yield self.ran(one)
        for seed in range(one.seed + 1, one.seed + tries):
            again = replace(one, seed=seed)
            yield play(again.scenario, self._runs / f"{again}-{seed}", *again.options)

    def close(self) -> None:
        """Begin nothing more, and wait for what is being played."""
        self._pool.shutdown(cancel_futures=True)
