"""Contenders against a fake ZooKeeper: what they do when answers get lost, and what the twins do instead."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.client import Line
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_tree import NO_NODE, Tree
from tests.unit.fake_zookeeper import (
    CREATE,
    DELETE,
    Action,
    FakeZooKeeper,
    Reply,
    Request,
    buffer,
    stat,
    string_at,
)
from tests.unit.test_client_program import check_discipline, decoded, until
from workloads.lock.workload import LOCK

GET, SYNC = 4, 9

LINE = "/locks/l0"

WITHIN = 5.0


class LockTree(Tree):
    """Znodes that can be read and synced too, on a server that loses answers, or requests."""

    def __init__(self) -> None:
        super().__init__()
        self.loses_answer: Callable[[Request], bool] = lambda _: False
        self.loses_request: Callable[[Request], bool] = lambda _: False

    def answer(self, request: Request) -> Action:
        if self.loses_request(request):
            return "drop"
        action = self._read(request) if request.type in {GET, SYNC} else super().answer(request)
        return "drop" if self.loses_answer(request) else action

    def _read(self, request: Request) -> Reply:
        path = string_at(request.body)
        if request.type == SYNC:
            return Reply(self.zxid, buffer(path.encode()))
        if path not in self.nodes:
            return Reply(self.zxid, b"", NO_NODE)
        return Reply(self.zxid, buffer(b"") + stat(self.nodes[path][0], self.zxid))

    @property
    def line(self) -> list[str]:
        """Names of the nodes in line."""
        return [path.removeprefix(f"{LINE}/") for path in list(self.nodes) if path.startswith(f"{LINE}/")]

    def stand_ahead(self) -> None:
        """Put a node into the line that nobody removes."""
        self.nodes[f"{LINE}/other__lock__0000000000"] = (self.zxid, 1)
        self._sequence = 1


class First:
    """Says yes to the first request of a kind that is about a place in line."""

    def __init__(self, kind: int) -> None:
        self._kind = kind
        self.met = threading.Event()

    def __call__(self, request: Request) -> bool:
        if (
            self.met.is_set()
            or request.type != self._kind
            or not string_at(request.body).startswith(f"{LINE}/")
        ):
            return False
        self.met.set()
        return True


class Running:
    """A program in this process, on threads."""

    def __init__(self, server: FakeZooKeeper, variant: str) -> None:
        self._out = io.BytesIO()
        plan = a_node_plan(
            "lock",
            variant,
            server.address,
            {
                **LOCK.params,
                "contenders": 1,
                "locks": 1,
                "hold": 0.02,
                "rest": 0.01,
                "within": 0.1,
                "compute": 0.01,
            },
        )
        self.program = LOCK.variants[variant].program(plan, self._out)

    def lines(self, *fs: str, type: str = "") -> list[Line]:  # noqa: A002 - the field's name
        """Return what was told so far."""
        told = self._out.getvalue()
        lines = decoded(told[: told.rfind(b"\n") + 1])
        return [one for one in lines if (not fs or one.f in fs) and (not type or one.type == type)]

    def told(self, f: str, many: int = 1, *, type: str = "ok") -> None:  # noqa: A002
        """Wait until something was told so often."""
        until(lambda: len(self.lines(f, type=type)) >= many)


@contextmanager
def contending(variant: str, tree: LockTree) -> Iterator[tuple[Running, FakeZooKeeper]]:
    with FakeZooKeeper(tree.answer) as server:
        running = Running(server, variant)
        thread = threading.Thread(target=running.program.main)
        thread.start()
        try:
            yield running, server
        finally:
            running.program.stop()
            thread.join(WITHIN)
            assert not thread.is_alive()


@pytest.mark.parametrize("variant", sorted(LOCK.variants))
def test_a_contender_acquires_works_releases_and_ends_in_good_order(variant: str) -> None:
    tree = LockTree()
    with contending(variant, tree) as (running, _):
        running.told("acquire", 3)
        running.told("work", 2)
    lines = running.lines()
    check_discipline(lines)
    grips = [line.value for line in running.lines("acquire", type="ok")]
    beliefs = [line.value for line in running.lines("holds")]
    assert [{"node": one["node"], "token": one["token"]} for one in beliefs] == grips
    assert len(running.lines("let-go")) == len(beliefs)
    assert len({grip["node"] for grip in grips}) == len(grips) or variant == "suffix-token"
    works = running.lines("work", type="ok")
    assert {work.value["path"] for work in works} <= {grip["node"] for grip in grips}
    assert tree.line == []
    if variant != "suffix-token":
        created = {line.zxid for line in running.lines("create", type="ok")}
        assert {grip["token"] for grip in grips} <= created


@pytest.mark.parametrize("variant", ["guid", "kazoo", "shared", "timed"])
def test_a_node_whose_creation_was_not_answered_is_found_again(variant: str) -> None:
    tree = LockTree()
    tree.loses_answer = lost = First(CREATE)
    with contending(variant, tree) as (running, _):
        until(lost.met.is_set)
        first = tree.line
        running.told("work" if variant != "shared" else "acquire")
        grips = [line.value["node"] for line in running.lines("acquire", type="ok")]
    assert grips[0] == f"{LINE}/{first[0]}"
    check_discipline(running.lines())


def test_without_a_guid_it_blocks_everybody() -> None:
    tree = LockTree()
    tree.loses_answer = lost = First(CREATE)
    with contending("no-guid", tree) as (running, _):
        until(lost.met.is_set)
        until(lambda: len(tree.line) == 2)
        until(lambda: [line for line in running.lines("exists") if line.value])
        assert running.lines("acquire", type="ok") == []
        assert min(tree.line) == "lock-0000000000"


@pytest.mark.parametrize("lost", [CREATE, DELETE])
def test_whoever_gives_up_leaves_no_node_behind(lost: int) -> None:
    tree = LockTree()
    tree.stand_ahead()
    tree.loses_answer = first = First(lost)
    with contending("timed", tree) as (running, _):
        until(first.met.is_set)
        running.told("acquire", 4, type="fail")
        assert len(tree.line) <= 2
    reasons = {line.error for line in running.lines("acquire", type="fail")}
    assert reasons <= {"busy", "timeout", "stopped"}
    assert {"busy", "timeout"} & reasons
    check_discipline(running.lines())


def test_kazoo_leaves_one_behind_when_its_only_request_is_lost() -> None:
    tree = LockTree()
    tree.stand_ahead()
    tree.loses_request = first = First(DELETE)
    with contending("kazoo-timeouts", tree) as (running, _):
        until(first.met.is_set)
        left = next(name for name in tree.line if not name.startswith("other"))
        running.told("acquire", 5, type="fail")
        assert left in tree.line


@pytest.mark.parametrize("variant", ["guid", "kazoo", "shared", "timed"])
def test_a_holder_lets_go_when_its_connection_breaks(variant: str) -> None:
    tree = LockTree()
    with contending(variant, tree) as (running, server):
        running.told("holds", type="event")
        while not any(line.value["why"] == "suspended" for line in running.lines("let-go")):
            if len(running.lines("holds")) > len(running.lines("let-go")):
                server.drop_all()
            time.sleep(0.002)
        running.told("acquire", len(running.lines("acquire", type="ok")) + 1)
    check_discipline(running.lines())
