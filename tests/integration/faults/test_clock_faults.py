"""Wall clocks jump, drift and strobe: the process sees it, ZooKeeper writes it down, sessions go on."""

import time
from collections.abc import Iterator

import pytest

from harness.chaos import Workshop
from harness.client.requests import Create, Exists, SetData
from harness.clock import SECOND, wait_for
from harness.container import Container
from harness.ensemble import Server
from harness.visitor import visit, visiting
from nemesis.clock.clean import clean, dirt
from nemesis.clock.wall_clock import seen_offset
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.theatre import PATIENCE, Theatre, opened

LONG = 3600
"""Seconds by which clocks jump here: any lease or session on the wall clock would be over."""


@pytest.fixture(scope="module")
def clocked(
    workshop: Workshop, runs: set[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    """Three servers and two app nodes with clocks of their own."""
    directory = tmp_path_factory.mktemp("clocked")
    with opened(
        workshop,
        runs,
        directory,
        apps=True,
        nemesis="clock-jump",
        nodes=2,
    ) as theatre:
        yield theatre


def written_at(server: Server, path: str) -> float:
    """What the leader's clock showed at a write through one server, in seconds from the true time."""
    stat = visit(server.host_address, [SetData(path)], PATIENCE)[0].value
    return float(stat.mtime / 1000 - time.time())


def seconds_of_processor(container: Container) -> float:
    return container.usage().cpu_ns / SECOND


def sessions(theatre: Theatre) -> dict[str, int]:
    return {name: session for name, session in theatre.board.snapshot().sessions.items() if session}


def test_a_jump_ahead_ends_nodes_with_a_time_to_live(clocked: Theatre) -> None:
    # A server looks for such nodes by a Timer on the wall clock: after a jump ahead and back it sleeps until
    # that clock has caught up. So this has to be the first jump of that leader.
    leader = clocked.leader()
    hour = LONG * 1000
    visit(leader.host_address, [Create("/ttl", ttl=hour // 2), Create("/ttl-long", ttl=hour * 2)], PATIENCE)
    fault = cast_fault(clocked, f"clock-jump-leader/seconds={LONG}/sign=ahead")
    bite(fault)
    gone = "the node with a time to live is gone"
    wait_for(
        lambda: visit(leader.host_address, [Exists("/ttl")], PATIENCE)[0].value is None,
        within=PATIENCE,
        what=gone,
    )
    assert visit(leader.host_address, [Exists("/ttl-long")], PATIENCE)[0].value is not None
    repair(fault)


def test_a_jump_shows_in_what_the_leader_writes_and_ends_no_session(clocked: Theatre) -> None:
    clocked.settle()
    leader = clocked.leader()
    mark, before = clocked.now(), sessions(clocked)
    assert len(before) == 2
    with visiting(leader.host_address, PATIENCE) as client:
        client.ask(Create("/jump", ephemeral=True), PATIENCE)
        assert abs(written_at(leader, "/jump")) < 1
        for sign, offset in (("ahead", LONG), ("back", -LONG)):
            fault = cast_fault(clocked, f"clock-jump-leader/seconds={LONG}/sign={sign}")
            assert bite(fault)["offset_s"] == pytest.approx(offset, abs=0.1)
            assert written_at(leader, "/jump") == pytest.approx(offset, abs=1)
            clocked.await_event(clocked.now(), "work", type="ok")
            assert abs(repair(fault)["offset_s"]) < 0.1
            assert abs(written_at(leader, "/jump")) < 1
        # The session and its ephemeral have lived through an hour and back.
        assert client.ask(Exists("/jump"), PATIENCE).value.ephemeralOwner == client.session
    assert clocked.leader() is leader
    assert sessions(clocked) == before
    assert [e for e in clocked.since(mark, "session") if e.value["state"] != "connected"] == []


def test_a_clock_that_is_off_stays_off_over_a_restart_and_is_cleaned_while_the_server_is_down(
    clocked: Theatre,
) -> None:
    follower = next(s for s in clocked.ensemble.servers if s is not clocked.leader())
    fault = cast_fault(clocked, f"clock-jump@{follower.name}/seconds=100/sign=back")
    bite(fault)
    assert dirt(follower.pod) == [f"the wall clock of {follower.name} is off by -100.000000 s"]
    follower.kill()
    wait_for(follower.ended, within=PATIENCE, what="the server is dead")
    follower.start()
    wait_for(lambda: follower.status().serves, within=PATIENCE, what="the server serves")
    assert seen_offset(follower)[0] == pytest.approx(-100, abs=0.1)
    follower.kill()
    wait_for(follower.ended, within=PATIENCE, what="the server is dead")
    clean(follower.pod)
    assert dirt(follower.pod) == []
    follower.start()
    repair(fault)


def test_drift_makes_a_clock_gain_and_lose(clocked: Theatre) -> None:
    clocked.settle()
    leader = clocked.leader()
    visit(leader.host_address, [Create("/drift")], PATIENCE)
    for factor in (3, 0.4):
        fault = cast_fault(clocked, f"clock-drift-leader/factor={factor}")
        # Measured over a fraction of a second, on machines that may be busy.
        assert (bite(fault)["rate"] > 1) == (factor > 1)
        assert dirt(leader.pod)
        first = written_at(leader, "/drift")
        wait_for(
            lambda first=first: abs(written_at(leader, "/drift") - first) > 0.5,  # type: ignore[misc]
            within=PATIENCE,
            what="the times of writes drift away",
        )
        assert (written_at(leader, "/drift") > first) == (factor > 1)
        repair(fault)
        assert abs(written_at(leader, "/drift")) < 1


def test_strobe_moves_an_app_nodes_clock_to_and_fro_and_its_program_works_on(clocked: Theatre) -> None:
    app = clocked.app_leader()
    before, mark = sessions(clocked), clocked.now()
    fault = cast_fault(clocked, "clock-strobe-holder/seconds=30/ms=50")
    seen = bite(fault)["offsets_s"]
    assert {round(offset / 30) for offset in seen} == {0, 1}
    for _ in range(5):
        clocked.await_event(clocked.now(), "work", type="ok", node=app.name)
    repair(fault)
    assert sessions(clocked) == before
    assert clocked.since(mark, "stepped-down") == []


def test_a_strobing_server_serves_on_and_costs_no_more_than_it_should(clocked: Theatre) -> None:
    leader = clocked.leader()
    visit(leader.host_address, [Create("/strobe")], PATIENCE)
    fault = cast_fault(clocked, "clock-strobe-leader")
    bite(fault)
    times = {round(written_at(leader, "/strobe") / 5) for _ in range(40)}
    assert times == {0, 1}
    repair(fault)
    assert clocked.leader() is leader
    # Timed waits that return at once would take all of a processor.
    used, began = seconds_of_processor(leader.container), time.monotonic()
    mark = clocked.now()
    for _ in range(10):
        mark = clocked.await_event(mark, "server", node=leader.name).index + 1
    share = (seconds_of_processor(leader.container) - used) / (time.monotonic() - began)
    assert share < 0.5
