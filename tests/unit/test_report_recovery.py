"""What each fault cost: how long it took, how long nobody could write, and whether the bound was kept."""

from typing import Any

import msgspec
import pytest

from checkers.result import Result, Results, Verdict
from harness.history import History
from reports.clock import run_clock
from reports.sections.faults import build_faults
from reports.sections.recovery import CostTable, fault_costs
from reports.sections.silence import Acknowledged, Silence
from tests.unit.sample_history import Script, plan

FAULT = (10.0, 10.5, 14.0, 15.0)


def history(
    writes: tuple[float, ...] = (2.0, 9.0, 16.0, 17.0, 19.0), *, fault: tuple[float, ...] = FAULT
) -> History:
    """A run whose workload goes from second 1 to 20, with writes acknowledged at these seconds."""
    script = Script()
    script.say(0.0, "plan", value=msgspec.to_builtins(plan()))
    script.say(1.0, "phase", value="workload")
    for second in writes:
        script.add(second - 0.1, "invoke", "set", process="app1/1.1", node="app1", key="/x")
        script.add(second, "ok", "set", process="app1/1.1", node="app1", key="/x", zxid=1)
    if fault:
        script.fault(1, "kill-leader", "server", "zk2", fault)
    script.say(20.0, "phase", value="final")
    script.say(22.0, "phase", value="closed")
    return script.history()


def measured(**fields: Any) -> dict[str, Any]:
    row = {"id": 1, "fault": "kill-leader", "targets": ["zk2"], "from": "healed", "bound": 5.0}
    return row | {"zk_leader": 0.2, "app_leader": 0.3, "write": 1.0, "late": [], "censored": False} | fields


def results(*rows: dict[str, Any]) -> Results:
    recovery = Result(
        name="recovery", verdict=Verdict.VALID, sentence="x", checked=1, measures={"faults": list(rows)}
    )
    return Results(
        run="r", scenario="s", seed=1, verdict=Verdict.VALID, sentence="x", results=(recovery,), events=1
    )


def table(of: History, *rows: dict[str, Any]) -> CostTable:
    clock = run_clock(of)
    return fault_costs(of, results(*rows), build_faults(of, clock), clock)


def test_a_fault_is_told_from_its_beginning_to_the_first_write_after_it() -> None:
    found = table(history(), measured(**{"from": "injected"}, write=5.5), measured())
    (row,) = found.rows
    assert row.fault is not None
    assert (row.bite, row.applied, row.heal) == (0.5, 3.5, 1.0)
    assert row.silence == Silence(7.0)
    assert found.calm == 7.0
    assert row.injected is not None
    assert row.injected.write == 5.5
    assert (row.kept, row.late, row.why) == (True, [], "")


def test_without_a_fault_silence_is_compared_with_what_is_usual() -> None:
    of = history((3.0, 9.0, 16.0, 17.0, 19.0))
    assert table(of).calm == 6.0
    assert table(history((1.5,), fault=())).calm == 18.5
    assert table(history(())).calm is None


def test_silence_that_lasts_until_the_end_says_so() -> None:
    (row,) = table(history((2.0, 9.0))).rows
    assert row.silence == Silence(11.0, open=True)
    (row,) = table(history(())).rows
    assert row.silence is None


def test_silence_outside_of_the_workload_is_none() -> None:
    of = history()
    acknowledged = Acknowledged(of, run_clock(of))
    assert acknowledged.longest(9.5, 9.6) == Silence(7.0)
    assert acknowledged.longest(20.5, 21.0) is None
    assert acknowledged.longest(0.1, 0.5) is None


def test_what_the_checker_found_late_is_not_kept() -> None:
    (row,) = table(history(), measured(write=None, late=["write"])).rows
    assert (row.late, row.kept) == (["write"], False)
    (row,) = table(history(), measured(write=None, late=["write"], censored=True)).rows
    assert (row.late, row.kept) == ([], False)


@pytest.mark.parametrize(
    ("of", "rows", "why"),
    [
        (history(), [measured(censored=True, write=None)], "the next fault or the end came first"),
        (history(fault=FAULT[:2]), [], "its healing was never proven"),
        (history(fault=FAULT[:1]), [], "it was never proven to bite"),
    ],
)
def test_what_is_not_judged_says_why(of: History, rows: list[dict[str, Any]], why: str) -> None:
    (row,) = table(of, *rows).rows
    assert (row.why, row.kept, row.late) == (why, False, [])


def test_a_fault_without_a_target_cost_nothing() -> None:
    script = Script()
    script.say(0.0, "plan", value=msgspec.to_builtins(plan()))
    script.say(3.0, "inject", "nemesis", key="kill", value={"id": 1, "stage": "begin", "targets": []})
    script.say(3.1, "inject", "nemesis", key="kill", value={"id": 1, "stage": "vanished", "targets": []})
    (row,) = table(script.history()).rows
    assert (row.why, row.silence) == ("it found no target", None)


def test_a_run_without_faults_is_measured_from_its_start() -> None:
    found = table(history(fault=()), measured(id=0, fault="start", targets=[], **{"from": "started"}))
    (row,) = found.rows
    assert row.fault is None
    assert row.kept
    assert found.elects
    assert table(history(fault=())).rows == []
