"""Broken twins on real ensembles: known mistakes are caught by the guarantees they break, and explained."""

import pytest

from checkers.result import Result
from harness.history import read_history
from harness.workload import Trap
from tests.chaos.playbill import Playbill
from tests.integration.side_by_side import Play, Ran
from workloads.catalogue import WORKLOADS

SECONDS = 27

TRIES = 4

FEW = 12
"""Events that a person still reads."""


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
"""One twin of each workload; benchmarks/twins.py plays them all, many times."""


def trapped(scenario: str) -> tuple[Play, Trap]:
    workload, _, variant = scenario.partition(":")
    trap = WORKLOADS[workload].variants[variant].trap
    assert trap is not None
    return Play(scenario, trap.nemesis, SECONDS, tuple(sorted(trap.params.items()))), trap


TRAPS = dict(map(trapped, CAUGHT))


def broken(ran: Ran) -> dict[str, Result]:
    return {result.name: result for result in ran.broken}


@pytest.mark.chaos
@pytest.mark.parametrize("one", TRAPS, ids=str)
def test_a_broken_twin_is_caught_and_explained(playbill: Playbill, one: Play) -> None:
    # A mistake needs its moment: where one run did not have it, the next seeds may.
    trap = TRAPS[one]
    ran = next((ran for ran in playbill.rans(one, tries=TRIES) if trap.guarantee in broken(ran)), None)
    assert ran is not None, playbill.ran(one).said
    assert ran.verdict == "violation"
    violation = broken(ran)[trap.guarantee].violations[0]
    assert 1 <= len(violation.witness) <= FEW
    assert violation.nodes
    assert all(node in violation.sentence for node in violation.nodes)
    assert ran.directory is not None
    assert ran.directory.report.exists()
    events = read_history(ran.directory.history).events
    assert all(violation.time - 60e9 < events[index].time <= events[-1].time for index in violation.witness)


def test_every_broken_twin_says_how_it_is_caught() -> None:
    for workload in WORKLOADS.values():
        for name, variant in workload.variants.items():
            assert variant.broken == (variant.trap is not None), f"{workload.name}:{name}"
            if variant.trap:
                assert variant.trap.guarantee in workload.guarantees
                assert set(variant.trap.params) <= set(workload.params)
