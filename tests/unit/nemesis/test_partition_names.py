"""Partitions by name: what they mean, what they owe, and what cannot be had, said before anything starts."""

from typing import Any

import pytest

from harness.errors import ZkchaosError
from harness.planner import Wish, make_plan
from nemesis.catalogue import FAMILIES
from nemesis.selection import parse

LEADER_FOLLOWS = "new-leader-after-each"
WRITES = "writes-overlap-each-fault"
FINDS = "it finds the nodes itself and cannot be had on"


def owed(text: str) -> set[str]:
    choice = parse(text)
    return set(choice.fault.owes(choice.target))


def wish(nemesis: str, **more: Any) -> Wish:
    return Wish(image="x", nemesis=nemesis, seed=1, time=60, **more)


def test_the_name_of_the_handbook() -> None:
    choice = parse("partition:isolate-leader")
    assert (choice.fault.name, choice.target) == ("isolate", "leader")
    assert dict(choice.params) == {"from": "everybody", "how": "drop"}
    plan = make_plan(wish("kill-leader,partition:isolate-leader"))
    assert {step.fault for step in plan.schedule} == {"kill-leader", "partition:isolate-leader"}


@pytest.mark.parametrize(
    ("text", "fault", "target"),
    [
        ("leader-with-minority", "leader-with-minority", "leader"),
        ("majority-minority", "majority-minority", "minority"),
        ("majority-minority-leader", "majority-minority", "leader"),
        ("cut-app", "cut-app", "holder"),
        ("cut-app-app2", "cut-app", "app2"),
        ("cut-app-from-own-server-all-apps", "cut-app-from-own-server", "all-apps"),
        ("cut-app-from-leader-side", "cut-app-from-leader-side", "holder"),
        ("block-client-port-connected-to:app1", "block-client-port", "connected-to:app1"),
        ("one-way-zk2/way=out", "one-way", "zk2"),
    ],
)
def test_the_longest_name_that_fits(text: str, fault: str, target: str) -> None:
    choice = parse(f"partition:{text}")
    assert (choice.fault.name, choice.target) == (fault, target)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("isolate-leader", {LEADER_FOLLOWS, WRITES}),
        ("isolate-follower", {WRITES}),
        ("isolate-minority", {WRITES}),
        ("isolate-majority", set()),
        ("one-way", {WRITES}),
        ("one-way-leader", set()),
        ("halves", {WRITES}),
        ("leader-with-minority", {LEADER_FOLLOWS, WRITES}),
        ("bridge", {WRITES}),
        ("block-quorum-port", {WRITES}),
        ("block-quorum-port-leader", set()),
        ("block-election-port", {WRITES}),
        ("block-client-port-leader", {WRITES}),
        ("block-client-port-all", set()),
        ("cut-app", {LEADER_FOLLOWS, WRITES}),
        ("cut-app-one-app", {WRITES}),
        ("cut-app-all-apps", set()),
        ("cut-app-from-own-server", {WRITES}),
        ("cut-app-from-leader-side", {LEADER_FOLLOWS, WRITES}),
    ],
)
def test_what_each_owes(text: str, rules: set[str]) -> None:
    assert owed(f"partition:{text}") == rules


@pytest.mark.parametrize("text", ["isolate-leader", "halves", "leader-with-minority", "cut-app"])
def test_who_has_to_be_missed_is_away_for_long_enough(text: str) -> None:
    plan = make_plan(wish(f"partition:{text}"))
    assert all(step.hold > plan.session_timeout + 2 * plan.tick for step in plan.schedule)


@pytest.mark.parametrize(
    ("text", "servers", "clause"),
    [
        ("majorities-ring", 3, "it takes 5 servers; --servers 5 has them"),
        ("halves", 1, "it takes 3 servers; --servers 3 has them"),
        ("bridge", 1, "it takes 3 servers; --servers 3 has them"),
        ("halves-follower", 3, f"{FINDS} follower; leave the target out"),
        ("leader-with-minority-zk1", 3, f"{FINDS} zk1; leave the target out"),
        ("majority-minority-zk1+zk2", 3, "zk1+zk2 is no minority; leave the target out"),
        ("majority-minority-all", 3, "all is no minority; leave the target out"),
        ("isolate-leader/from=servers", 1, "there is no other server; --servers 3 has two"),
        ("block-election-port", 1, "one server alone has no such port; --servers 3 has it"),
        ("cut-app-from-own-server", 1, "there is no other server to move to; --servers 3 has one"),
        ("cut-app-from-leader-side", 1, "it takes 3 servers; --servers 3 has them"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_said_in_one_sentence(text: str, servers: int, clause: str) -> None:
    with pytest.raises(ZkchaosError) as caught:
        make_plan(wish(f"partition:{text}", servers=servers))
    assert str(caught.value) == f"--nemesis partition:{text}: {clause}."


def test_a_reset_is_never_one_way() -> None:
    with pytest.raises(ZkchaosError, match=r"there is no parameter 'how'; it has: way, from\.$"):
        parse("partition:one-way/how=reject")


def test_servers_are_no_app_nodes() -> None:
    with pytest.raises(ZkchaosError, match="cut-app is a fault of app nodes, and leader is none of them"):
        parse("partition:cut-app-leader")


def test_all_partitions_hold_the_network_and_have_one_effect() -> None:
    faults = FAMILIES["partition"].values()
    assert len(faults) == 13
    assert {fault.effect for fault in faults} == {"partition"}
    assert {fault.touches for fault in faults} == {frozenset({"network"})}
