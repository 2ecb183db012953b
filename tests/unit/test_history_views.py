"""Views of a history: calls paired with answers, faults from inject to heal, the plan that it carries."""

from typing import Any

import msgspec
import pytest

from harness.errors import HistoryError
from harness.history import Event, History
from harness.plan import Plan
from harness.planner import Wish, make_plan


def history(*rows: tuple[Any, ...]) -> History:
    """Each row: (time, type, f, process, value)."""
    return History(
        [
            Event(index=index, time=time, type=kind, f=f, process=process, value=value)
            for index, (time, kind, f, process, value) in enumerate(rows)
        ]
    )


def test_calls_are_paired_with_their_answers_in_order_of_invocation() -> None:
    told = history(
        (1, "invoke", "a", "p", None),
        (2, "invoke", "b", "q", None),
        (3, "event", "watch", "p", None),
        (5, "fail", "b", "q", None),
        (9, "ok", "a", "p", None),
        (10, "invoke", "c", "p", None),
        (12, "info", "c", "p", None),
        (13, "invoke", "d", "q", None),
    )
    assert [(op.invoke.f, op.outcome, op.latency) for op in told.operations] == [
        ("a", "ok", 8),
        ("b", "fail", 3),
        ("c", "info", 2),
        ("d", "info", None),
    ]
    assert told.operations[3].complete is None


def fault(time: int, f: str, stage: str, **more: Any) -> tuple[Any, ...]:
    return (time, "event", f, "nemesis", {"id": 1, "stage": stage, "targets": ["zk2"], **more})


BEGIN = fault(10, "inject", "begin", effect="kill", role="server", params={})
PROVEN = fault(20, "inject", "proven", proof={"exit_code": 137})
HEAL = fault(30, "heal", "begin")
HEALED = fault(40, "heal", "proven", proof={"mode": "follower"})


def test_a_fault_that_went_as_planned() -> None:
    told = history(BEGIN, PROVEN, HEAL, HEALED)
    (window,) = told.faults
    assert (window.id, window.effect, window.role, window.targets) == (1, "kill", "server", ("zk2",))
    assert (window.begin, window.proven, window.heal_begin, window.healed) == (10, 20, 30, 40)
    assert (window.outcome, window.heal_outcome, window.reason) == ("proven", "proven", "")
    assert window.proof == {"exit_code": 137}
    assert window.events == [0, 1, 2, 3]
    assert [bool(told.faults_at(time)) for time in (9, 10, 25, 40, 41)] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("rows", "outcome", "heal_outcome", "reason", "ends"),
    [
        ([BEGIN], "begun", "", "", None),
        ([BEGIN, PROVEN], "proven", "", "", None),
        ([BEGIN, PROVEN, HEAL], "proven", "begun", "", None),
        (
            [BEGIN, fault(20, "inject", "unproven", reason="not seen"), HEAL, HEALED],
            "unproven",
            "proven",
            "not seen",
            40,
        ),
        (
            [BEGIN, PROVEN, HEAL, fault(45, "heal", "unproven", reason="not back")],
            "proven",
            "unproven",
            "not back",
            45,
        ),
        ([BEGIN, fault(11, "inject", "vanished", reason="there was no leader")], "vanished", "",
         "there was no leader", None),
    ],
)  # fmt: skip
def test_a_fault_that_stopped_anywhere_on_its_way(
    rows: list[tuple[Any, ...]], outcome: str, heal_outcome: str, reason: str, ends: int | None
) -> None:
    (window,) = history(*rows).faults
    assert (window.outcome, window.heal_outcome, window.reason) == (outcome, heal_outcome, reason)
    assert window.healed == ends
    assert (window.proven is None) == (outcome != "proven")


def test_faults_are_kept_apart_and_only_the_nemesis_speaks_of_them() -> None:
    second = (35, "event", "inject", "nemesis", {"id": 2, "stage": "begin", "targets": [], "effect": "pause"})
    liar = (36, "event", "inject", "app1/1.0", {"id": 3, "stage": "begin"})
    told = history(BEGIN, PROVEN, HEAL, second, liar, HEALED)
    assert [(window.id, window.events) for window in told.faults] == [(1, [0, 1, 2, 5]), (2, [3])]


@pytest.mark.parametrize("value", [None, 7, {}, {"id": 1}, {"id": []}])
def test_a_fault_told_in_another_way_is_one_sentence(value: Any) -> None:
    with pytest.raises(HistoryError, match=r"^history: the events of a fault cannot be read \(.*\)\.$"):
        _ = history((1, "event", "inject", "nemesis", value)).faults


def plan_event(value: Any) -> tuple[Any, ...]:
    return (1, "event", "plan", "harness", value)


def test_the_plan_comes_back_whole() -> None:
    plan = make_plan(Wish(image="zookeeper:3.9", nemesis="kill-leader", zoo={"snapCount": "100"}))
    assert history(plan_event(msgspec.to_builtins(plan))).plan == plan


def test_a_plan_of_another_format_is_told_by_its_format() -> None:
    fields: dict[str, Any] = msgspec.to_builtins(make_plan(Wish(image="x")))
    sentence = r"^history was written in format 2; this zkchaos reads format 1\.$"
    for value in (fields | {"format": 2}, {"format": 2}):
        with pytest.raises(HistoryError, match=sentence):
            _ = history(plan_event(value)).plan


@pytest.mark.parametrize("value", [None, [], {}, {"format": 1, "run": 7}])
def test_a_plan_that_is_none_names_its_line(value: Any) -> None:
    with pytest.raises(HistoryError, match=r"^history, line 1: the plan cannot be read \(.*\)\.$"):
        _ = history(plan_event(value)).plan


def test_a_history_without_a_plan_says_so() -> None:
    with pytest.raises(HistoryError, match=r"holds no plan: .* name a run's directory\.$"):
        _ = history((1, "event", "plan", "app1/1.0", {})).plan


def test_scenario_and_tick_of_a_plan() -> None:
    plan = make_plan(Wish(image="x", scenario="election-no-stepdown", zoo={"tickTime": "250"}))
    assert (plan.scenario, plan.tick) == ("election:no-stepdown", 0.25)
    bare = Plan(**{**msgspec.structs.asdict(plan), "variant": "", "zoo": {}})
    assert (bare.scenario, bare.tick) == ("election", 2.0)


def test_start_end_and_close() -> None:
    told = history((5, "event", "x", "p", None), (9, "event", "y", "p", None), (7, "ok", "y", "p", None))
    assert (told.start, told.end, told.closed) == (5, 9, False)
    assert history((1, "event", "phase", "harness", "closed")).closed
    assert not history((1, "event", "phase", "app1/1.0", "closed")).closed
    assert [e.index for e in told.select("y")] == [1, 2]
    assert [e.index for e in told.select("x", "y", type="event")] == [0, 1]
    empty = History([])
    assert (empty.start, empty.end, len(empty)) == (0, 0, 0)


def test_the_frame_has_a_row_for_each_event_and_a_column_for_each_field() -> None:
    told = history((5, "event", "x", "p", {"a": 1}), (9, "invoke", "y", "p", None))
    frame = told.frame()
    assert list(frame.columns) == list(Event.__struct_fields__)
    assert list(frame["time"]) == [5, 9]
    assert frame["value"][0] == {"a": 1}
