"""The number of an auto-healer's workers: each slot has one in quiet times, neither none nor two for long."""

from functools import partial
from typing import Any

import build
import pytest
from build import Script, a_plan, at, kinds

from checkers.recipes.healer_count import healer_count
from checkers.recipes.worker_lives import worker_lives
from checkers.result import Verdict
from harness.history import History

BOUND = 4 + 2 * 1 + 1 + 2
"""Session timeout, two ticks, a second, and what the plan's parameter `settle` adds."""


def a_run(**params: Any) -> Script:
    """Return a run with a fault from 20 s to 25 s; it is quiet from 5 s to 20 s and from 25 s to 50 s."""
    script = Script(a_plan(params={"workers": 2, "settle": 2.0, **params}))
    script.phase(5, "workload")
    script.polls(1, 60)
    script.fault(1, "pause-holder", "app1", 20, 20.5, 24, 25, effect="pause")
    script.phase(40, "heal")
    script.phase(50, "stop")
    script.phase(60, "closed")
    return script


def started(script: Script, second: float, app: str, slot: int, generation: int = 1, life: int = 1) -> None:
    told = {"slot": slot, "generation": generation, "token": 100 + generation}
    script.say(second, "started", f"{app}/{life}.0", key=f"/healer/slots/{slot}", value=told)


def ended(script: Script, second: float, app: str, slot: int, generation: int = 1, why: str = "died") -> None:
    told = {"slot": slot, "generation": generation, "token": 100 + generation, "why": why}
    script.say(second, "ended", f"{app}/1.0", key=f"/healer/slots/{slot}", value=told)


def both() -> Script:
    """Return a run in which app1 and app2 have a worker each, after app2's first one died at once."""
    script = a_run()
    started(script, 6, "app1", 0)
    started(script, 6, "app2", 1, 0)
    ended(script, 6.1, "app2", 1, 0)
    started(script, 7, "app2", 1)
    return script


judged = partial(build.judged, healer_count)


def test_a_worker_in_each_slot_is_valid():
    result = judged(both())
    assert result.verdict is Verdict.VALID
    assert result.checked == 3 + 2
    assert result.measures["workers"] == 3
    assert result.measures["replaced_within"]["max"] == pytest.approx(0.9)


def test_a_worker_that_is_replaced_in_time_is_valid():
    script = both()
    ended(script, 8, "app2", 1)
    started(script, 8 + BOUND - 0.1, "app1", 1, 2)
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert result.measures["replaced_within"]["max"] == pytest.approx(BOUND - 0.1)


def test_a_worker_that_is_replaced_too_late():
    script = both()
    ended(script, 8, "app2", 1)
    started(script, 8 + BOUND + 0.1, "app1", 1, 2)
    result = judged(script)
    assert kinds(result) == ["too-few"]
    (violation,) = result.violations
    assert (violation.time, violation.until) == (at(8 + BOUND), at(8 + BOUND + 0.1))
    assert [script.history().events[i].f for i in violation.witness] == ["started", "ended"]
    assert "Slot 1" in violation.sentence
    assert "app2" in violation.sentence


def test_a_worker_that_is_never_replaced():
    script = both()
    ended(script, 30, "app1", 0)
    result = judged(script)
    assert kinds(result) == ["too-few"]
    assert result.violations[0].until == at(50)


def test_a_slot_that_never_had_a_worker():
    script = a_run()
    started(script, 6, "app1", 0)
    assert kinds(judged(script)) == ["too-few", "too-few"]
    assert "never had one" in judged(script).sentence


def test_faults_give_new_time():
    script = both()
    ended(script, 15, "app2", 1)
    # 5 s of quiet, a fault of 5 s, and almost the whole bound.
    started(script, 25 + BOUND - 0.1, "app1", 1, 2)
    assert judged(script).verdict is Verdict.VALID


def test_deaths_in_a_row_are_each_given_their_time():
    script = both()
    for n in range(4):
        ended(script, 26 + 5 * n, "app2", 1, 1 + n)
        started(script, 30 + 5 * n, "app2", 1, 2 + n)
    assert judged(script).verdict is Verdict.VALID


def test_another_slots_worker_is_no_help():
    script = both()
    ended(script, 26, "app2", 1)
    for n in range(3):
        ended(script, 28 + 3 * n, "app1", 0, 1 + n)
        started(script, 28.5 + 3 * n, "app1", 0, 2 + n)
    assert kinds(judged(script)) == ["too-few"]


def test_a_worker_dies_with_its_node():
    script = both()
    script.node(21, "app1", "died")
    script.node(22, "app1", "started", 2)
    assert kinds(judged(script)) == ["too-few"]
    started(script, 26, "app1", 0, 2, life=2)
    assert judged(script).verdict is Verdict.VALID


def test_a_worker_of_a_later_life_does_not_end_with_an_earlier_one():
    script = both()
    started(script, 8, "app3", 1, 2, life=2)
    ended(script, 8.1, "app2", 1)
    script.node(30, "app3", "died", 1)
    assert judged(script).verdict is Verdict.VALID


def test_two_workers_of_one_slot_for_too_long():
    script = both()
    started(script, 22, "app3", 0, 2)
    ended(script, 25 + BOUND + 1, "app1", 0)
    result = judged(script)
    assert kinds(result) == ["too-many"]
    (violation,) = result.violations
    assert set(violation.nodes) == {"app1", "app3"}
    assert violation.until == at(25 + BOUND + 1)


def test_two_workers_of_one_slot_for_a_while():
    script = both()
    started(script, 22, "app3", 0, 2)
    ended(script, 25 + BOUND - 1, "app1", 0, why="refused")
    assert judged(script).verdict is Verdict.VALID


def test_a_worker_of_a_slot_that_is_not_wanted():
    script = both()
    started(script, 26, "app3", 2)
    assert kinds(judged(script)) == ["too-many"]


def test_a_new_leader_of_zookeeper_gives_new_time():
    script = both()
    script.rows = [row for row in script.rows if row["f"] != "server"]
    script.polls(1, 33, "zk1", 1)
    script.polls(33.5, 60, "zk2", 2)
    ended(script, 27, "app2", 1)
    started(script, 41, "app1", 1, 2)
    assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize("params", [{"workers": 0}, {"workers": "many"}])
def test_without_a_number_of_workers_nothing_is_known(params):
    script = a_run(**params)
    started(script, 6, "app1", 0)
    assert judged(script).verdict is Verdict.UNKNOWN


def test_without_a_worker_its_end_or_a_quiet_time_nothing_was_tested():
    script = a_run()
    assert judged(script).verdict is Verdict.UNKNOWN
    started(script, 6, "app1", 0)
    started(script, 6, "app2", 1)
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert "ever replaced" in result.sentence
    script = both()
    script.fault(2, "kill-leader", "zk1", 6, 7, 48, 49)
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert "quiet" in result.sentence


def test_a_history_that_was_cut_off_anywhere_is_no_violation():
    script = both()
    ended(script, 8, "app2", 1)
    started(script, 14, "app1", 1, 2)
    ended(script, 27, "app1", 0)
    started(script, 33, "app2", 0, 2)
    events = script.history().events
    for end in range(1, len(events)):
        assert healer_count(History(events[:end])).verdict is not Verdict.VIOLATION


def test_events_that_no_healer_told():
    script = both()
    script.say(9, "started", "app1/1.0", value="of something else")
    script.say(9, "ended", "app1/1.0", value=7)
    assert len(worker_lives(script.history())) == 3
    assert judged(script).verdict is Verdict.VALID


def test_a_worker_that_is_started_again_is_another_life():
    script = both()
    ended(script, 8, "app2", 1)
    started(script, 8.5, "app1", 1, 2)
    ended(script, 9, "app1", 1, 2)
    started(script, 12, "app2", 1)
    result = judged(script)
    assert result.verdict is Verdict.VALID
    ended(script, 30, "app2", 1)
    assert [violation.time for violation in judged(script).violations] == [at(30 + BOUND)]


def test_an_end_may_be_told_before_its_start():
    script = a_run()
    ended(script, 6, "app1", 0)
    started(script, 6.1, "app1", 0)
    (life,) = worker_lives(script.history())
    assert life.end == life.start == at(6.1)
