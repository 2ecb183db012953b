"""The general workload under each fault of the servers that must never make ZooKeeper break a promise."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.chaos import Chaos

SECONDS = 30


@pytest.mark.chaos
@pytest.mark.parametrize("params", [{}, {"monotonic_xid": 1, "clients": 3}], ids=["mix", "monotonic-xid"])
def test_zookeeper_keeps_its_promises(chaos: "Chaos", params: dict[str, float]) -> None:
    outcome = chaos.run("keys", nemesis="kill-leader", time=SECONDS, params=params)
    assert outcome.broken == set()
    assert outcome.history.faults
