"""Connections that are reset or half-open: clients and servers notice at once, or by their timeouts alone."""

import pytest

from harness.app_node import AppNode
from harness.clock import SECOND, wait_for
from harness.history import Event
from harness.zoo_config import QUORUM_PORT
from nemesis.fault import Fault, Proof
from nemesis.link.counters import look
from nemesis.link.rules import Connection
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.theatre import PATIENCE, Theatre

pytestmark = pytest.mark.usefixtures("clean_links")


def follower_of(theatre: Theatre) -> AppNode:
    """An app node that does not lead."""
    leader = theatre.app_leader()
    return next(app for app in theatre.stage.apps.values() if app is not leader)


def session_of(theatre: Theatre, app: AppNode) -> int:
    return theatre.board.snapshot().sessions[app.name]


def bite_and_time(theatre: Theatre, fault: Fault) -> tuple[Proof, float]:
    """Let it bite; tell also when it had been injected, in seconds: on a busy machine that takes a while."""
    assert fault.observe() is None
    fault.inject()
    injected = theatre.stage.clock.now() / SECOND
    return wait_for(fault.observe, within=PATIENCE, what=f"{fault.name} bites"), injected


def suspended(theatre: Theatre, mark: int, app: AppNode) -> Event:
    return theatre.await_event(mark, "session", node=app.name, state="suspended")


def test_a_reset_is_noticed_at_once_and_the_session_stays(theatre: Theatre) -> None:
    app = follower_of(theatre)
    session, mark = session_of(theatre, app), theatre.now()
    fault = cast_fault(theatre, "reset", app.name)
    proof, injected = bite_and_time(theatre, fault)
    assert proof["connections"] == 1
    assert proof["witness"].startswith("zk")
    broken = suspended(theatre, mark, app)
    assert broken.time / SECOND - injected < 1.3
    back = theatre.await_event(broken.index, "session", node=app.name, state="connected")
    assert back.session == session
    repair(fault)
    assert len(theatre.since(mark, "session", node=app.name, state="suspended")) == 1


def test_resets_again_and_again_leave_no_connection_to_itself(theatre: Theatre) -> None:
    app = follower_of(theatre)
    mark = theatre.now()
    fault = cast_fault(theatre, "reset/every=300", app.name)
    bite(fault)
    wait_for(
        lambda: len(theatre.since(mark, "session", node=app.name, state="suspended")) >= 3,
        within=PATIENCE,
        what=f"{app.name} lost its connection three times",
    )
    assert repair(fault)["resets"] >= 3
    quiet = theatre.now()
    theatre.await_event(quiet, "work", type="ok")
    theatre.settle()
    assert session_of(theatre, app)
    assert theatre.since(quiet, "session", node=app.name, state="suspended") == []


def reunited(theatre: Theatre, old: set[Connection]) -> float:
    """The second at which all serve, and two followers have new connections to whoever leads."""

    def followed_anew() -> bool:
        leader = theatre.ensemble.leader()
        now = look(leader.pod).connections if leader else set()
        anew = {c for c in now if c[1] == QUORUM_PORT} - old
        return len(anew) == 2 and all(s.status().serves for s in theatre.ensemble.servers)

    wait_for(followed_anew, within=PATIENCE, what="the followers are back")
    return theatre.stage.clock.now() / SECOND


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"), [("reset", -PATIENCE, 6), ("half-open", 1, PATIENCE)]
)
def test_followers_notice_a_reset_at_once_and_a_silent_leader_by_their_timeout(
    theatre: Theatre, text: str, at_least: float, at_most: float
) -> None:
    leader = theatre.leader()
    old = {c for c in look(leader.pod).connections if c[1] == QUORUM_PORT}
    assert len(old) == 2
    fault = cast_fault(theatre, f"{text}-leader/between=servers/port={QUORUM_PORT}")
    proof, injected = bite_and_time(theatre, fault)
    assert proof["connections"] == 2
    # What is silent is seen after syncLimit (5) ticks, by both ends, and a reset at once. A leader who looks,
    # every half tick, while no quorum follows it resigns: who leads afterwards is open.
    assert at_least < reunited(theatre, old) - injected < at_most
    mark = theatre.now()
    theatre.await_event(mark, "work", type="ok")
    repair(fault)


@pytest.mark.parametrize("end", ["silent", "gone"])
def test_a_half_open_connection_is_noticed_by_timeouts_alone(theatre: Theatre, end: str) -> None:
    app = follower_of(theatre)
    address = theatre.board.snapshot().connected_to[app.name].partition(":")[0]
    server = next(s for s in theatre.ensemble.servers if s.pod.address == address)
    # The server's end goes; the client has to find out by itself.
    mark = theatre.now()
    fault = cast_fault(theatre, f"half-open/between=apps/port=2181/end={end}", server.name)
    proof, injected = bite_and_time(theatre, fault)
    assert proof["peer"].startswith("app")
    assert proof["established_at_peer"] >= 1
    assert (proof["own_ends"] == 0) == (end == "gone")
    broken = suspended(theatre, mark, app)
    # kazoo waits two thirds of the timeout from the last word of the server, up to a third of it ago.
    timeout = theatre.plan.session_timeout
    assert timeout / 3 - 0.8 < broken.time / SECOND - injected < timeout * 2 / 3 + 3
    theatre.await_event(broken.index, "session", node=app.name, state="connected")
    assert repair(fault)["dropped"] >= proof["dropped"]
