"""Load from outside the workload: what servers count, how other clients fare, and that nothing is left."""

from collections.abc import Iterator
from typing import Any

import pytest

from harness.chaos import Workshop
from harness.clock import wait_for
from harness.history import Event
from nemesis.fault import Fault
from nemesis.load.agent import runs as load_runs
from nemesis.load.agent import start, status
from nemesis.load.base import Load, read_counters
from nemesis.load.clean import clean, dirt
from nemesis.load.tree import root_of
from nemesis.session.cutting import destroy_connections
from nemesis.session.dump import ask_dump
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.theatre import PATIENCE, Theatre, opened


def work_goes_on(theatre: Theatre, number: int = 3) -> list[Event]:
    """So much fenced work acknowledged from now on."""
    mark = theatre.now()
    wait_for(
        lambda: len(theatre.since(mark, "work", type="ok")) >= number or None,
        within=PATIENCE,
        what="fenced work goes on",
    )
    return theatre.since(mark, "work", type="ok")


def told_in_the_end(fault: Fault, name: str) -> dict[str, Any]:
    """The agent's last counters."""
    assert isinstance(fault, Load)
    return fault.last[name]


def nothing_is_left(theatre: Theatre, name: str, sessions: list[int]) -> None:
    node = theatre.arena.node(name)
    assert dirt(node.pod) == []
    assert all(answer.value is None for answer in theatre.look(root_of(name)).values())
    dump = ask_dump(theatre.arena)
    assert dump
    assert not dump.sessions & set(sessions)


def test_a_burst_is_served_beside_everybody_else(theatre: Theatre) -> None:
    leader = theatre.leader()
    fault = cast_fault(theatre, "burst-leader/rate=800")
    proof = bite(fault)
    assert proof["rise"] >= 800
    assert proof["agent"]["answered"] >= 800
    mark = theatre.now()
    work_goes_on(theatre)
    assert theatre.since(mark, "session", state="lost") == []
    before = read_counters(leader)["zk_packets_received"]
    wait_for(
        lambda: read_counters(leader)["zk_packets_received"] > before + 800 or None,
        within=PATIENCE,
        what="the burst goes on",
    )
    repair(fault)
    last = told_in_the_end(fault, leader.name)
    assert last["refused"] == last["breaks"] == 0
    assert 0 <= last["sent"] - last["answered"] <= 2000  # those on their way when it was ended
    nothing_is_left(theatre, leader.name, last["sessions"])


def test_every_watch_of_a_storm_fires(theatre: Theatre) -> None:
    follower = next(s for s in theatre.ensemble.servers if s is not theatre.leader())
    fault = cast_fault(theatre, "watch-storm", follower.name)
    proof = bite(fault)
    assert proof["rise"] >= 1800
    assert proof["agent"]["fired"] >= 2000
    work_goes_on(theatre)
    wait_for(
        lambda: status(follower.pod.holder).get("rounds", 0) >= 3 or None,
        within=PATIENCE,
        what="three rounds",
    )
    repair(fault)
    last = told_in_the_end(fault, follower.name)
    # Every round but the one that was cut short fired to the last watch.
    assert last["watches"] - last["fired"] <= 2000
    assert last["fired"] >= 2000 * last["rounds"] >= 6000
    assert last["breaks"] == 0
    nothing_is_left(theatre, follower.name, last["sessions"])


def test_thousands_of_ephemerals_go_with_their_session(theatre: Theatre) -> None:
    leader = theatre.leader()
    fault = cast_fault(theatre, "ephemerals-leader")
    proof = bite(fault)
    assert proof["rise"] >= 4500
    (session,) = status(leader.pod.holder)["sessions"]
    dump = ask_dump(theatre.arena)
    assert dump
    assert len(dump.ephemerals[session]) == 5000
    work_goes_on(theatre)
    mark = theatre.now()
    repair(fault)
    assert read_counters(leader)["zk_ephemerals_count"] < 50
    nothing_is_left(theatre, leader.name, [session])
    # Nobody else has suffered from so large a closing.
    work_goes_on(theatre)
    assert theatre.since(mark, "session", state="lost") == []
    assert theatre.leader() is leader


def test_large_values_reach_every_server(theatre: Theatre) -> None:
    leader = theatre.leader()
    others = [s for s in theatre.ensemble.servers if s is not leader]
    before = {s.name: read_counters(s)["zk_approximate_data_size"] for s in others}
    fault = cast_fault(theatre, "large-values-leader")
    proof = bite(fault)
    assert proof["rise"] >= 4_500_000
    assert "refused" not in proof["agent"]
    for server in others:
        wait_for(
            lambda s=server: (
                read_counters(s)["zk_approximate_data_size"] - before[s.name] > 4_500_000 or None
            ),  # type: ignore[misc]
            within=PATIENCE,
            what=f"{server.name} holds the values",
        )
    work_goes_on(theatre)
    repair(fault)
    last = told_in_the_end(fault, leader.name)
    assert last["breaks"] == 0
    nothing_is_left(theatre, leader.name, last["sessions"])


def test_cleaning_ends_a_load_that_nobody_owns(theatre: Theatre) -> None:
    server = theatre.ensemble.servers[0]
    options = {
        "address": "127.0.0.1:2181",
        "sessions": 1,
        "rate": 50,
        "znodes": 3,
        "size": 1,
        "kind": "writes",
    }
    start(server.pod.holder, "burst", lifetime=60, root=root_of(server.name), **options)
    wait_for(lambda: len(dirt(server.pod)) == 2, within=PATIENCE, what="there is something to clean")
    clean(server.pod)
    clean(server.pod)
    assert dirt(server.pod) == []
    # Left alone it ends by itself.
    start(server.pod.holder, "burst", lifetime=1, root=root_of(server.name), **options)
    wait_for(lambda: not load_runs(server.pod.holder), within=PATIENCE, what="the load ends by itself")
    clean(server.pod)


@pytest.fixture(scope="module")
def limited(
    workshop: Workshop, runs: set[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    """One server that takes so many connections from an address, and one app node."""
    directory = tmp_path_factory.mktemp("limited")
    with opened(
        workshop,
        runs,
        directory,
        apps=True,
        servers=1,
        nodes=1,
        zoo={"maxClientCnxns": "30"},
    ) as theatre:
        yield theatre


def test_a_connection_storm_takes_the_place_of_whoever_is_dropped(limited: Theatre) -> None:
    (server,) = limited.ensemble.servers
    app = limited.stage.apps["app1"]
    fault = cast_fault(limited, "connection-storm")
    proof = bite(fault)
    assert proof["limit"] == 30
    assert proof["connections"] >= 30
    assert proof["agent"]["sessions"] == 29  # the thirtieth is the app node's own
    # It goes on with the connection that it has; without one it finds no place.
    work_goes_on(limited)
    mark = limited.now()

    def shut_out() -> bool:
        # It may be quicker back than the storm takes its place: then it is pushed again.
        there = limited.board.sessions_of("app1")
        if any(sight.connected for sight in there.values()):
            destroy_connections(app.pod.holder)
        return status(app.pod.holder).get("sessions", [None] * 29)[29:] != []

    wait_for(shut_out, within=PATIENCE, what="the storm has taken its place")
    limited.await_event(mark, "session", node="app1", state="suspended")
    came = limited.now()
    turned_away = status(app.pod.holder)["full"]
    wait_for(
        lambda: status(app.pod.holder)["full"] > turned_away + 60 or None,
        within=PATIENCE,
        what="the storm tries on",
    )
    assert limited.since(came, "session", state="connected") == []
    assert limited.since(came, "work", type="ok") == []

    repair(fault)
    limited.await_event(came, "session", node="app1", state="connected")
    assert dirt(app.pod) == []
    assert read_counters(server)["zk_num_alive_connections"] < 10
    limited.settle()


def test_a_session_with_too_many_ephemerals_leaves_a_log_that_no_server_reads(limited: Theatre) -> None:
    # Last of all on this stage: the server does not come back.
    (server,) = limited.ensemble.servers
    fault = cast_fault(limited, "ephemerals-beyond")
    proof = bite(fault)
    assert proof["rise"] >= 10_800
    fault.heal()
    assert not load_runs(server.pod.holder)
    server.kill()
    wait_for(server.ended, within=PATIENCE, what="the server is gone")
    server.start()
    wait_for(
        lambda: b"Unreasonable length" in server.container.output(),
        within=PATIENCE,
        what="the server refuses its own log",
    )
    assert not server.status().serves
