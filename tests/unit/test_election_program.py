"""Candidates of one node elect each other on a fake server: whom a departure wakes, and who leads."""

import io
import threading
import time
from collections.abc import Callable

import msgspec
import pytest

from checkers.recipes.herd import WAKES_ALL, WAKES_ONE, herd
from checkers.recipes.single_leader import single_leader
from checkers.result import Result, Verdict
from harness.client import Line, NodePlan
from harness.history import Event, History
from harness.plan import Plan
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_tree import Tree
from tests.unit.fake_zookeeper import FakeZooKeeper
from workloads.election.workload import ELECTION

WITHIN = 20.0

CANDIDATES = 4


def node_plan(server: str, variant: str) -> NodePlan:
    return a_node_plan(
        "election",
        variant,
        server,
        {**ELECTION.params, "interval": 0.01, "term": 0.1, "candidates": CANDIDATES},
    )


def plan(variant: str) -> Plan:
    return Plan(
        run="run-1",
        workload="election",
        variant=variant,
        seed=7,
        time=10,
        servers=1,
        nodes=1,
        image="none",
        zoo={},
        session_timeout=4.0,
        promises=ELECTION.variants[variant].promises,
    )


def played(variant: str, enough: Callable[[History], bool]) -> History:
    """Let the candidates of one program run until the history shows enough, and end them."""
    out = io.BytesIO()
    with FakeZooKeeper(Tree().answer) as server:
        program = ELECTION.variants[variant].program(node_plan(server.address, variant), out)
        thread = threading.Thread(target=program.main)
        thread.start()
        deadline = time.monotonic() + WITHIN
        while not enough(told(out, variant)):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        program.stop()
        thread.join(WITHIN)
        assert not thread.is_alive()
    return told(out, variant)


def told(out: io.BytesIO, variant: str) -> History:
    """Return the history as the harness would have written it."""
    lines = [msgspec.json.decode(text, type=Line) for text in out.getvalue().splitlines()]
    first = Event(
        index=0, time=0, type="event", f="plan", process="harness", value=msgspec.to_builtins(plan(variant))
    )
    events = [
        Event(
            index=index, node="app1", **{**msgspec.structs.asdict(line), "process": f"app1/1.{line.process}"}
        )
        for index, line in enumerate(lines, start=1)
    ]
    return History([first, *events])


def leaders(number: int) -> Callable[[History], bool]:
    return lambda history: len(history.select("leader", type="event")) >= number


def whole(result: Result, what: str) -> dict[str, float]:
    """Return what departures from a line with everybody in it cost."""
    spread: dict[str, float] = result.measures["by_candidates"][str(CANDIDATES)][what]
    return spread


@pytest.mark.parametrize(
    ("variant", "events", "requests"),
    [("predecessor", 1, 1), ("herd", CANDIDATES - 1, CANDIDATES - 1), ("kazoo", 1, 2)],
)
def test_candidates_take_turns_and_wake_no_more_than_promised(
    variant: str, events: int, requests: int
) -> None:
    history = played(variant, leaders(8))
    assert single_leader(history).verdict is Verdict.VALID
    assert len({event.key for event in history.select("leader", type="event")}) >= 8
    result = herd(history)
    assert result.verdict is Verdict.VALID
    assert whole(result, "events")["median"] == events
    assert whole(result, "requests")["median"] == requests


def test_a_candidate_that_watches_the_leader_only_leads_beside_others() -> None:
    history = played("watch-leader", leaders(CANDIDATES + 1))
    found = single_leader(history)
    assert {violation.kind for violation in found.violations} & {"believed-overlap", "stale-action"}


def test_a_candidate_that_watches_the_whole_line_by_the_way_is_woken_by_everybody() -> None:
    found = herd(played("watch-line", leaders(6)))
    assert {violation.kind for violation in found.violations} == {"woke-too-many"}
    assert "went to those who stayed in it (3 candidates), on app1, where 1 would do." in found.sentence


def test_every_variant_promises_something_that_can_be_judged() -> None:
    promised = {promise for variant in ELECTION.variants.values() for promise in variant.promises}
    assert promised == {WAKES_ONE, WAKES_ALL}
    assert all(len(variant.promises) == 1 for variant in ELECTION.variants.values())
