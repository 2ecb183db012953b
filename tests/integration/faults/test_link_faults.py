"""Links that delay, lose, repeat, mix up and throttle: ZooKeeper gets slower, and goes on."""

from statistics import median
from time import monotonic
from typing import Any

import pytest

from harness.client.requests import Create, Delete
from harness.clock import SECOND, wait_for
from harness.ensemble import Server
from harness.errors import EnsembleError
from harness.visitor import visit
from nemesis.link.clean import AGENTS, clean, dirt
from nemesis.link.counters import look
from nemesis.link.peers import round_trip
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.theatre import PATIENCE, Theatre

BIG = "/big"


pytestmark = pytest.mark.usefixtures("clean_links")


def works_done(theatre: Theatre, mark: int, count: int) -> list[float]:
    """Seconds that each of so many acknowledged pieces of fenced work took which began after a mark."""

    def durations() -> list[float]:
        begun: dict[str, int] = {}
        took = []
        for event in theatre.events[mark:]:
            if event.f == "work" and event.type == "invoke":
                begun[event.process] = event.time
            elif event.f == "work" and event.process in begun:
                since = begun.pop(event.process)
                if event.type == "ok":
                    took.append((event.time - since) / SECOND)
        return took

    return wait_for(
        lambda: found if len(found := durations()) >= count else None,
        within=PATIENCE,
        what=f"{count} pieces of work are done",
    )


def untroubled(theatre: Theatre, mark: int) -> bool:
    """No client lost its connection and no leader its office."""
    states = [e.value["state"] for e in theatre.since(mark, "session")]
    return not {"suspended", "lost"} & set(states) and theatre.since(mark, "stepped-down") == []


def test_a_delay_is_felt_by_every_write_and_not_by_the_harness(theatre: Theatre) -> None:
    leader = theatre.leader()
    before = median(works_done(theatre, theatre.now(), 10))
    fault = cast_fault(theatre, "delay-leader/ms=200")

    proof = bite(fault)
    assert proof["by"] == "nfqueue"
    assert 180 <= proof["measured_ms"] - proof["normal_ms"] <= 400
    assert proof["held"] >= 5
    mark = theatre.now()
    # A write meets it twice: on its way to the leader, and when the followers acknowledge.
    slow = median(works_done(theatre, mark, 3))
    assert before + 0.3 < slow < before + 1.5
    assert untroubled(theatre, mark)
    assert min(seconds_to_ask(leader) for _ in range(3)) < 0.15

    healed = repair(fault)
    assert healed["agent"] == "served to the end"
    assert healed["delayed"] >= proof["held"]
    assert healed["reordered"] == 0
    assert median(works_done(theatre, theatre.now(), 10)) < before + 0.1


def test_jitter_keeps_the_order_unless_it_is_told_otherwise(theatre: Theatre) -> None:
    pod = theatre.ensemble["zk1"].pod
    for order in ("kept", "free"):
        fault = cast_fault(theatre, f"delay/ms=40/jitter=40/order={order}", "zk1")
        bite(fault)
        wait_for(
            lambda: look(pod).agent["delayed"] > 60,
            within=PATIENCE,
            what="packets are delayed",
        )
        healed = repair(fault)
        assert (healed["reordered"] > 0) == (order == "free")


def test_a_delay_between_servers_leaves_clients_alone(theatre: Theatre) -> None:
    server = theatre.leader()
    fault = cast_fault(theatre, "delay-leader/ms=150/between=servers/port=2888")
    bite(fault)
    assert round_trip(theatre.arena, server, "servers", 2888) > 140
    assert round_trip(theatre.arena, server, "servers", 2181) < 100
    assert round_trip(theatre.arena, server, "apps", 0) < 100
    repair(fault)


def test_when_the_program_dies_packets_pass_and_the_fault_says_so(theatre: Theatre) -> None:
    server = theatre.ensemble["zk2"]
    fault = cast_fault(theatre, "delay/ms=300", "zk2")
    bite(fault)
    assert "packet rules" in dirt(server.pod)[0]
    server.pod.holder.execute("sh", "-c", f"{AGENTS} kill -9 $(agents)")
    with pytest.raises(EnsembleError, match=r"^the program that holds the packets of zk2 has ended: "):
        wait_for(fault.observe, within=5, what="never")
    assert round_trip(theatre.arena, server, "all", 0) < 150
    assert repair(fault)["agent"] == "ended before its time"


def test_loss_is_made_good_by_tcp_and_the_service_goes_on(theatre: Theatre) -> None:
    fault = cast_fault(theatre, "loss-leader/percent=15")
    proof = bite(fault)
    assert proof["dropped"] > 0
    assert proof["retransmitted"] > 0
    mark = theatre.now()
    works_done(theatre, mark, 5)
    assert repair(fault)["dropped"] > proof["dropped"]
    mark = theatre.now()
    works_done(theatre, mark, 5)


@pytest.mark.parametrize(
    ("text", "counted", "felt"),
    [
        ("duplicate-leader/percent=50", "copied", "reported_by_peers"),
        ("reorder-leader/percent=30/ms=30", "overtaken", "out_of_order_segments"),
    ],
)
def test_what_arrives_twice_or_out_of_order_harms_nobody(
    theatre: Theatre, text: str, counted: str, felt: str
) -> None:
    mark = theatre.now()
    fault = cast_fault(theatre, text)
    proof = bite(fault)
    assert proof[counted] > 0
    assert proof[felt] > 0
    works_done(theatre, theatre.now(), 5)
    assert untroubled(theatre, mark)
    repair(fault)
    assert untroubled(theatre, mark)


def seconds_to_ask(server: Server) -> float:
    """Ask a server for its role through its published port."""
    began = monotonic()
    assert server.status().serves
    return monotonic() - began


def seconds_to_write(server: Server, size: int) -> float:
    """Write a znode through a server's published port, which no link fault touches, and delete it."""
    data = bytes(size)
    began = monotonic()
    visit(server.host_address, [Create(BIG, data)], within=PATIENCE)
    took = monotonic() - began
    visit(server.host_address, [Delete(BIG)], within=PATIENCE)
    return took


def test_a_thin_link_makes_a_large_write_as_slow_as_it_has_to_be(theatre: Theatre) -> None:
    leader = theatre.leader()
    size = 100_000
    before = seconds_to_write(leader, size)
    fault = cast_fault(theatre, "rate-leader/kbit=800")
    proof = bite(fault)
    assert 500 < proof["measured_kbit"] < 1040
    assert proof["overlimits"] > 0
    # A follower has to have all of it before the write can be acknowledged: 0.8 Mbit at 0.8 Mbit/s.
    during = seconds_to_write(leader, size)
    assert during > 0.9
    assert before < 0.5
    repair(fault)
    assert seconds_to_write(leader, size) < 0.5


def test_a_link_is_cleaned_by_somebody_who_knows_of_no_fault(theatre: Theatre) -> None:
    for text, left in {"delay": 2, "rate": 1, "reset/every=500": 1, "half-open": 1}.items():
        node = theatre.stage.apps["app2"]
        fault = cast_fault(theatre, text, node.name)
        fault.inject()
        assert len(dirt(node.pod)) == left
        clean(node.pod)
        assert dirt(node.pod) == []
        theatre.settle()


def test_healing_what_was_never_disturbed_changes_nothing(theatre: Theatre) -> None:
    mark = theatre.now()
    names: tuple[Any, ...] = ("loss", "delay", "duplicate", "reorder", "rate", "reset", "half-open")
    for name in names:
        fault = cast_fault(theatre, name, "zk1", "app1")
        assert fault.observe() is None
        fault.heal()
        assert fault.observe_healed() is not None
    assert untroubled(theatre, mark)
