"""Servers alone, in one direction, or without one port: who loses its role, who elects, who goes on."""

import itertools
import time

import pytest

from harness.clock import wait_for
from harness.ensemble import Server
from harness.four_letter import ask, parse_mntr
from harness.zoo_config import CLIENT_PORT, ELECTION_PORT
from nemesis.partition.clean import clean, dirt
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
from tests.integration.theatre import PATIENCE, Theatre

pytestmark = pytest.mark.usefixtures("clean_network")


def test_isolate_leader_takes_its_role_and_gives_it_to_another_though_it_is_restarted(
    theatre: Theatre,
) -> None:
    old = theatre.leader()
    epoch, client_side = old.status().epoch, others(theatre, old.name)
    fault = cast_fault(theatre, "partition:isolate-leader")

    began = time.monotonic()
    proof = bite(fault)
    assert set(proof["drops"][old.name]) == {*theatre.arena.nodes} - {old.name}
    assert all(met > 0 for met in proof["packets"].values())
    assert proof["probes"] == {"no answer": 2 * len(proof["drops"][old.name])}
    # It says so itself: the harness reaches whom nobody else reaches.
    await_mode(old, "looking", within=silence(theatre) + SLACK)
    assert time.monotonic() - began < silence(theatre) + SLACK
    successor = await_successor(theatre, old, epoch)
    works_on(theatre, client_side)

    # The rules stand in the holder: another life of the process is as alone as the last one.
    old.kill()
    wait_for(old.ended, within=PATIENCE, what=f"{old.name} is gone")
    old.start()
    await_mode(old, "looking")
    works_on(theatre, client_side)
    assert old.status().mode == "looking"

    healed = repair(fault)
    assert healed["works"][old.name]["mode"] == "follower"
    assert healed["works"][old.name]["epoch"] > epoch
    assert theatre.leader() is successor


def synced_followers(leader: Server) -> float:
    return parse_mntr(ask(leader.host_address, "mntr")).get("zk_synced_followers", 0)


def test_isolate_follower_with_resets_is_felt_at_once_and_the_leader_stays(theatre: Theatre) -> None:
    leader = theatre.leader()
    epoch, follower = leader.status().epoch, others(theatre, leader.name)[0]
    fault = cast_fault(theatre, "partition:isolate/from=servers/how=reject", follower.name)

    proof = bite(fault)
    assert proof["probes"] == {"refused": 4}
    assert set(proof["drops"]) == {server.name for server in theatre.ensemble.servers}
    # No clock has to run out: whoever sends next is reset, and a leader sends twice a tick.
    wait_for(lambda: synced_followers(leader) == 1, within=SLACK, what="the leader misses its follower")
    # The follower only answers what it hears, so it has to wait until it has heard nothing for long enough.
    await_mode(follower, "looking", within=silence(theatre) + SLACK)
    works_on(theatre, others(theatre, follower.name))
    assert (leader.status().mode, leader.status().epoch) == ("leader", epoch)

    repair(fault)
    assert follower.status().mode == "follower"


ports = itertools.count(9999)

LISTEN = """
import pathlib, socket, sys
ear = socket.socket(type=socket.SOCK_DGRAM)
ear.bind(("", int(sys.argv[1])))
ear.settimeout(20)
pathlib.Path(f"/tmp/listens-{sys.argv[1]}").touch()
ear.recv(9)
pathlib.Path(f"/tmp/heard-{sys.argv[1]}").touch()
"""

SAY = """
import socket, sys, time
mouth = socket.socket(type=socket.SOCK_DGRAM)
for _ in range(10):
    mouth.sendto(b"!", (sys.argv[1], int(sys.argv[2])))
    time.sleep(0.05)
"""


def hears(at: Server, of: Server) -> bool:
    """Tell whether a datagram arrives: no answer is needed, so one direction shows by itself."""
    port = str(next(ports))

    def there(file: str) -> bool:
        said = at.pod.holder.execute("sh", "-c", f"test -e /tmp/{file}-{port} && echo yes || echo no")
        return said == b"yes\n"

    at.pod.holder.spawn("python3", "-c", LISTEN, port)
    wait_for(lambda: there("listens"), within=PATIENCE, what="somebody listens")
    of.pod.holder.execute("python3", "-c", SAY, at.pod.address, port)
    return there("heard")


@pytest.mark.parametrize("way", ["in", "out"])
def test_one_way_leaves_the_other_direction_open_and_is_enough_to_lose_a_follower(
    theatre: Theatre, way: str
) -> None:
    leader = theatre.leader()
    epoch, follower = leader.status().epoch, others(theatre, leader.name)[0]
    fault = cast_fault(theatre, f"partition:one-way/from=servers/way={way}", follower.name)

    proof = bite(fault)
    rest = [server.name for server in others(theatre, follower.name)]
    assert set(proof["drops"]) == ({follower.name} if way == "in" else set(rest))
    assert hears(follower, leader) == (way == "out")
    assert hears(leader, follower) == (way == "in")
    await_mode(follower, "looking", within=silence(theatre) + SLACK)
    works_on(theatre, others(theatre, follower.name))
    assert (leader.status().mode, leader.status().epoch) == ("leader", epoch)

    repair(fault)
    assert follower.status().mode == "follower"


def test_block_quorum_port_leaves_a_follower_with_an_election_that_it_cannot_follow(
    theatre: Theatre,
) -> None:
    leader = theatre.leader()
    epoch, follower = leader.status().epoch, others(theatre, leader.name)[0]
    fault = cast_fault(theatre, "partition:block-quorum-port/how=reject", follower.name)

    proof = bite(fault)
    assert proof["port"] == 2888
    await_mode(follower, "looking", within=silence(theatre) + SLACK)
    assert reaches(follower, leader, ELECTION_PORT) == "connected"
    assert reaches(follower, leader, CLIENT_PORT) == "connected"
    works_on(theatre, others(theatre, follower.name))
    assert (leader.status().mode, leader.status().epoch) == ("leader", epoch)

    repair(fault)
    assert follower.status().mode == "follower"


def test_block_election_port_is_not_noticed_until_the_leader_has_to_be_replaced(theatre: Theatre) -> None:
    old = theatre.leader()
    epoch, rest = old.status().epoch, others(theatre, old.name)
    fault = cast_fault(theatre, "partition:block-election-port")

    proof = bite(fault)
    assert (proof["port"], proof["probes"]) == (3888, {"no answer": 6})
    works_on(theatre, theatre.ensemble.servers)
    assert (old.status().mode, old.status().epoch) == ("leader", epoch)

    old.kill()
    for server in rest:
        await_mode(server, "looking")
    # An election takes less than a second where servers hear each other.
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        assert {server.status().mode for server in rest} == {"looking"}
    fault.heal()
    # Only the healing can have brought this about: the old leader is still down.
    await_successor(theatre, old, epoch)
    assert old.status().mode == "down"
    old.start()
    repair(fault)


def test_what_a_crash_left_is_replaced_at_one_blow_and_cleaned_with_nothing_else(theatre: Theatre) -> None:
    one, other, _ = theatre.ensemble.servers
    theirs = ("INPUT", "-p", "udp", "--dport", "9", "-j", "DROP")
    one.pod.holder.execute("iptables", "-w", "-A", *theirs)
    try:
        # Nobody heals this one, and what comes next finds its rules.
        cast_fault(theatre, "partition:block-client-port", one.name).inject()
        assert len(dirt(one.pod)) > 2
        assert dirt(other.pod) == []
        again = cast_fault(theatre, "partition:block-client-port", one.name)
        again.inject()
        wait_for(again.observe, within=PATIENCE, what="it bites")
        assert sum("-A INPUT -j" in clause for clause in dirt(one.pod)) == 1
        for server in theatre.ensemble.servers:
            clean(server.pod)
            clean(server.pod)
            assert dirt(server.pod) == []
        one.pod.holder.execute("iptables", "-w", "-C", *theirs)
        assert again.observe_healed() is None, "the app nodes have rules left"
        repair(again)
    finally:
        one.pod.holder.execute("iptables", "-w", "-D", *theirs)
