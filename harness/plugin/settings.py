"""What the options say, and the seed that a whole session goes by."""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.plugin.levels import Level, level_of

LARGEST = 2**31
"""Seeds are below it."""

_seed = pytest.StashKey[int]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for every chaos run of a session; None leaves it to the test."""

    runs: Path
    """Where runs are kept."""
    seed: int | None = None
    """What the seeds of runs are derived from; None: each is drawn."""
    level: Level = Level.STANDARD
    time: float | None = None
    nodes: int | None = None
    image: str | None = None
    keep: bool = False
    ledger: Path | None = None
    """Directory in which the runs are noted that are on the engine; see harness/plugin/ledger.py."""

    @classmethod
    def of(cls, config: pytest.Config) -> "Settings":
        """Read them from the options, and from what the controller of xdist sent."""
        options = config.option
        ledger = worker_input(config).get("chaos_ledger")
        return cls(
            runs=options.chaos_runs_dir,
            seed=session_seed(config),
            level=level_of(config),
            time=options.chaos_time,
            nodes=options.chaos_nodes,
            image=options.chaos_image,
            keep=options.chaos_keep,
            # What is to be kept is nobody's to remove.
            ledger=Path(ledger) if ledger and not options.chaos_keep else None,
        )

    @property
    def laid_over(self) -> dict[str, Any]:
        """What the command line decides, whatever a test asks for."""
        asked = {"time": self.time, "nodes": self.nodes, "image": self.image}
        return {name: value for name, value in asked.items() if value is not None}

    def seed_of(self, test: str, turn: int) -> int | None:
        """Return the seed of a test's run, by the test's node id and the run's number within the test.

        It depends on nothing else: not on the order of the tests, on those left out, or on the worker.
        """
        if self.seed is None:
            return None
        digest = hashlib.sha256(f"{self.seed}/{test}/{turn}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % LARGEST


def worker_input(config: pytest.Config) -> dict[str, Any]:
    """Return what the controller of xdist sent to this worker; nothing elsewhere."""
    found: dict[str, Any] = getattr(config, "workerinput", {})
    return found


def session_seed(config: pytest.Config) -> int:
    """Return the session's seed: of the option, of the controller, or drawn once."""
    if _seed not in config.stash:
        given = worker_input(config).get("chaos_seed", config.getoption("--chaos-seed"))
        config.stash[_seed] = secrets.randbelow(LARGEST) if given is None else given
    return config.stash[_seed]
