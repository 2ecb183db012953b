"""Servers on sides of their own, or with views of their own: the side with a quorum goes on."""

import random
from pathlib import Path

import pytest

from harness.chaos import Workshop
from harness.client.requests import Create
from harness.visitor import visit
from harness.zoo_config import CLIENT_PORT
from nemesis.fault import Fault
from nemesis.partition.grudge import Members, bridged, halves
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.faults.parted import (
    SLACK,
    await_mode,
    await_successor,
    others,
    reaches,
    silence,
    works_on,
)
from tests.integration.theatre import PATIENCE, Theatre, opened

pytestmark = pytest.mark.usefixtures("clean_network")


def members(theatre: Theatre) -> Members:
    return Members(tuple(s.name for s in theatre.ensemble.servers), (), tuple(theatre.stage.apps))


def seeded(fault: Fault, seed: int) -> Fault:
    fault.draw = random.Random(seed)
    return fault


def split_apart(theatre: Theatre, fault: Fault, cut_off: list[str]) -> None:
    """Servers cut off lose their roles, their clients too; the quorum elects where it has to and works."""
    old = theatre.leader()
    epoch, mark = old.status().epoch, theatre.now()
    away = [server for server in theatre.ensemble.servers if server.name in cut_off]
    quorum = others(theatre, *cut_off)

    proof = bite(fault)
    assert {name for name in proof["rest"] if name.startswith("zk")} == set(cut_off)
    assert {name for name in proof["quorum"] if name.startswith("zk")} == {s.name for s in quorum}
    for server in away:
        await_mode(server, "looking", within=silence(theatre) + SLACK)
    if old in away:
        await_successor(theatre, old, epoch)
    stranded = [name for name in proof["rest"] if name.startswith("app")]
    for app in stranded:
        theatre.await_event(mark, "session", node=app, state="suspended")
    works_on(theatre, quorum)
    later = theatre.now()
    works_on(theatre, quorum)
    assert not [event for event in theatre.since(later, "work", type="ok") if event.node in stranded]

    healed = repair(fault)
    assert all(healed["works"][app]["connected_to"] for app in stranded)
    assert {healed["works"][server.name]["mode"] for server in away} == {"follower"}


def test_halves_with_the_leader_in_the_smaller_one(theatre: Theatre) -> None:
    leader = theatre.leader().name
    seed = next(s for s in range(99) if [leader] in halves(members(theatre), random.Random(s)))
    split_apart(theatre, seeded(cast_fault(theatre, "partition:halves/how=reject"), seed), [leader])


def test_majority_minority_with_a_follower_off(theatre: Theatre) -> None:
    follower = others(theatre, theatre.leader().name)[0].name
    split_apart(theatre, cast_fault(theatre, "partition:majority-minority/how=reject", follower), [follower])


def test_leader_with_minority_and_clients_that_see_both_sides(theatre: Theatre) -> None:
    leader = theatre.leader().name
    fault = cast_fault(theatre, "partition:leader-with-minority/apps=everywhere/how=reject")
    split_apart(theatre, fault, [leader])
    assert fault.shape == {"quorum": [s.name for s in others(theatre, leader)], "rest": [leader]}


def test_bridge_keeps_its_quorum_and_who_does_not_see_the_leader_is_out(theatre: Theatre) -> None:
    leader = theatre.leader()
    epoch = leader.status().epoch
    middle, out = others(theatre, leader.name)
    seed = next(s for s in range(99) if bridged(members(theatre), random.Random(s))[0] == middle.name)
    fault = seeded(cast_fault(theatre, "partition:bridge/how=reject"), seed)

    proof = bite(fault)
    assert proof["bridge"] == middle.name
    assert sorted(proof["halves"]) == sorted([[leader.name], [out.name]])
    assert proof["drops"] == {leader.name: [out.name], out.name: [leader.name]}
    await_mode(out, "looking", within=silence(theatre) + SLACK)
    works_on(theatre, [leader, middle])
    assert (leader.status().mode, leader.status().epoch) == ("leader", epoch)
    # It is seen by whom it cannot follow, and sees them.
    assert reaches(out, middle, CLIENT_PORT) == reaches(middle, leader, CLIENT_PORT) == "connected"

    repair(fault)
    assert out.status().mode == "follower"


def test_majorities_ring_leaves_two_of_five_without_the_leader(
    workshop: Workshop, runs: set[str], tmp_path: Path
) -> None:
    with opened(workshop, runs, tmp_path, apps=False, servers=5) as theatre:
        leader = theatre.leader()
        epoch = leader.status().epoch
        fault = cast_fault(theatre, "partition:majorities-ring/how=reject")
        proof = bite(fault)
        ring = proof["ring"]
        place = ring.index(leader.name)
        neighbours = {ring[place - 1], ring[(place + 1) % 5]}
        out = others(theatre, leader.name, *neighbours)
        assert {s.name for s in out} == set(proof["drops"][leader.name])
        assert {len(peers) for peers in proof["drops"].values()} == {2}
        for server in out:
            await_mode(server, "looking", within=silence(theatre) + SLACK)
        for number, server in enumerate(others(theatre, *(server.name for server in out))):
            visit(server.host_address, [Create(f"/ring-{number}", b"")], within=PATIENCE)
        assert (leader.status().mode, leader.status().epoch) == ("leader", epoch)
        repair(fault)
        assert {server.status().mode for server in out} == {"follower"}
