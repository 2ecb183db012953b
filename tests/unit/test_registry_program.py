"""A member and a client on a fake server: who is registered by whom, and what everybody comes to know."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from harness.client import Line
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_tree import Tree
from tests.unit.fake_zookeeper import FakeZooKeeper
from workloads.registry.paths import ELECTION, MEMBERS
from workloads.registry.workload import REGISTRY

WITHIN = 10.0

OWN, OTHER = f"{MEMBERS}/app1:8080", f"{MEMBERS}/app2:8080"

MASTER = f"{ELECTION}/other-0000000000"
"""Election node of a master elsewhere."""

ELSEWHERE = 0x77
"""Session of somebody else, or of an older life of this node."""


@contextmanager
def playing(
    server: FakeZooKeeper, variant: str = "textbook", node: str = "app1"
) -> Iterator[Callable[[], list[Line]]]:
    """Run one app node; gives what asks for the lines that it has told so far."""
    out = io.BytesIO()
    plan = a_node_plan(
        "registry",
        variant,
        server.address,
        {**REGISTRY.params, "interval": 0.01},
        node=node,
        seed=f"7/{node}",
    )
    program = REGISTRY.variants[variant].program(plan, out)
    thread = threading.Thread(target=program.main)
    thread.start()
    try:
        yield lambda: [msgspec.json.decode(text, type=Line) for text in out.getvalue().splitlines()]
    finally:
        program.stop()
        thread.join(WITHIN)
        assert not thread.is_alive()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def with_a_master(**registered: int) -> Tree:
    """Return a tree with a master elsewhere, and with what is registered: {name: owner session}."""
    tree = Tree()
    tree.nodes = {
        MASTER: (1, ELSEWHERE),
        **{f"{MEMBERS}/{name}:8080": (2, o) for name, o in registered.items()},
    }
    tree.data = {path: path.rpartition("/")[2] for path in tree.nodes}
    tree._sequence = 1
    return tree


def known(lines: list[Line]) -> dict[int, dict[str, int]]:
    """Return what each session knows in the end."""
    return {line.session: line.value["members"] for line in lines if line.f == "discovered"}


def sessions(lines: list[Line]) -> list[int]:
    return [line.session for line in lines if line.f == "session" and line.value["state"] == "connected"]


def test_a_member_is_registered_by_its_session_and_everybody_knows_it() -> None:
    tree = with_a_master(app2=ELSEWHERE)
    with FakeZooKeeper(tree.answer) as server, playing(server) as lines:
        until(lambda: OWN in tree.nodes)
        owner = tree.nodes[OWN][1]
        everybody = {"app1:8080": owner, "app2:8080": ELSEWHERE}
        until(lambda: list(known(lines()).values()) == [everybody, everybody])
        assert sorted(known(lines())) == sorted(sessions(lines()))
        assert owner in sessions(lines())
    assert OWN not in tree.nodes


def test_what_an_older_session_registered_is_replaced() -> None:
    tree = with_a_master(app1=ELSEWHERE)
    with FakeZooKeeper(tree.answer) as server, playing(server) as lines:
        until(lambda: any(line.f == "registered" for line in lines()))
        czxid, owner = tree.nodes[OWN]
        assert owner in sessions(lines())
        (told,) = [line for line in lines() if line.f == "registered"]
        assert (told.key, told.value) == (OWN, {"token": czxid})


@pytest.mark.parametrize("variant", ["no-owner-check", "persistent"])
def test_twins_take_it_for_their_own(variant: str) -> None:
    tree = with_a_master(app1=ELSEWHERE)
    with FakeZooKeeper(tree.answer) as server, playing(server, variant) as lines:
        until(lambda: any(line.f == "registered" for line in lines()))
        assert tree.nodes[OWN] == (2, ELSEWHERE)


def test_who_is_elected_leaves_the_registry() -> None:
    tree = with_a_master(app1=ELSEWHERE, app2=ELSEWHERE)
    del tree.nodes[MASTER]
    with FakeZooKeeper(tree.answer) as server, playing(server) as lines:
        until(lambda: sum(line.f == "work" for line in lines()) > 2)
        assert OWN not in tree.nodes
        until(lambda: [set(members) for members in known(lines()).values()] == [{"app2:8080"}] * 2)


def readings(lines: list[Line]) -> list[bool]:
    """Tell of every reading of the members whether it left a watch."""
    asked = [line for line in lines if line.f == "children" and line.key == MEMBERS and line.type == "invoke"]
    return [bool(line.value) for line in asked]


def test_a_watch_is_renewed_after_each_change() -> None:
    tree = with_a_master()
    with FakeZooKeeper(tree.answer) as server, playing(server) as lines:
        until(lambda: list(map(len, known(lines()).values())) == [1, 1])
        with playing(server, node="app2"):
            until(lambda: list(map(len, known(lines()).values())) == [2, 2])
        until(lambda: list(map(len, known(lines()).values())) == [1, 1])
        assert all(readings(lines()))


def test_a_twin_does_not_renew_its_watch() -> None:
    tree = with_a_master()
    with FakeZooKeeper(tree.answer) as server, playing(server, "stale-watch") as lines:
        until(lambda: list(map(len, known(lines()).values())) == [1, 1])
        with playing(server, node="app2"):
            until(lambda: not all(readings(lines())))
