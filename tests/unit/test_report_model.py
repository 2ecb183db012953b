"""The report as data: whole runs, empty ones, cut ones, strange ones."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from checkers.judge import judge
from checkers.result import Result, Results, Verdict, Violation
from harness.errors import HistoryError
from harness.history import Event, History
from reports.clock import Clock
from reports.html import render
from reports.model import report_model
from reports.sections.recovery import recovery_rows
from reports.sections.statistics import build_rate, operation_rows, percentile
from reports.timeline.packing import unpack
from tests.unit.sample_history import BOOT, SERVERS, Script, plan, sample_results, sample_run


def no_results(**fields: Any) -> Results:
    base: dict[str, Any] = {
        "run": "r", "scenario": "s", "seed": 1, "verdict": Verdict.UNKNOWN, "sentence": "Nothing.",
        "results": (), "events": 0,
    }  # fmt: skip
    return Results(**base | fields)


def scripted(*, also: Any = None) -> History:
    script = Script()
    script.say(0.0, "plan", value=msgspec.to_builtins(plan()))
    if also:
        also(script)
    return script.history()


def test_the_sample_run_is_told_whole() -> None:
    history, results = sample_run()
    model = report_model(history, results)
    assert (model.verdict, model.sentence, model.repeat) == ("violation", results.sentence, results.repeat)
    assert [lane.name for lane in model.timeline.lanes] == [
        *SERVERS, "app1", "app2", "app3", "app4", "app5",
    ]  # fmt: skip
    assert [fault.name for fault in model.faults] == ["kill-leader", "kill-leader", "pause-app-leader"]
    assert (
        model.facts.operations
        == len(history.operations)
        == model.facts.ok + model.facts.fail + model.facts.info
    )
    assert sum(lane.operations.t.count for lane in model.timeline.lanes) == model.facts.operations
    assert model.timeline.workload == 14.0
    assert model.timeline.home[0] < 14.0 < model.timeline.home[1]
    assert model.notes == []
    assert [row.fault.id for row in model.costs.rows if row.fault] == [1, 2, 3]
    assert model.trouble[0].seconds == 53.8


def test_broken_guarantees_come_first_with_their_witnesses_resolved() -> None:
    history, results = sample_run()
    cards = report_model(history, results).guarantees
    assert [card.name for card in cards] == ["single-leader", "evidence", "recovery"]
    (violation,) = cards[0].violations
    assert violation.number == 1
    assert violation.faults == ["pause-app-leader on app3 (#3)"]
    assert violation.roles == ["zk1 leader, epoch 3", "zk2 follower, epoch 3", "zk3 follower, epoch 3"]
    assert [(w.f, w.lane) for w in violation.witness] == [
        ("leader", "app3"), ("leader", "app4"), ("stepped-down", "app3"),
    ]  # fmt: skip
    assert violation.witness[0].value == '{"token":"0x20000a474"}'
    assert cards[0].promise.endswith(".")


def test_measures_are_shown_by_name_and_recovery_rows_only_in_their_table() -> None:
    history, results = sample_run()
    by_name = {card.name: card for card in report_model(history, results).guarantees}
    assert ("leaderships", "3") in by_name["single-leader"].measures
    assert ("longest time that two believed so", "3.7 s") in by_name["single-leader"].measures
    assert by_name["recovery"].measures == []
    odd = Result(
        name="odd",
        verdict=Verdict.VALID,
        sentence="x",
        checked=1,
        measures={
            "deep": {"wait_time": 1.2345678},
            "vacant_after_faults": {"p50": 0.3781, "p90": 4.149, "p99": 4.149, "max": 4.149, "of": 8},
        },
    )
    (card,) = report_model(history, no_results(results=(odd,))).guarantees
    vacant = "half within 0.378 s, 90 % within 4.15 s, the longest 4.15 s, of 8"
    assert card.measures == [("deep.wait time", "1.235"), ("vacant after each fault", vacant)]


def test_what_the_real_checkers_say_is_understood() -> None:
    history, _ = sample_run()
    results = judge(history, repeat="zkchaos replay x")
    model = report_model(history, results)
    assert model.verdict == "unknown"
    assert all(card.promise for card in model.guarantees)
    recovery = recovery_rows(results)
    assert len(recovery) == 6
    assert {row.since for row in recovery} == {"injected", "healed"}
    assert all(row.bound == 30.0 and row.zk_leader is not None for row in recovery if row.judged)
    assert not any(row.judged for row in recovery if row.since == "injected")


def test_a_recovery_that_was_cut_short_or_not_demanded_is_not_judged() -> None:
    told = [
        {"from": since, "censored": censored, "zk_leader": "soon", "bound": 3}
        for since in ("injected", "healed", "started")
        for censored in (False, True)
    ]
    result = Result(
        name="recovery", verdict=Verdict.VALID, sentence="x", checked=1, measures={"faults": [*told, "odd"]}
    )
    found = recovery_rows(no_results(results=(result,)))
    assert [row.judged for row in found[:6]] == [False, False, True, False, True, False]
    assert (found[0].zk_leader, found[0].bound) == (None, 3.0)
    assert len(found) == 7


def test_a_run_of_only_a_plan() -> None:
    model = report_model(scripted(), no_results())
    assert model.timeline.lanes == []
    assert model.operations == []
    assert model.timeline.home[0] < model.timeline.home[1]
    assert len(model.notes) == 2


def test_a_history_without_a_plan_is_refused() -> None:
    with pytest.raises(HistoryError, match="holds no plan"):
        report_model(History([], name="x"), no_results())


def test_every_prefix_of_a_run_can_be_reported() -> None:
    history, _ = sample_run(rate=0.4)
    for length in range(1, len(history), 37):
        cut = History(history.events[:length], torn="line 9 was torn off")
        model = report_model(cut, no_results())
        assert any("torn off" in note for note in model.notes)
        assert any("never closed" in note for note in model.notes)
        msgspec.json.encode(model)


def test_what_is_unfinished_lasts_until_the_end() -> None:
    def half(script: Script) -> None:
        script.fault(1, "kill-leader", "server", "zk1", (2.0, 3.0))
        script.add(4.0, "invoke", "work", process="app1/1.0", key="/x")
        script.say(9.0, "trouble", value="the end")

    model = report_model(scripted(also=half), no_results())
    (fault,) = model.faults
    assert (fault.proven, fault.heal_begin, fault.healed, fault.end) == (3.0, None, None, 9.0)
    (lane,) = model.timeline.lanes
    assert (unpack(lane.operations.d).tolist(), unpack(lane.operations.o).tolist()) == ([0], [2])
    assert model.timeline.strings[int(unpack(lane.operations.e)[0])] == "never answered"
    assert model.timeline.rate.info == [1]


def test_a_fault_without_a_target_ends_when_that_was_seen() -> None:
    def vanished(script: Script) -> None:
        told = {"id": 1, "targets": []}
        begun = {**told, "stage": "begin", "effect": "kill", "role": "app", "params": {"how": "hard"}}
        script.say(2.0, "inject", "nemesis", key="kill-app-leader", value=begun)
        script.say(2.5, "inject", "nemesis", key="kill-app-leader", value={**told, "stage": "vanished"})
        script.say(9.0, "trouble", value="later")

    (fault,) = report_model(scripted(also=vanished), no_results()).faults
    assert (fault.outcome, fault.end, fault.params) == ("vanished", 2.5, '{"how":"hard"}')


def test_strange_events_and_values_do_no_harm() -> None:
    def strange(script: Script) -> None:
        for number, value in enumerate((None, 3, "text", [1], {"state": 5, "mode": ["x"], "token": "y"})):
            for f in (
                "server",
                "session",
                "leader",
                "stepped-down",
                "node",
                "environment",
                "phase",
                "brand-new",
            ):
                script.say(1.0 + number, f, "app1/1.0", node="app1", value=value)
        script.add(8.0, "invoke", "never-heard-of", process="x", value={"a": [1 << 60]})

    model = report_model(scripted(also=strange), no_results())
    msgspec.json.encode(model)
    assert {lane.name for lane in model.timeline.lanes} == {"app1", "x"}


def test_witnesses_outside_of_the_history_are_counted_not_resolved() -> None:
    history, _ = sample_run(rate=0.4)
    violation = Violation(
        kind="k", sentence="s.", witness=(0, 10**9, -1), time=BOOT, until=BOOT, faults=(77,)
    )
    result = Result(
        name="x", verdict=Verdict.VIOLATION, sentence="s", checked=1, violations=(violation,) * 60
    )
    (card,) = report_model(history, no_results(results=(result,))).guarantees
    assert (len(card.violations), card.not_shown) == (25, 35)
    abridged = replace(result, measures={"broken": {"k": 1000, "l": 2}})
    model = report_model(history, no_results(results=(abridged,)))
    assert model.guarantees[0].not_shown == 977
    page = render(model)
    assert "the first 25 of 1,002</a>" in page
    assert "977 more violations of this guarantee are not shown here" in page
    assert [w.f for w in card.violations[0].witness] == ["plan"]
    assert card.violations[0].unresolved == 2
    assert card.violations[0].faults == []


def test_the_model_is_a_pure_function() -> None:
    history, results = sample_run(rate=0.4)
    again = History(list(history.events))
    assert msgspec.json.encode(report_model(history, results)) == msgspec.json.encode(
        report_model(again, sample_results(again))
    )


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([], 50) is None
    assert [percentile([1, 2, 3, 4], p) for p in (1, 50, 51, 99)] == [1, 2, 3, 4]


def test_operation_rows_count_outcomes_and_measure_acknowledged_calls_only() -> None:
    events = []
    for number, (kind, ms) in enumerate((("ok", 2), ("ok", 4), ("fail", 900), ("info", 5000))):
        who: dict[str, Any] = {"f": "work", "process": f"a/1.{number}"}
        events.append(Event(index=0, time=0, type="invoke", **who))
        events.append(Event(index=0, time=ms * 10**6, type=kind, **who))  # type: ignore[arg-type]
    (row,) = operation_rows(History(events))
    assert (row.calls, row.ok, row.fail, row.info) == (4, 2, 1, 1)
    assert (row.p50, row.p99, row.longest) == (2, 4, 4)


def test_rate_buckets_hold_every_operation_and_stay_few() -> None:
    history, results = sample_run()
    rate = report_model(history, results).timeline.rate
    assert sum(rate.ok) + sum(rate.fail) + sum(rate.info) == len(history.operations)
    events = []
    for second in (0, 86_400):
        events.append(Event(index=0, time=second * 10**9, type="invoke", f="x", process=str(second)))
        events.append(Event(index=0, time=second * 10**9 + 5, type="ok", f="x", process=str(second)))
    long = build_rate(History(events), Clock(0))
    assert sum(long.ok) == 2
    assert len(long.ok) <= 400
