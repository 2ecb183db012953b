"""Broken twins on real ensembles: known mistakes are caught by the guarantees they break, and explained."""

import pytest

from checkers.result import Result
from harness.history import read_history
from tests.chaos.conftest import Rans
from tests.chaos.plays import as_parameters, twins
from tests.integration.side_by_side import Play, Ran
from workloads.catalogue import WORKLOADS

TRIES = 4

FEW = 12
"""Events that a person still reads."""

TWINS = twins()


def broken(ran: Ran) -> dict[str, Result]:
    return {result.name: result for result in ran.broken}


@pytest.mark.parametrize("one", as_parameters({one: level for one, (level, _) in TWINS.items()}))
def test_a_broken_twin_is_caught_and_explained(rans: Rans, one: Play) -> None:
    # A mistake needs its moment: where one run did not have it, the next seeds may.
    _, trap = TWINS[one]
    for ran in rans(one, tries=TRIES, expect="violation"):
        if trap.guarantee in broken(ran):
            break
    assert trap.guarantee in broken(ran), ran.said
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
