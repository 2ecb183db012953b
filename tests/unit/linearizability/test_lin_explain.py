"""Where a history breaks, step by step: states before and after, and what could not come next."""

from pathlib import Path

import pytest

from checkers.linearizability.explain import MOST_STEPS, clipped
from checkers.linearizability.judge import judge_model
from checkers.result import Order
from harness.history.foreign import read_any
from tests.unit.linearizability.test_lin_check import STALE, edn


def order_of(path: Path, model: str, *lines: str) -> Order:
    (violation,) = judge_model(read_any(edn(path, *lines)), model).results[0].violations
    assert violation.order is not None
    return violation.order


def test_a_stale_read_is_shown_with_the_states_before_it(tmp_path: Path) -> None:
    order = order_of(tmp_path, "register", *STALE)
    assert [(s.call, s.line, s.before, s.after) for s in order.steps] == [
        ("write 1", 2, "nil", "1"),
        ("write 2", 4, "1", "2"),
    ]
    (stuck,) = order.next
    assert (stuck.call, stuck.process, stuck.line, stuck.invoke, stuck.complete) == (
        "read -> 1",
        "2",
        6,
        4,
        5,
    )
    assert stuck.why == "it read 1, but the value is 2"
    assert (order.skipped, order.others) == (0, ())


def test_what_was_under_way_is_shown_as_possible_or_not(tmp_path: Path) -> None:
    order = order_of(
        tmp_path, "cas-register",
        "0 invoke write 1", "0 ok write 1",
        "1 invoke write 5", "3 invoke cas [7 8]",
        "2 invoke read nil", "2 ok read 9",
        "1 ok write 5",
    )  # fmt: skip
    stuck, write, cas = order.next
    assert stuck.why == "it read 9, but the value is 1"
    assert (write.call, write.line, write.complete, write.after, write.why) == ("write 5", 3, 6, "5", "")
    assert (cas.call, cas.complete, cas.after) == ("cas [7 8] (unanswered)", -1, "1")
    assert cas.why == "it found 7, but the value is 1"


def test_a_long_order_tells_its_last_steps(tmp_path: Path) -> None:
    lines = [f"0 {kind} write {n}" for n in range(60) for kind in ("invoke", "ok")]
    order = order_of(tmp_path, "register", *lines, "0 invoke read nil", "0 ok read 99")
    assert len(order.steps) == MOST_STEPS
    assert order.skipped == 60 - MOST_STEPS
    assert order.steps[-1].after == "59"
    assert order.steps[0].before == str(order.skipped - 1)


def test_the_very_first_call_may_be_impossible(tmp_path: Path) -> None:
    order = order_of(tmp_path, "register", "0 invoke read nil", "0 ok read 1")
    assert order.steps == ()
    assert order.next[0].why == "it read 1, but the value is nil"


def test_other_orders_end_elsewhere(tmp_path: Path) -> None:
    order = order_of(
        tmp_path, "kv",
        '0 invoke append "a"', '1 invoke append "b"', '0 ok append "a"', '1 ok append "b"',
        '2 invoke get ""', '2 ok get "c"',
    )  # fmt: skip
    assert {order.next[0].before, *order.others} == {'"ab"', '"ba"'}
    assert len(order.others) == 1


@pytest.mark.parametrize(
    ("model", "lines", "why"),
    [
        ("mutex", ["0 invoke acquire nil", "0 ok acquire nil", "1 invoke acquire nil", "1 ok acquire nil"],
         "it asks for a lock that is free, but it is held"),
        ("lock", ["0 invoke acquire nil", "0 ok acquire nil", "1 invoke release nil", "1 ok release nil"],
         "it asks for a lock that is held by 1, but it is held by 0"),
        ("set", ["0 invoke add 1", "0 ok add 1", "0 invoke read nil", "0 ok read [2]"],
         "it misses #{1} and shows #{2}, while the set is #{1}"),
        ("queue", ["0 invoke enqueue 1", "0 ok enqueue 1", "0 invoke dequeue nil", "0 ok dequeue 2"],
         "it got 2, but first in the queue is 1"),
        ("queue", ["0 invoke dequeue nil", "0 ok dequeue 2"], "it got 2, but the queue is empty"),
        ("queue", ["0 invoke enqueue 1", "0 ok enqueue 1", "0 invoke dequeue nil", "0 ok dequeue nil"],
         "it found nothing, but first in the queue is 1"),
        ("kv", ['0 invoke append "ab"', '0 ok append "ab"', '0 invoke get ""', '0 ok get "ac"'],
         'after 1 equal characters it read "c", but the string goes on with "b"'),
        ("kv", ['0 invoke append "ab"', '0 ok append "ab"', '0 invoke get ""', '0 ok get ""'],
         'it read "", but the string is "ab"'),
    ],
)  # fmt: skip
def test_every_model_says_why(tmp_path: Path, model: str, lines: list[str], why: str) -> None:
    assert order_of(tmp_path, model, *lines).next[0].why == why


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ('create {:data "b"}|create', 'the node is there: "a" in version 0'),
        ('get|get "b"', 'it read "b", but the node holds "a" in version 0'),
        ("exists|exists false", 'the node is there: "a" in version 0'),
        ('set {:data "b" :version 3}|set', 'it expected version 3, but the node holds "a" in version 0'),
        ("delete {:version 2}|delete", 'it expected version 2, but the node holds "a" in version 0'),
    ],
)
def test_a_znode_says_why(tmp_path: Path, last: str, why: str) -> None:
    asked, answered = last.split("|")
    lines = ['0 invoke create {:data "a"}', "0 ok create nil"]
    for kind, call in (("invoke", asked), ("ok", answered)):
        f, _, value = call.partition(" ")
        lines.append(f"0 {kind} {f} {value or 'nil'}")
    assert order_of(tmp_path, "znode", *lines).next[0].why == why


def test_long_states_are_clipped() -> None:
    assert clipped("short") == "short"
    assert len(clipped("x" * 5000)) < 250
