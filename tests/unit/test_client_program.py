"""Client programs: what they say of their session, and how they come to an end."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from harness.client import Line, NodePlan, Program
from tests.unit.fake_tree import Tree
from tests.unit.fake_zookeeper import FakeZooKeeper, Reply
from workloads.election import ELECTION

WITHIN = 5.0


def node_plan(server: str, *, seconds: float = 60, variant: str = "predecessor") -> NodePlan:
    return NodePlan(
        node="app1",
        workload="election",
        variant=variant,
        params={**ELECTION.params, "interval": 0.01},
        seed="7/app1",
        servers=(server,),
        session_timeout=4.0,
        deadline=time.monotonic_ns() + int(seconds * 1e9),
    )


class Quiet(Program):
    """Does nothing but hold a session."""

    heard: list[str]

    def run(self) -> None:
        self.stopping.wait()

    def on_session(self, state: str) -> None:
        self.heard.append(state)


@contextmanager
def running(server: FakeZooKeeper) -> Iterator[tuple[Quiet, Callable[[], list[Line]]]]:
    out = io.BytesIO()
    program = Quiet(node_plan(server.address), out)
    program.heard = []
    thread = threading.Thread(target=program.main)
    thread.start()
    try:
        yield program, lambda: decoded(out.getvalue())
    finally:
        program.stop()
        thread.join(WITHIN)
        assert not thread.is_alive()


def decoded(output: bytes) -> list[Line]:
    assert not output or output.endswith(b"\n")
    return [msgspec.json.decode(text, type=Line) for text in output.splitlines()]


def states(lines: list[Line]) -> list[str]:
    return [line.value["state"] for line in lines if line.f == "session"]


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_quiet_life_is_connected_and_closed() -> None:
    with FakeZooKeeper(lambda request: Reply(0x77)) as server:
        with running(server) as (program, lines):
            until(lambda: states(lines()) == ["connected"])
        up, down = lines()
        assert up.value == {"state": "connected", "timeout": 4000}
        assert down.value == {"state": "closed"}
        assert (up.zxid, down.zxid) == (0, 0x77)
        assert up.session == down.session == server.requests[-1].session
        assert {(line.process, line.conn, line.server) for line in (up, down)} == {(0, 1, server.address)}
        assert program.heard == ["connected", "closed"]
        assert "recorder" not in {thread.name for thread in threading.enumerate()}


def test_a_broken_connection_is_suspended_and_connected_again_with_the_same_session() -> None:
    with FakeZooKeeper(lambda request: Reply(5)) as server, running(server) as (program, lines):
        until(lambda: states(lines()) == ["connected"])
        server.drop_all()
        until(lambda: states(lines()) == ["connected", "suspended", "connected"])
        assert len({line.session for line in lines()}) == 1
        assert [line.conn for line in lines()] == [1, 1, 2]
        assert program.heard == ["connected", "suspended", "connected"]


def test_an_expired_session_is_lost_and_followed_by_a_new_one() -> None:
    with FakeZooKeeper(lambda request: Reply(5)) as server, running(server) as (program, lines):
        until(lambda: states(lines()) == ["connected"])
        first = program.client.session
        server.expired.add(first)
        server.drop_all()
        until(lambda: states(lines()) == ["connected", "suspended", "lost", "connected"])
        sessions = [line.session for line in lines()]
        assert sessions[:3] == [first] * 3
        assert sessions[3] not in {0, first}


def test_a_session_that_cannot_be_closed_is_abandoned() -> None:
    with FakeZooKeeper(lambda request: "drop") as server:
        with running(server) as (_, lines):
            until(lambda: states(lines()) == ["connected"])
        last = lines()[-1]
        assert (last.value, last.zxid) == ({"state": "abandoned"}, 0)


def start(plan: NodePlan) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ZKCHAOS_PLAN": msgspec.json.encode(plan).decode()}
    return subprocess.Popen(
        [sys.executable, "-m", "harness.client"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def check_discipline(lines: list[Line]) -> None:
    """One call at a time and process, none by process 0, none by a retired one."""
    outstanding: dict[int, str] = {}
    retired: set[int] = set()
    for line in lines:
        if line.type == "event":
            assert line.process == 0
            continue
        assert line.process not in retired | {0}
        if line.type == "invoke":
            assert line.process not in outstanding
            outstanding[line.process] = line.f
        else:
            assert outstanding.pop(line.process) == line.f
            if line.type == "info":
                retired.add(line.process)
    assert outstanding == {}


@pytest.mark.parametrize("variant", sorted(ELECTION.variants))
def test_a_node_leads_works_and_ends_in_good_order_when_asked_to(variant: str) -> None:
    tree = Tree()
    with FakeZooKeeper(tree.answer) as server:
        process = start(node_plan(server.address, variant=variant))
        until(lambda: sum(request.type in {5, 14} for request in server.requests) >= 3)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=WITHIN)
        assert time.monotonic() - began < 2
        assert (process.returncode, errors) == (0, b"")
        lines = decoded(output)
        check_discipline(lines)
        told = [(line.f, line.value) for line in lines if line.f in {"candidate", "leader", "stepped-down"}]
        ((_, stood), (_, led), (_, left)) = told
        assert stood == led
        assert left == {**led, "why": "stopping"}
        assert led["token"] in {line.zxid for line in lines if line.f == "create" and line.type == "ok"}
        works = [line for line in lines if line.f == "work" and line.type == "ok"]
        assert len(works) >= 2
        assert all(work.value["token"] == led["token"] for work in works)
        assert (lines[-1].f, lines[-1].value, lines[-1].zxid) == ("session", {"state": "closed"}, tree.zxid)
        assert not [path for path in tree.nodes if path.startswith("/election/")]


def test_a_node_ends_by_itself_at_its_deadline() -> None:
    with FakeZooKeeper(Tree().answer) as server:
        began = time.monotonic()
        process = start(node_plan(server.address, seconds=1.5))
        output, errors = process.communicate(timeout=WITHIN)
        assert 1.4 < time.monotonic() - began < 3.5
        assert (process.returncode, errors) == (0, b"")
        lines = decoded(output)
        check_discipline(lines)
        assert states(lines) == ["connected", "closed"]


def test_a_node_whose_deadline_is_past_ends_at_once() -> None:
    with FakeZooKeeper(Tree().answer) as server:
        process = start(node_plan(server.address, seconds=-5))
        output, _ = process.communicate(timeout=WITHIN)
        assert process.returncode == 0
        assert states(decoded(output))[-1] in {"closed", "abandoned"}


def test_a_node_that_finds_no_server_ends_when_asked_to_and_says_abandoned() -> None:
    process = start(node_plan("127.0.0.1:1"))
    time.sleep(1.0)  # long enough that it is past its start and tries to connect
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=WITHIN)
    assert process.returncode == 0
    assert states(decoded(output)) == ["abandoned"]
