"""Runs side by side, each by the command line as a user would, and what they said."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from checkers.result import Result, Results, Verdict
from harness.judging import stored_results
from harness.store import RunDirectory, list_runs

ZKCHAOS = Path(sys.executable).with_name("zkchaos")

VERDICTS = {0: "valid", 1: "violation", 2: "unknown"}

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Play:
    """One run that is asked for."""

    scenario: str
    nemesis: str
    seconds: float
    settings: tuple[tuple[str, float], ...] = ()
    """Parameters of the workload."""
    nodes: int | None = None
    """None: as many as the command takes by itself."""
    seed: int = 1

    @property
    def options(self) -> tuple[str, ...]:
        """The options of the command line."""
        settings = [word for name, value in self.settings for word in ("--set", f"{name}={value:g}")]
        nodes = [] if self.nodes is None else ["--nodes", str(self.nodes)]
        return (
            *("--nemesis", self.nemesis),
            *("--time", f"{self.seconds:g}"),
            *("--seed", str(self.seed)),
            *nodes,
            *settings,
        )

    def __str__(self) -> str:
        return re.sub(r"[:/]", "-", f"{self.scenario}-{self.nemesis}")


@dataclass(frozen=True, slots=True)
class Ran:
    """One run by the command line."""

    command: tuple[str, ...]
    code: int
    said: str
    """All that it said."""
    seconds: float
    directory: RunDirectory | None
    """None where it got nowhere."""

    @property
    def verdict(self) -> str:
        """The verdict, or `no run`."""
        return VERDICTS.get(self.code, "no run")

    @property
    def results(self) -> Results | None:
        """What the checkers said."""
        return stored_results(self.directory) if self.directory else None

    @property
    def broken(self) -> list[Result]:
        """The guarantees that broke."""
        results = self.results
        return [r for r in results.results if r.verdict is Verdict.VIOLATION] if results else []

    @property
    def sentence(self) -> str:
        """The verdict in one sentence, or the last words."""
        results = self.results
        return results.sentence if results else " ".join(self.said.strip().splitlines()[-1:])


def play(scenario: str, runs: Path, *options: str) -> Ran:
    """Run a scenario; its directory is made below a directory of its own, so that it is found for sure."""
    command = ("zkchaos", "run", scenario, *options)
    began = time.monotonic()
    done = subprocess.run(
        [ZKCHAOS, *command[1:], "--runs-dir", runs], capture_output=True, text=True, check=False
    )
    found = list(list_runs(runs))
    return Ran(
        command,
        done.returncode,
        done.stdout + done.stderr,
        time.monotonic() - began,
        found[0] if found else None,
    )


def side_by_side(jobs: Sequence[T], play_one: Callable[[T], R], *, at_once: int) -> Iterator[tuple[T, R]]:
    """Yield every job with its outcome, in the order of the jobs, as soon as both are there."""
    with ThreadPoolExecutor(at_once) as pool:
        yield from zip(jobs, pool.map(play_one, jobs), strict=True)
