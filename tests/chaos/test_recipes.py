"""Every workload under a fault that must never make it break a promise; kazoo's own recipes as well."""

import pytest

from harness.history import read_history
from tests.chaos.playbill import Playbill
from tests.integration.side_by_side import Play
from workloads.catalogue import WORKLOADS

SECONDS = 24

TRIES = 2

FAULTS = ("kill-leader", "partition:isolate-leader", "expire-holder", "pause-holder")
"""Each workload meets one of them; benchmarks/recipes.py plays all variants with all, with several seeds."""

GOOD = [f"{name}:{workload.default}" for name, workload in WORKLOADS.items() if name != "election"]
GOOD += ["election:kazoo", "lock:kazoo"]

NODES = 3
"""App nodes: enough for a majority of them, and less work for a small machine."""

SETTINGS = {"barrier": (("size", NODES),), "keys": (("clients", 2), ("monotonic_xid", 1))}
"""Parameters: a barrier is for as many parties as there are nodes; the usual keys are played elsewhere."""

PLAYS = [
    Play(scenario, FAULTS[turn % len(FAULTS)], SECONDS, SETTINGS.get(scenario.partition(":")[0], ()), NODES)
    for turn, scenario in enumerate(GOOD)
]


@pytest.mark.chaos
@pytest.mark.parametrize("one", PLAYS, ids=str)
def test_a_recipe_keeps_its_promises(playbill: Playbill, one: Play) -> None:
    # By chance a run may lack evidence: its only fault of the holder came when that had just let go.
    ran = next(
        (ran for ran in playbill.rans(one, tries=TRIES) if ran.verdict != "unknown"), playbill.ran(one)
    )
    assert ran.verdict == "valid", ran.said
    assert ran.directory is not None
    faults = read_history(ran.directory.history).faults
    assert bool(faults) == (one.nemesis != "none")
    assert all(fault.outcome == fault.heal_outcome == "proven" for fault in faults)
