"""What is played: scenarios with their faults, several runs side by side, and each test asks for its own."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tests.integration.side_by_side import Play, Ran, play

AT_ONCE = 3
"""Runs side by side: one mostly waits, but three of them at their beginnings keep two cores busy."""


class Playbill:
    """Plays what is announced in its order, a few at a time, and all else when it is asked for."""

    def __init__(self, announced: Iterable[Play], runs: Path):
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._runs = runs
        self._rans: dict[Play, Future[Ran]] = {}
        for one in announced:
            self._begin(one)

    def _begin(self, one: Play) -> Future[Ran]:
        if one not in self._rans:
            where = self._runs / f"{len(self._rans)}-{one}-{one.seed}"
            self._rans[one] = self._pool.submit(play, one.scenario, where, *one.options)
        return self._rans[one]

    def rans(self, one: Play, *, tries: int) -> Iterator[Ran]:
        """Yield what came of a run, then of the same with the next seeds, played when they are asked for."""
        for seed in range(one.seed, one.seed + tries):
            yield self._begin(replace(one, seed=seed)).result()

    def close(self) -> list[Ran]:
        """Begin nothing more, wait for what is being played, and return all that was."""
        self._pool.shutdown(cancel_futures=True)
        return [future.result() for future in self._rans.values() if not future.cancelled()]
