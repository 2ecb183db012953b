"""Counters count every increment once: each planted mistake is caught, and nothing else."""

from functools import partial
from typing import Any

import build
import pytest
from build import Script, a_plan, kinds, zxid

from checkers.recipes.counter import counter
from checkers.result import Verdict
from harness.history import History

C0 = "/counter/c0"


class Adding(Script):
    """A script with increments and readings."""

    def increment(self, second: float, process: str, value: int, *, took: float = 0.1, **more: Any) -> None:
        """Increment to a value; `type` says how it ended."""
        told = {"value": {"value": value}} if more.get("type", "ok") == "ok" else {}
        self.call(second, "add", process, C0, took=took, ask={"by": 1}, **told, **more)

    def get(self, second: float, process: str, told: str, z: int = 1) -> None:
        """Read the data."""
        self.call(second, "get", process, C0, value=told, zxid=zxid(z))


def three() -> Adding:
    """Return three increments, one after the other, and the readings of the end."""
    script = Adding(plan=a_plan(workload="counter", variant="cas", guarantees=("counter",)))
    script.phase(5, "workload")
    for node in ("app1", "app2"):
        script.node(1, node, "started")
    script.get(9, "app1/1.1", "")
    script.increment(10, "app1/1.1", 1)
    script.increment(11, "app2/1.1", 2)
    script.get(11.5, "app2/1.2", "app2/1a.1-2")
    script.increment(12, "app1/1.1", 3)
    for server in ("zk1", "zk2"):
        script.get(30, f"final/{server}.1", "3")
    script.phase(40, "closed")
    return script


judged = partial(build.judged, counter)


def without_end(script: Adding) -> Adding:
    script.rows = [row for row in script.rows if not row.get("process", "").startswith("final/")]
    return script


def test_increments_that_count_once_are_valid() -> None:
    result = judged(three())
    assert result.verdict is Verdict.VALID
    assert result.measures == {
        "increments": 3,
        "unanswered": 0,
        "seen": 3 + 2 + 2,
        "values": {C0: 3},
        "broken": {},
    }


@pytest.mark.parametrize("end", ["3", "4", "app1/1a.9-4"])
def test_an_increment_without_an_answer_may_have_counted(end: str) -> None:
    script = without_end(three())
    script.increment(13, "app2/1.1", 0, type="info")
    script.get(30, "final/zk1.1", end)
    assert judged(script).verdict is Verdict.VALID


def test_an_increment_that_never_ended_may_have_counted() -> None:
    script = without_end(three())
    script.increment(13, "app2/1.3", 0)
    script.rows.pop()
    script.get(30, "final/zk1.1", "4")
    assert judged(script).verdict is Verdict.VALID


def test_more_than_was_ever_added() -> None:
    script = without_end(three())
    script.call(12.2, "set", "app1/1.3", C0, took=0.1, type="info")
    script.increment(12.15, "app1/1.4", 4, took=1)
    script.get(30, "final/zk1.1", "5")
    result = judged(script)
    assert kinds(result) == ["counted-twice"]
    assert "a set of app1 at 12.2 s was not answered" in result.sentence
    history = script.history()
    assert [history.events[i].f for i in result.violations[0].witness] == ["set", "get"]


def test_each_further_one_too_many_is_told_once() -> None:
    script = without_end(three())
    for second, value in ((15, "4"), (16, "4"), (17, "3"), (18, "6"), (30, "6")):
        script.get(second, "final/zk1.1", value)
    result = judged(script)
    assert kinds(result) == ["counted-twice"] * 2
    assert "1 more than" in result.violations[0].sentence
    assert "3 more than" in result.violations[1].sentence


def test_a_refused_increment_must_not_count() -> None:
    script = without_end(three())
    script.increment(13, "app2/1.1", 0, type="fail")
    script.get(30, "final/zk1.1", "4")
    assert kinds(judged(script)) == ["counted-twice"]


def test_a_value_ahead_of_the_increments_that_had_begun() -> None:
    script = three()
    script.get(10.5, "app2/1.3", "2")
    assert kinds(judged(script)) == ["counted-twice"]


def test_an_increment_on_its_way_may_be_seen() -> None:
    script = three()
    script.get(11.05, "app1/1.3", "2")
    assert judged(script).verdict is Verdict.VALID


def test_less_than_was_acknowledged() -> None:
    script = without_end(three())
    script.get(30, "final/zk1.1", "2")
    assert kinds(judged(script)) == ["lost-increment"]


def test_a_server_that_lags_behind_is_no_loss() -> None:
    script = three()
    script.get(20, "app1/1.3", "1")
    assert judged(script).verdict is Verdict.VALID


def test_two_increments_to_one_value() -> None:
    script = without_end(three())
    script.increment(12.05, "app2/1.1", 3)
    script.get(30, "final/zk1.1", "3")
    result = judged(script)
    assert kinds(result) == ["same-value", "lost-increment"]
    assert set(result.violations[0].nodes) == {"app1", "app2"}


def test_values_in_another_order_than_they_came() -> None:
    script = three()
    script.rows = [row for row in script.rows if row["f"] != "add"]
    script.increment(10, "app1/1.1", 2)
    script.increment(11, "app2/1.1", 1, took=3)
    script.increment(10.05, "app3/1.1", 3, took=3)
    assert "out-of-order" in kinds(judged(script))


def test_side_by_side_any_order_will_do() -> None:
    script = without_end(three())
    script.increment(13, "app1/1.1", 5, took=2)
    script.increment(13.5, "app2/1.1", 4, took=2)
    script.get(30, "final/zk1.1", "5")
    assert judged(script).verdict is Verdict.VALID


def test_data_that_holds_no_number_is_left_alone() -> None:
    script = three()
    script.get(20, "app1/1.3", "?9f86d081884c7d65:12")
    assert judged(script).verdict is Verdict.VALID


def test_without_increments_nothing_was_tested() -> None:
    script = three()
    script.rows = [row for row in script.rows if row["f"] != "add"]
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert result.missing


def test_without_a_reading_at_the_end_something_is_missing() -> None:
    assert judged(without_end(three())).verdict is Verdict.UNKNOWN


def test_it_is_safe_wherever_a_history_is_cut_off() -> None:
    script = three()
    script.increment(14, "app1/1.5", 0, type="info")
    events = script.history().events
    for end in range(1, len(events)):
        assert not counter(History(events[:end])).violations


def test_a_stream_that_was_cut_off_may_lack_the_increment_that_was_seen() -> None:
    script = without_end(three())
    script.rows = [row for row in script.rows if row["f"] != "phase" and row["node"] != "app2"]
    script.node(1, "app2", "started")
    assert not kinds(judged(script))
    script.phase(40, "closed")
    assert kinds(judged(script)) == ["counted-twice"]


def test_an_increment_that_comes_to_nothing_is_lost() -> None:
    script = without_end(three())
    script.increment(13, "app1/1.1", 0)
    assert "lost-increment" in kinds(judged(script))
