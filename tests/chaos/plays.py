"""The matrix of this project: which scenarios are played with which faults, at which level."""

from collections.abc import Iterable, Iterator
from itertools import product

import pytest

from harness.workload import Trap, Variant
from tests.integration.side_by_side import Play
from workloads.catalogue import WORKLOADS

FAULTS = ("kill-leader", "partition:isolate-leader", "expire-holder", "pause-holder")
"""The main nemeses."""

USUAL = [f"{name}:{workload.default}" for name, workload in WORKLOADS.items()]
USUAL += ["election:kazoo", "lock:kazoo"]

SECONDS, SHORTER, FOR_TWINS = 24, 20, 27
"""Seconds of workload: where a recipe meets one fault only, where it meets all of them, of a broken twin."""

NODES = 3
"""App nodes: enough for a majority of them, and less work for a small machine."""

SETTINGS = {"barrier": (("size", NODES),), "keys": (("clients", 2), ("monotonic_xid", 1))}
"""Parameters: a barrier is for as many parties as there are nodes; the usual keys are played elsewhere."""

NIGHTLY_SEEDS = (1, 2, 3)

QUIET = 10
"""Seconds that a run goes on for where things have to settle."""

CAUGHT = (
    "election:no-stepdown",
    "lock:suffix-token",
    "registry:stale-watch",
    "config:unconditional-set",
    "healer:unfenced",
    "barrier:persistent-ready",
    "queue:lost-delete",
    "counter:kazoo",
    "session:old-id",
)
"""One twin of each workload; at night, and in benchmarks/twins.py, they are all played."""


def _recipe(scenario: str, fault: str, seconds: float, seed: int = 1) -> Play:
    return Play(scenario, fault, seconds, SETTINGS.get(scenario.partition(":")[0], ()), NODES, seed)


def _variants() -> Iterator[tuple[str, Variant]]:
    for workload in WORKLOADS.values():
        for name, variant in workload.variants.items():
            yield f"{workload.name}:{name}", variant


def recipes() -> dict[Play, str]:
    """Return the plays in which no promise may break, each with its level.

    The election of the first level is played through the fixture that people's own tests use.
    """
    once = [scenario for scenario in USUAL if scenario != USUAL[0]]
    smoke = [_recipe(one, FAULTS[turn % len(FAULTS)], SECONDS) for turn, one in enumerate(once)]
    met = {(play.scenario, play.nemesis) for play in smoke}
    standard = [_recipe(*pair, seconds=SHORTER) for pair in product(USUAL, FAULTS) if pair not in met]
    known = {(play.scenario, play.nemesis, play.seed) for play in (*smoke, *standard)}
    right = [scenario for scenario, variant in _variants() if not variant.broken]
    nightly = [
        _recipe(scenario, fault, SECONDS, seed)
        for scenario, fault, seed in product(right, FAULTS, NIGHTLY_SEEDS)
        if (scenario, fault, seed) not in known
    ]
    return _levels(smoke=smoke, standard=standard, nightly=nightly)


def twins() -> dict[Play, tuple[str, Trap]]:
    """Return the plays in which a broken twin has to be caught, each with its level and its trap."""
    found = {}
    for scenario, variant in _variants():
        if variant.trap:
            settings = tuple(sorted(variant.trap.params.items()))
            play = Play(scenario, variant.trap.nemesis, FOR_TWINS, settings)
            found[play] = ("smoke" if scenario in CAUGHT else "nightly", variant.trap)
    return found


def _levels(**plays: Iterable[Play]) -> dict[Play, str]:
    return {play: level for level, some in plays.items() for play in some}


def expected_seconds(play: Play) -> float:
    """Return how long a play goes on, besides its set-up, which is the same for all."""
    return play.seconds + (QUIET if WORKLOADS[play.scenario.partition(":")[0]].settles else 0)


def as_parameters(levels: dict[Play, str]) -> list[object]:
    """Return the plays as parameters of a test, with readable ids and marked with their levels."""
    return [
        pytest.param(
            play,
            id=f"{play}-seed{play.seed}" if play.seed > 1 else str(play),
            marks=pytest.mark.chaos(level=level),
        )
        for play, level in levels.items()
    ]
