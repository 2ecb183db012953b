"""The board: what is known of a run, from nothing but its events."""

from collections import Counter
from typing import Any

import pytest

from harness.board import Board
from harness.history import Event


class Told:
    """A board that hears events in order."""

    def __init__(self) -> None:
        self.board = Board()
        self._index = 0

    def __call__(self, f: str, value: Any = None, **fields: Any) -> None:
        defaults: dict[str, Any] = {"time": 0, "type": "event", "process": "harness"}
        self.board.listen(Event(index=self._index, f=f, value=value, **{**defaults, **fields}))
        self._index += 1


@pytest.fixture
def tell() -> Told:
    return Told()


def app(node: str) -> dict[str, str]:
    return {"node": node, "process": f"{node}/1.0"}


def test_of_several_believers_the_one_with_the_youngest_token_leads(tell: Told) -> None:
    assert tell.board.app_leader() is None
    tell("leader", {"token": 30}, **app("app2"))
    tell("leader", {"token": 20}, **app("app1"))
    assert tell.board.app_leader() == "app2"
    assert tell.board.snapshot().leaderships == 2
    tell("stepped-down", {"token": 30}, **app("app2"))
    assert tell.board.app_leader() == "app1"
    tell("stepped-down", {"token": 20}, **app("app1"))
    assert tell.board.app_leader() is None


def test_a_dead_node_leads_nothing_and_has_no_session(tell: Told) -> None:
    tell("session", {"state": "connected"}, session=7, **app("app1"))
    tell("leader", {"token": 1}, **app("app1"))
    tell("node", {"state": "started"}, node="app1")
    assert tell.board.snapshot().sessions == {"app1": 7}
    tell("node", {"state": "died"}, node="app1")
    now = tell.board.snapshot()
    assert (now.app_leaders, now.sessions) == ({}, {})


@pytest.mark.parametrize("state", ["lost", "closed"])
def test_a_session_is_known_until_it_ends(tell: Told, state: str) -> None:
    tell("session", {"state": "connected"}, session=7, **app("app1"))
    tell("session", {"state": "suspended"}, session=7, **app("app1"))
    assert tell.board.snapshot().sessions == {"app1": 7}
    tell("session", {"state": state}, session=7, **app("app1"))
    assert tell.board.snapshot().sessions == {}


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, {"token": "x"}, {"state": ["connected"]}])
@pytest.mark.parametrize(
    "f", ["leader", "session", "stepped-down", "inject", "heal", "node", "server", "phase", "work", "trouble"]
)
def test_a_program_can_say_anything_and_only_be_what_it_is(tell: Told, f: str, value: Any) -> None:
    tell(f, value, **app("app1"))
    now = tell.board.snapshot()
    assert (now.app_leaders, now.sessions, now.server_modes, now.phase) == ({}, {}, {}, "")
    assert (now.faults_begun, now.troubles, now.last_work) == (0, 0, 0)


def test_answers_are_counted_by_their_kind(tell: Told) -> None:
    for kind in ("invoke", "ok", "ok", "fail", "info", "event"):
        tell("exists", type=kind, **app("app1"))
    assert tell.board.snapshot().operations == Counter(ok=2, fail=1, info=1)


def test_the_last_work_is_the_latest_call_that_was_acknowledged(tell: Told) -> None:
    for node, time, kind in (
        ("app1", 10, "invoke"), ("app2", 20, "invoke"), ("app2", 25, "ok"), ("app1", 30, "ok"),
        ("app1", 40, "invoke"), ("app1", 50, "fail"), ("app1", 60, "invoke"), ("app1", 70, "info"),
    ):  # fmt: skip
        tell("work", type=kind, time=time, process=f"{node}/1.1", node=node)
    assert tell.board.snapshot().last_work == 20


def test_faults_are_counted_and_the_one_at_work_is_named(tell: Told) -> None:
    def fault(f: str, stage: str) -> None:
        tell(f, {"id": 1, "stage": stage, "targets": ["zk2"]}, process="nemesis", key="kill-leader")

    fault("inject", "begin")
    assert list(tell.board.snapshot().active.values()) == ["kill-leader on zk2"]
    fault("inject", "proven")
    fault("heal", "begin")
    now = tell.board.snapshot()
    assert (now.faults_begun, now.faults_proven) == (1, 1)
    assert list(now.active.values()) == ["kill-leader on zk2"]
    fault("heal", "proven")
    assert tell.board.snapshot().active == {}
    fault("inject", "begin")
    fault("inject", "unproven")
    now = tell.board.snapshot()
    assert (now.faults_begun, now.faults_proven) == (2, 1)


def test_phase_servers_and_troubles(tell: Told) -> None:
    tell("phase", "workload")
    tell("server", {"mode": "leader"}, process="monitor", node="zk1")
    tell("server", {"mode": "down"}, process="monitor", node="zk1")
    tell("trouble", "something broke")
    now = tell.board.snapshot()
    assert (now.phase, now.server_modes, now.troubles) == ("workload", {"zk1": "down"}, 1)


def test_a_snapshot_stays_what_it_was(tell: Told) -> None:
    before = tell.board.snapshot()
    tell("leader", {"token": 1}, **app("app1"))
    tell("exists", type="ok", **app("app1"))
    tell("server", {"mode": "leader"}, process="monitor", node="zk1")
    assert (before.app_leaders, before.operations, before.server_modes) == ({}, {}, {})
