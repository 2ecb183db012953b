"""Conditions of steps: what holds when, and what there is not."""

import pytest

from harness.board import Snapshot
from harness.errors import ZkchaosError
from nemesis.conditions import condition

THEN = Snapshot(epoch=2, leaderships=3, writes=100)


@pytest.mark.parametrize(
    ("text", "now", "holds"),
    [
        ("", Snapshot(), True),
        ("leader-changed", Snapshot(epoch=2), False),
        ("leader-changed", Snapshot(epoch=3), True),
        ("holder-changed", Snapshot(leaderships=3), False),
        ("holder-changed", Snapshot(leaderships=4), True),
        ("all-serving", Snapshot(server_modes={"zk1": "leader", "zk2": "down"}), False),
        ("all-serving", Snapshot(server_modes={"zk1": "leader", "zk2": "looking"}), False),
        ("all-serving", Snapshot(server_modes={"zk1": "leader", "zk2": "follower"}), True),
        ("all-healed", Snapshot(active={1: "kill-leader on zk1"}), False),
        ("all-healed", Snapshot(), True),
        ("writes:500", Snapshot(writes=499), False),
        ("writes:500", Snapshot(writes=500), True),
        ("more-writes:50", Snapshot(writes=149), False),
        ("more-writes:50", Snapshot(writes=150), True),
    ],
)
def test_a_condition_holds_or_not(text: str, now: Snapshot, *, holds: bool) -> None:
    assert condition(text)(now, THEN) is holds


@pytest.mark.parametrize("text", ["soon", "writes", "writes:", "writes:x", "writes:-1", "all-healed:2"])
def test_what_is_no_condition_is_told_with_what_is(text: str) -> None:
    with pytest.raises(ZkchaosError, match="choose from: leader-changed,"):
        condition(text)
