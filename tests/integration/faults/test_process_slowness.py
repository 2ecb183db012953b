"""Processes that stutter or starve: felt by whoever waits for them, and gone without a trace."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from harness.app_node import AppNode
from harness.client.requests import Exists
from harness.clock import SECOND, wait_for
from harness.errors import SetupError
from harness.visitor import visiting
from nemesis.fault import Fault
from nemesis.process.clean import clean, dirt
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.faults.test_classic_faults import pid
from tests.integration.theatre import PATIENCE, Theatre

QUESTIONS = 200


def answering_time(address: tuple[str, int]) -> float:
    """Seconds that a server takes for a session with so many questions, one after the other."""
    began = time.monotonic()
    with visiting(address, PATIENCE) as client:
        for _ in range(QUESTIONS):
            client.ask_all([Exists("/")], PATIENCE)
    return time.monotonic() - began


def at_best(measure: Callable[[], float]) -> float:
    """The least of three: what it takes on a machine that has nothing else to do."""
    return min(measure() for _ in range(3))


CALCULATION = """
from time import monotonic, process_time
wall, used = monotonic(), process_time()
sum(range(10_000_000))
print((monotonic() - wall) / (process_time() - used))
"""


def drag(app: AppNode) -> float:
    """How many times longer a calculation beside the program of an app node takes than it works."""
    return float(app.container.execute("python3", "-c", CALCULATION))


def longest_silence(theatre: Theatre, node: str, since: int, until: int) -> float:
    """The longest time between two words of an app node, in seconds."""
    times = [since, *(e.time for e in theatre.events if e.node == node and since < e.time < until), until]
    return max(later - earlier for earlier, later in pairwise(times)) / SECOND


def threads_of(fault: Fault) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(f"{fault.name}-")]


def test_a_leader_that_stutters_answers_late_and_goes_on(theatre: Theatre) -> None:
    server = theatre.leader()
    before, quick = pid(server.container), at_best(lambda: answering_time(server.host_address))
    fault = cast_fault(theatre, "stop-and-go/off=400/on=80/jitter=20", server.name)
    try:
        proof = bite(fault)
        assert proof["pauses"] >= 2
        assert all(state[0] in "DS" for state in proof["process_states"])
        assert len(threads_of(fault)) == 1
        slow = answering_time(server.host_address)
    finally:
        healed = repair(fault)
    # So many questions take longer than the 80 ms for which it runs, and then it stands still.
    assert slow > quick + 0.3
    assert healed["epoch"]
    assert threads_of(fault) == []
    assert dirt(server.pod) == []
    assert pid(server.container) == before


def test_an_app_node_that_stutters_is_silent_in_between_and_keeps_its_session(theatre: Theatre) -> None:
    app = theatre.app_leader()
    session = theatre.board.snapshot().sessions[app.name]
    fault = cast_fault(theatre, "stop-and-go-holder/off=500/on=300/jitter=0")
    try:
        bite(fault)
        mark, since = theatre.now(), theatre.stage.clock.now()
        theatre.await_event(mark, "work", node=app.name)
        wait_for(
            lambda: theatre.stage.clock.now() > since + 2 * SECOND, within=PATIENCE, what="time has passed"
        )
        silence = longest_silence(theatre, app.name, since, theatre.stage.clock.now())
    finally:
        repair(fault)
    assert silence > 0.4
    assert dirt(app.pod) == []
    assert theatre.board.snapshot().sessions[app.name] == session


def test_a_frozen_majority_stops_all_writes_and_goes_on_with_them(theatre: Theatre) -> None:
    fault = cast_fault(theatre, "pause-majority")
    left = next(server for server in theatre.ensemble.servers if server.name not in fault.targets)
    sessions = dict(theatre.board.snapshot().sessions)
    proof = bite(fault)
    assert set(proof) == set(fault.targets)
    assert len(proof) == 2
    frozen_from, mark = theatre.stage.clock.now(), theatre.now()
    wait_for(lambda: not left.status().serves, within=PATIENCE, what="who is left serves nobody")
    assert [e for e in theatre.since(mark, "work", type="ok") if e.time > frozen_from] == []
    mark = theatre.now()
    repair(fault)
    theatre.await_event(mark, "work", type="ok")
    # Without a quorum no session can end.
    assert theatre.board.snapshot().sessions == sessions


def test_stop_and_go_that_is_healed_at_any_moment_leaves_nobody_frozen(theatre: Theatre) -> None:
    for wait in (0.0, 0.02, 0.05, 0.13):
        fault = cast_fault(theatre, "stop-and-go-all/off=60/on=20/jitter=10")
        fault.inject()
        assert len(threads_of(fault)) == 3
        time.sleep(wait)
        fault.heal()
        assert threads_of(fault) == []
        for server in theatre.ensemble.servers:
            state = server.container.state()
            assert (state.running, state.paused) == (True, False)


def test_a_throttled_follower_takes_its_time(theatre: Theatre) -> None:
    fault = cast_fault(theatre, "throttle-follower")
    server = theatre.ensemble[fault.targets[0]]
    quick = at_best(lambda: answering_time(server.host_address))
    try:
        proof = bite(fault)
        assert proof["cpus"] == 0.05
        assert proof["throttled_periods"] > 0
        assert proof["throttled_ms"] > 0
        slow = answering_time(server.host_address)
    finally:
        healed = repair(fault)
    assert slow > 2 * quick
    assert healed["throttled_periods"] == 0
    assert server.container.limits() == (0, 0)
    assert at_best(lambda: answering_time(server.host_address)) < slow / 2


def test_a_throttled_app_node_takes_its_time(theatre: Theatre) -> None:
    app = theatre.app_leader()
    fault = cast_fault(theatre, "throttle-holder/cpus=0.1")
    try:
        assert bite(fault)["throttled_periods"] > 0
        slow = drag(app)
    finally:
        assert repair(fault)["throttled_periods"] == 0
    assert slow > 5
    assert dirt(app.pod) == []


def test_a_process_is_brought_to_its_clean_state_from_any_other(theatre: Theatre) -> None:
    server = theatre.ensemble["zk2"]
    pod, was = server.pod, pid(server.container)
    assert dirt(pod) == []
    clean(pod)
    assert pid(server.container) == was

    server.container.limit(cpus=0.5, memory=1 << 30)
    server.container.pause()
    assert dirt(pod) == [
        "its process is frozen",
        "its process may use no more than 0.5 processors",
        "its process may use no more than 1,073,741,824 bytes of memory",
    ]
    clean(pod)
    assert (dirt(pod), pid(server.container)) == ([], was)

    server.kill()
    wait_for(server.ended, within=PATIENCE, what="it ends")
    with pytest.raises(SetupError, match="it does not run"):
        server.container.usage()
    assert dirt(pod) == ["its process has ended"]
    server.container.limit(cpus=0.5)
    clean(pod)
    clean(pod)
    server.expected_down = False
    assert dirt(pod) == []
    assert pid(server.container) not in {0, was}
