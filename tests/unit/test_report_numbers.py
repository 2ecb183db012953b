"""The sections beside the timeline: what servers measured, the herd, environment and plan."""

import re
from typing import Any

import msgspec
import pytest

from checkers.result import Result, Results, Verdict
from harness.history import History
from reports.clock import run_clock
from reports.formats import number
from reports.sections.environment import configuration_rows, environment_rows, plan_rows
from reports.sections.herd import Spread, build_herd
from reports.sections.server_numbers import HIGH, WIDE, server_numbers
from tests.unit.sample_history import BOOT, Script, plan


def polled(*polls: tuple[float, str, dict[str, Any] | None]) -> History:
    script = Script()
    script.say(0.0, "plan", value=msgspec.to_builtins(plan()))
    for second, server, told in polls:
        value: dict[str, Any] = {"mode": "follower"} | ({} if told is None else {"mntr": told})
        script.say(second, "server", "monitor", node=server, value=value)
    return script.history()


def test_numbers_of_all_servers_share_axis_and_scale() -> None:
    rising: list[tuple[float, str, dict[str, Any] | None]] = [
        (float(second), "zk1", {"zk_znode_count": second}) for second in range(11)
    ]
    of = polled(*rising, (0.0, "zk2", {"zk_znode_count": 20, "zk_own": 1.5}), (5.0, "zk2", None))
    found = server_numbers(of, run_clock(of), [(2.0, 4.0), (9.0, 99.0), (50.0, 60.0)])
    assert found is not None
    assert found.servers == ["zk1", "zk2"]
    assert (found.start, found.end) == (0.0, 10.0)
    assert found.faults == [(36.0, 36.0), (162.0, 18.0)]
    assert [(row.label, row.top) for row in found.rows] == [("znodes", 20.0), ("zk_own", 1.5)]
    one, other = found.rows[0].charts
    assert one is not None
    assert (one.least, one.median, one.most, one.last, one.samples) == (0.0, 5.0, 10.0, 10.0, 11)
    points = [tuple(map(float, pair)) for pair in re.findall(r"[ML]([\d.]+) ([\d.]+)", one.path)]
    assert points[0] == (0.0, HIGH - 2)
    assert points[-1] == (WIDE, HIGH / 2)
    assert one.path.count("M") == 1
    assert other is not None
    assert other.path == "M0 2h0.8"
    assert found.rows[1].charts[0] is None


def test_a_server_that_was_silent_leaves_a_gap() -> None:
    of = polled(*((float(s), "zk1", {"zk_watch_count": 1}) for s in (0, 1, 2, 8, 9)))
    found = server_numbers(of, run_clock(of))
    assert found is not None
    (chart,) = found.rows[0].charts
    assert chart is not None
    assert chart.path.count("M") == 2
    assert "h0.8" not in chart.path


def test_many_samples_are_thinned_and_no_peak_is_lost() -> None:
    peak = 7_000.0
    samples = [(float(s), "zk1", {"zk_max_latency": peak if s == 4_321 else s % 7}) for s in range(20_000)]
    of = polled(*samples)
    found = server_numbers(of, run_clock(of))
    assert found is not None
    (chart,) = found.rows[0].charts
    assert chart is not None
    assert chart.most == peak
    assert " 2L" in chart.path
    assert len(chart.path) < 4_000
    assert chart.path.count("M") == 1


def test_without_mntr_there_is_no_table() -> None:
    of = polled((1.0, "zk1", None), (2.0, "zk1", {}))
    assert server_numbers(of, run_clock(of)) is None


def herd(measures: dict[str, Any], name: str = "herd") -> Results:
    result = Result(name=name, verdict=Verdict.VALID, sentence="x", checked=1, measures=measures)
    return Results(
        run="r", scenario="s", seed=1, verdict=Verdict.VALID, sentence="x", results=(result,), events=1
    )


def cost(departures: int, median: float, most: float) -> dict[str, Any]:
    spread = {"min": 0, "median": median, "max": most}
    return {"departures": departures, "events": spread, "requests": {}}


def test_the_herd_is_told_by_the_length_of_the_line() -> None:
    found = build_herd(herd({"by_candidates": {"20": cost(4, 19, 19), "3": cost(2, 2, 2)}}))
    assert found is not None
    assert [(row.candidates, row.departures) for row in found.rows] == [(3, 2), (20, 4)]
    assert found.rows[1].events == Spread(0, 19, 19)
    assert found.rows[1].requests is None
    assert found.departures == 6
    assert found.sentence == (
        "With 20 in line a departure woke 19 of the 19 who stayed (median), with 3 in line 2: "
        "the longer the line, the more are woken."
    )


def test_a_recipe_without_the_herd_effect_is_said_to_be_one() -> None:
    found = build_herd(herd({"by_candidates": {"20": cost(4, 1, 2), "3": cost(2, 1, 1)}}))
    assert found is not None
    assert found.sentence.endswith("with 3 in line 1: the length of the line does not matter.")
    alone = build_herd(herd({"by_candidates": {"5": cost(1, 1, 1)}}))
    assert alone is not None
    assert alone.sentence == "With 5 in line a departure woke 1 of the 4 who stayed (median)."


@pytest.mark.parametrize(
    "measures",
    [{}, {"by_candidates": {}}, {"by_candidates": [1]}, {"by_candidates": {"x": {"departures": 1}}}],
)
def test_without_departures_there_is_no_herd(measures: dict[str, Any]) -> None:
    assert build_herd(herd(measures)) is None
    assert build_herd(herd({"by_candidates": {"2": cost(1, 1, 1)}}, name="other")) is None


def test_the_environment_tells_when_the_run_began_and_no_raw_offsets() -> None:
    script = Script()
    script.say(0.0, "plan", value=msgspec.to_builtins(plan()))
    began = 1_740_824_100 * 10**9
    value = {"kernel": "6.1", "clock_offset": 0, "wall_clock_offset": began - BOOT}
    script.say(1.0, "environment", value=value)
    assert environment_rows(script.history()) == [
        ("began", "2025-03-01 10:15:00 UTC"),
        ("kernel", "6.1"),
    ]


def test_the_plan_is_told_without_what_stands_elsewhere_or_is_empty() -> None:
    of = polled()
    names = [name for name, _ in plan_rows(of)]
    assert "params.rate" in names
    assert not [name for name in names if name.startswith(("schedule", "zoo", "code"))]
    assert all(value not in {"", "{}", "[]"} for _, value in plan_rows(of))
    assert configuration_rows(of)[0] == ("tickTime", "2000")


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (1200.0, "1,200"), (2.5, "2.5"), (10.0, "10"), (1.239, "1.24")]
)
def test_numbers_are_written_short(value: float, written: str) -> None:
    assert number(value) == written
