"""Adders: an increment whose answer was lost counts once, or is told to be unknown; kazoo's counts twice."""

import io
import threading
import time
from collections import Counter

import msgspec
import pytest

from harness.client import Line
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_zookeeper import FakeZooKeeper
from tests.unit.one_znode import Mishap, OneZnode
from workloads.counter.workload import COUNTER

WITHIN = 10.0


def play(variant: str, mishaps: dict[int, Mishap], sets: int) -> tuple[int, Counter[str], list[Line]]:
    """Let one adder send so many sets; return the counter's value, the outcomes of `add`, and all lines."""
    znode = OneZnode(mishaps, others=lambda data: b"other/1-%d" % (value_of(data) + 1))
    with FakeZooKeeper(znode.answer) as server:
        plan = a_node_plan("counter", variant, server.address, {**COUNTER.params, "interval": 0.0})
        out = io.BytesIO()
        program = COUNTER.variants[variant].program(plan, out)
        thread = threading.Thread(target=program.main)
        thread.start()
        deadline = time.monotonic() + WITHIN
        while znode.sets < sets and time.monotonic() < deadline:
            time.sleep(0.005)
        program.stop()
        thread.join(WITHIN)
        assert not thread.is_alive()
        assert znode.sets >= sets
    lines = [msgspec.json.decode(line, type=Line) for line in out.getvalue().splitlines()]
    return value_of(znode.data), Counter(line.type for line in lines if line.f == "add"), lines


def value_of(data: bytes) -> int:
    return int(data.rpartition(b"-")[2] or 0)


@pytest.mark.parametrize("mishap", ["lost-request", "lost-answer"])
def test_an_increment_without_an_answer_counts_once(mishap: Mishap) -> None:
    value, outcomes, lines = play("cas", {2: mishap, 4: mishap}, sets=8)
    assert outcomes["info"] == 0
    assert value == outcomes["ok"]
    told = [line.value["value"] for line in lines if line.f == "add" and line.type == "ok"]
    assert told == list(range(1, value + 1))


def test_one_that_cannot_be_settled_is_unknown() -> None:
    value, outcomes, _ = play("cas", {2: "overtaken"}, sets=5)
    assert outcomes["info"] == 1
    # It counted, and so did two of others.
    assert value == outcomes["ok"] + 1 + 2


def test_kazoos_counter_counts_a_lost_answer_twice() -> None:
    value, outcomes, _ = play("kazoo", {2: "lost-answer"}, sets=6)
    assert outcomes["info"] == 0
    assert value == outcomes["ok"] + 1
