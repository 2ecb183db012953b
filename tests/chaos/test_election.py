"""Leader election under each fault that must never make it break a promise."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.chaos import Chaos

SECONDS = 30


@pytest.mark.chaos
@pytest.mark.parametrize("nemesis", ["none", "kill-leader", "kill-app-leader"])
def test_election_keeps_its_promises(chaos: "Chaos", nemesis: str) -> None:
    outcome = chaos.run("election", nemesis=nemesis, time=SECONDS)
    assert outcome.broken == set()
    leaders = {event.node for event in outcome.history.select("leader", type="event")}
    assert len(leaders) >= 2
    faults = outcome.history.faults
    assert {fault.fault for fault in faults} == ({nemesis} - {"none"})
    assert all(fault.outcome == fault.heal_outcome == "proven" for fault in faults)
