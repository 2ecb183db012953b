"""Leader election through the fixture that people's own tests use."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.chaos import Chaos
    from tests.chaos.playbill import Playbill

SECONDS = 24


@pytest.mark.chaos
def test_election_keeps_its_promises(chaos: "Chaos", playbill: "Playbill") -> None:
    outcome = chaos.run("election", nemesis="kill-app-leader", time=SECONDS)
    assert outcome.broken == set()
    leaders = {event.node for event in outcome.history.select("leader", type="event")}
    assert len(leaders) >= 2
    faults = outcome.history.faults
    assert {fault.fault for fault in faults} == {"kill-app-leader"}
    assert all(fault.outcome == fault.heal_outcome == "proven" for fault in faults)
