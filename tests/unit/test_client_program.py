"""Client programs: what they say of their session, and how they come to an end."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from kazoo.exceptions import ConnectionLoss

from harness.client import Cast, Line, NodePlan, Participant, Program, Refused, Unanswered
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_tree import Tree
from tests.unit.fake_zookeeper import CREATE, Action, FakeZooKeeper, Reply, Request, string_at
from workloads.election.workload import ELECTION

WITHIN = 5.0


def node_plan(server: str, *, seconds: float = 60, variant: str = "predecessor") -> NodePlan:
    return a_node_plan(
        "election",
        variant,
        server,
        {**ELECTION.params, "interval": 0.01},
        deadline=time.monotonic_ns() + int(seconds * 1e9),
    )


class Quiet(Participant):
    """Does nothing but hold a session."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.heard: list[str] = []

    def turn(self) -> None:
        self.stopping.wait()

    def on_session(self, state: str) -> None:
        self.heard.append(state)


class Clinging(Quiet):
    """Would ask for something at its end, when nobody answers any more."""

    def finish(self) -> None:
        raise ConnectionLoss


class Stubborn(Quiet):
    """Ends only when its session is closed under it."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.closed = threading.Event()

    def turn(self) -> None:
        self.closed.wait()

    def on_session(self, state: str) -> None:
        if state == "closed":
            self.closed.set()


@contextmanager
def running(server: FakeZooKeeper) -> Iterator[tuple[Quiet, Callable[[], list[Line]]]]:
    out = io.BytesIO()
    program = Cast(node_plan(server.address), out, [(Quiet, "")])
    (quiet,) = program.participants
    assert isinstance(quiet, Quiet)
    thread = threading.Thread(target=program.main)
    thread.start()
    try:
        yield quiet, lambda: decoded(out.getvalue())
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


def test_a_last_request_that_fails_does_not_keep_a_program_from_ending_in_good_order() -> None:
    out = io.BytesIO()
    with FakeZooKeeper(lambda request: Reply(5)) as server:
        program = Cast(node_plan(server.address), out, [(Clinging, "")])
        program.stop()
        program.main()
    assert states(decoded(out.getvalue()))[-1] in {"closed", "abandoned"}


def test_however_many_do_not_end_by_themselves_they_are_given_time_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.modules["harness.client.cast"], "END_WITHIN", 1.0)
    out = io.BytesIO()
    with FakeZooKeeper(lambda request: Reply(5)) as server:
        program = Cast(node_plan(server.address), out, [(Stubborn, "")] * 8)
        thread = threading.Thread(target=program.main)
        thread.start()
        until(lambda: states(decoded(out.getvalue())) == ["connected"] * 8)
        program.stop()
        thread.join(WITHIN)
        assert not thread.is_alive()


def test_parents_are_made_once_and_again_only_after_a_failure() -> None:
    tree = Tree()
    tree.nodes["/there"] = (1, 0)
    made = []

    def answer(request: Request) -> Action:
        if request.type != CREATE:
            return Reply(5)
        made.append(string_at(request.body))
        return "drop" if made == ["/there", "/lost"] else tree.answer(request)

    with FakeZooKeeper(answer) as server, running(server) as (program, _):
        until(program.connected.is_set)
        with pytest.raises(Unanswered):
            program.make_once("/there", "/lost", "/below")
        until(lambda: program.breaks and program.connected.is_set())
        for _ in range(2):
            program.make_once("/there", "/lost", "/below")
    assert made == ["/there", "/lost", "/lost", "/below"]


def test_parents_that_cannot_be_made_are_no_secret() -> None:
    no_auth = -102
    with FakeZooKeeper(lambda r: Reply(5, b"", no_auth if r.type == CREATE else 0)) as server:
        with running(server) as (program, _):
            until(program.connected.is_set)
            for _ in range(2):
                with pytest.raises(Refused):
                    program.make_once("/forbidden")
        assert [request.type for request in server.requests].count(CREATE) == 2


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
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = start(node_plan(f"127.0.0.1:{listener.getsockname()[1]}"))
        listener.settimeout(WITHIN * 4)
        # It is past its start when it tries to connect; what it finds hangs up, and from then on refuses.
        listener.accept()[0].close()
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=WITHIN)
    assert process.returncode == 0
    assert states(decoded(output)) == ["abandoned"]
