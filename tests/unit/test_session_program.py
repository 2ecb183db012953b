"""The keepers of sessions on a tiny ZooKeeper: they move, hand their session on, and come back to it."""

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from harness.client import Line, NodePlan
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_tree import Tree
from tests.unit.fake_zookeeper import MULTI, Action, FakeZooKeeper, Reply, Request
from workloads.session.workload import SESSION

WITHIN = 5.0
SYNC = 9


class World(Tree):
    """A tree that may be synced with."""

    def answer(self, request: Request) -> Action:
        return Reply(self.zxid, request.body) if request.type == SYNC else super().answer(request)


def node_plan(server: FakeZooKeeper, variant: str, journal: str = "") -> NodePlan:
    return a_node_plan(
        "session",
        variant,
        server.address,
        {**SESSION.params, "interval": 0.005, "stay": 0.05, "away": 0.01},
        journal=journal,
    )


@contextmanager
def running(server: FakeZooKeeper, variant: str) -> Iterator[Callable[[], list[Line]]]:
    out = io.BytesIO()
    program = SESSION.variants[variant].program(node_plan(server, variant), out)
    thread = threading.Thread(target=program.main)
    thread.start()
    try:
        yield lambda: decoded(out.getvalue())
    finally:
        program.stop()
        thread.join(WITHIN)
        assert not thread.is_alive()


def decoded(output: bytes) -> list[Line]:
    return [msgspec.json.decode(text, type=Line) for text in output.splitlines() if text.endswith(b"}")]


def start(plan: NodePlan) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "harness.client"],
        env={**os.environ, "ZKCHAOS_PLAN": msgspec.json.encode(plan).decode()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def answered(lines: list[Line], f: str) -> list[Line]:
    return [line for line in lines if line.f == f and line.type == "ok"]


def sessions(lines: list[Line]) -> set[int]:
    return {line.session for line in lines if line.f == "session"}


@pytest.mark.parametrize(
    ("variant", "deed"), [("move", "move"), ("reattach", "reattach"), ("shared", "reattach")]
)
def test_a_session_is_taken_elsewhere_again_and_again_and_kept(variant: str, deed: str) -> None:
    with FakeZooKeeper(World().answer) as server, running(server, variant) as lines:
        until(lambda: len(answered(lines(), deed)) >= 3)
        assert len(sessions(lines())) == 1
        assert {line.value["session"] for line in answered(lines(), "act")} == sessions(lines())
        numbers = [x.conn for x in lines() if x.f == "session" and x.value["state"] == "connected"]
        assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(("variant", "acts_for"), [("move", 1), ("old-id", 0)])
def test_whose_session_has_expired_acts_for_the_new_one_and_the_twin_for_the_old_one(
    variant: str, acts_for: int
) -> None:
    with FakeZooKeeper(World().answer) as server, running(server, variant) as lines:
        until(lambda: bool(answered(lines(), "act")))
        (first,) = sessions(lines())
        server.expired.add(first)
        server.drop_all()
        until(lambda: any(x.f == "session" and x.value["state"] == "lost" for x in lines()))
        until(lambda: len(sessions(lines())) == 2)
        both = [first, *(sessions(lines()) - {first})]
        end = len(lines())
        until(lambda: any(x.f == "act" and x.type == "invoke" for x in lines()[end:]))
        acts = [x for x in lines()[end:] if x.f == "act" and x.type == "invoke"]
        assert {act.value["session"] for act in acts} == {both[acts_for]}


def test_the_next_life_comes_back_to_the_session_of_the_last_one(tmp_path: Path) -> None:
    world = World()
    with FakeZooKeeper(world.answer) as server:
        plan = node_plan(server, "reattach", str(tmp_path / "journal"))
        first = start(plan)
        until(lambda: any(request.type == MULTI for request in server.requests))
        first.kill()
        first.communicate()
        killed = decoded((tmp_path / "journal").read_bytes())
        before = len(server.requests)
        second = start(plan)
        until(lambda: any(request.type == MULTI for request in server.requests[before:]))
        second.terminate()
        output, errors = second.communicate(timeout=WITHIN)
        assert (second.returncode, errors) == (0, b"")
        lines = decoded(output)
        assert sessions(lines) == sessions(killed)
        began, up = [line for line in lines if line.f == "session"][:2]
        assert (began.value, up.value["state"]) == ({"state": "attaching"}, "connected")
        assert up.conn > 1 << 20
        assert (lines[-1].f, lines[-1].value) == ("session", {"state": "closed"})
