"""A double barrier: each way to pass it too early is caught, and nothing that only looks like it."""

from functools import partial
from typing import Any

import build
import pytest
from build import Script, a_plan, at, kinds

from checkers.recipes.barrier import barrier
from checkers.result import Verdict
from harness.history import History

KEY = "/barrier"
APPS = ("app1", "app2", "app3")

BOUND = 4 + 2 * 1 + 1
"""Session timeout, two ticks and a second."""


def deed(script: Script, f: str, app: str, number: int, begin: float, end: float | None, **more: Any) -> None:
    """Add a deed of a party in a round; one without an end was never answered."""
    process = f"{app}/{more.pop('life', 1)}.{more.pop('process', 2)}"
    script.add(begin, "invoke", f, process=process, key=KEY, value={"round": number, "of": 3})
    if end is not None:
        script.add(end, more.pop("type", "ok"), f, process=process, key=KEY, **more)


def a_round(script: Script, number: int, begin: float, without: tuple[tuple[str, str], ...] = ()) -> None:
    """Add a round as it should be: all come, all compute for a second, all go together."""
    for f, since in (("enter", begin), ("leave", begin + 1.5)):
        for place, app in enumerate(APPS):
            if (f, app) not in without:
                deed(script, f, app, number, since + place / 10, since + 0.3 + place / 100)


def a_run(*without: tuple[str, str]) -> Script:
    """Return a run with two rounds, the second one without some deeds: ("leave", "app2")."""
    script = Script(a_plan())
    script.phase(5, "workload")
    a_round(script, 1, 6)
    a_round(script, 2, 8, without)
    script.phase(30, "closed")
    return script


judged = partial(build.judged, barrier)


def test_rounds_in_turn_are_valid():
    result = judged(a_run())
    assert result.verdict is Verdict.VALID
    assert result.checked == 12
    assert result.measures == {"rounds": 2, "entered": 6, "left": 6}


def test_nobody_ever_there_is_unknown():
    script = Script(a_plan())
    script.phase(5, "workload")
    deed(script, "enter", "app1", 1, 6, None)
    assert judged(script).verdict is Verdict.UNKNOWN


def test_who_begins_before_all_have_asked():
    script = a_run(("enter", "app3"))
    deed(script, "enter", "app3", 2, 8.305, 8.4)
    result = judged(script)
    # app1 was done at 8.30, app2 at 8.31.
    assert kinds(result) == ["computed-too-early"]
    (violation,) = result.violations
    assert violation.nodes == ("app1",)
    assert violation.time == at(8.3)
    assert "2 of 3" in violation.sentence
    assert "app1 and app2" in violation.sentence


def test_who_asks_twice_is_one_party():
    script = Script(a_plan())
    deed(script, "enter", "app1", 1, 6, 6.1, type="info", error="the connection broke")
    deed(script, "enter", "app1", 1, 6.2, 6.6, process=3)
    deed(script, "enter", "app2", 1, 6.2, 6.5)
    script.phase(30, "closed")
    assert kinds(judged(script)) == ["computed-too-early", "computed-too-early"]


def test_a_party_that_died_after_it_had_asked_was_there():
    script = Script(a_plan())
    script.phase(5, "workload")
    deed(script, "enter", "app1", 1, 6, 7)
    deed(script, "enter", "app2", 1, 6, 7)
    deed(script, "enter", "app3", 1, 6, 6.5, type="info", error="process died")
    deed(script, "leave", "app1", 1, 8, 12)
    deed(script, "leave", "app2", 1, 8, 12)
    script.phase(30, "closed")
    assert judged(script).verdict is Verdict.VALID


def test_who_is_let_go_while_another_computes():
    script = a_run(("leave", "app2"))
    deed(script, "leave", "app2", 2, 9.9, 10)
    result = judged(script)
    assert kinds(result) == ["left-too-early", "left-too-early"]
    first = result.violations[0]
    assert first.nodes == ("app1", "app2")
    assert (first.time, first.until) == (at(9.8), at(9.9))
    events = script.history().events
    assert [(events[i].f, events[i].node) for i in first.witness] == [
        ("enter", "app2"),
        ("leave", "app1"),
        ("leave", "app2"),
    ]


def test_who_lost_its_session_is_not_waited_for():
    for type, error in (("info", "the session is another one"), ("fail", "not sent")):  # noqa: A001
        script = a_run(("leave", "app2"))
        deed(script, "leave", "app2", 2, 9.9, 10, type=type, error=error)
        assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize(("second", "kind"), [(7, True), (9.95, False), (13, False), (15, True)])
def test_whose_session_ended_meanwhile_is_not_waited_for_whatever_it_says(second, kind):
    script = a_run(("leave", "app2"))
    deed(script, "leave", "app2", 2, 9.9, 10)
    script.session(second, "app2", "lost", 7)
    assert ("left-too-early" in kinds(judged(script))) is kind


def test_who_never_asked_to_leave_is_not_waited_for():
    script = a_run(("leave", "app2"))
    assert judged(script).verdict is Verdict.VALID


def test_who_asked_twice_to_leave_had_asked_the_first_time():
    script = a_run(("leave", "app2"))
    deed(script, "leave", "app2", 2, 9.6, 9.7, type="info", error="the connection broke")
    deed(script, "leave", "app2", 2, 9.9, 10, process=3)
    assert judged(script).verdict is Verdict.VALID


def test_a_later_life_takes_no_part_of_an_earlier_one():
    script = a_run(("leave", "app2"))
    # The earlier life was killed; the later one knew of nothing and was let go from a round that was over.
    deed(script, "leave", "app2", 2, 20, 20.1, life=2)
    assert judged(script).verdict is Verdict.VALID


def test_a_late_comer_that_gave_up_began_nothing():
    script = a_run(("enter", "app2"), ("leave", "app2"))
    deed(script, "enter", "app2", 2, 8.1, 8.2, type="fail", error="the round had begun")
    assert judged(script).verdict is Verdict.VALID


def waiting(*without: tuple[str, str]) -> Script:
    """Return a run that is quiet to the end, and whose third round lacks some deeds from 10 s on."""
    script = a_run()
    script.polls(1, 60)
    script.rows = [row for row in script.rows if row["f"] != "phase" or row["value"] != "closed"]
    a_round(script, 3, 10, without)
    script.phase(50, "stop")
    script.phase(60, "closed")
    return script


def test_who_is_let_in_late_though_others_are_in():
    script = waiting(("enter", "app2"), ("leave", "app2"))
    deed(script, "enter", "app2", 3, 10.1, 10.3 + BOUND - 0.1)
    assert judged(script).verdict is Verdict.VALID
    script = waiting(("enter", "app2"), ("leave", "app2"))
    deed(script, "enter", "app2", 3, 10.1, 10.3 + BOUND + 0.1)
    result = judged(script)
    assert kinds(result) == ["blocked"]
    (violation,) = result.violations
    assert (violation.nodes, violation.until) == (("app2",), at(10.4 + BOUND))
    assert "all were there" in violation.sentence


def test_nobody_is_let_in_though_all_wait():
    script = waiting(*(("enter", app) for app in APPS), *(("leave", app) for app in APPS))
    for app, second in zip(APPS, (10, 11, 12), strict=True):
        deed(script, "enter", app, 3, second, 50.5, type="info", error="the program ends")
    result = judged(script)
    assert kinds(result) == ["blocked"] * 3
    assert {violation.time for violation in result.violations} == {at(12 + BOUND)}


def test_who_waits_for_one_that_never_comes_is_not_blocked():
    script = waiting(*(("enter", app) for app in APPS), *(("leave", app) for app in APPS))
    for app in APPS[:2]:
        deed(script, "enter", app, 3, 10, 50.5, type="info", error="the program ends")
    deed(script, "enter", "app3", 3, 10, 11, type="info", error="process died")
    assert judged(script).verdict is Verdict.VALID


def test_who_is_not_let_go_though_all_are_done():
    script = waiting(("leave", "app2"))
    deed(script, "leave", "app2", 3, 11.6, 30)
    result = judged(script)
    assert kinds(result) == ["blocked"]
    assert "all were done" in result.sentence


def test_who_waits_for_one_that_still_computes_is_not_blocked():
    script = waiting(*(("leave", app) for app in APPS))
    deed(script, "leave", "app1", 3, 11.5, 30)
    deed(script, "leave", "app2", 3, 11.5, 30)
    deed(script, "leave", "app3", 3, 29.5, 30)
    assert judged(script).verdict is Verdict.VALID


def test_who_died_or_is_in_another_round_is_not_waited_for():
    for end in ("death", "round"):
        script = waiting(*(("leave", app) for app in APPS))
        deed(script, "leave", "app1", 3, 11.5, 20)
        deed(script, "leave", "app2", 3, 11.5, 20)
        if end == "death":
            script.node(12, "app3", "died")
        else:
            deed(script, "enter", "app3", 4, 12, 12.1, process=3)
        result = judged(script)
        assert [violation.nodes for violation in result.violations if violation.kind == "blocked"] == [
            ("app1",),
            ("app2",),
        ]


def test_waiting_during_faults_counts_for_nothing():
    script = waiting(("enter", "app2"), ("leave", "app2"))
    script.fault(1, "pause-holder", "app2", 10.2, 10.3, 20, 21, effect="pause")
    deed(script, "enter", "app2", 3, 10.1, 21 + BOUND - 0.1)
    assert judged(script).verdict is Verdict.VALID


def test_answers_in_the_order_of_arrival_do_not_matter():
    script = a_run()
    script.rows.reverse()
    assert judged(script).verdict is Verdict.VALID


def test_a_history_that_was_cut_off_anywhere_is_no_violation():
    events = waiting().history().events
    for end in range(1, len(events)):
        assert barrier(History(events[:end])).verdict is not Verdict.VIOLATION
        late = [event for event in events[:end] if not (event.node == "app3" and event.time > at(8))]
        cut = [event for event in late if event.time < at(9)]
        assert barrier(History(cut)).verdict is not Verdict.VIOLATION


def test_deeds_of_something_else():
    script = a_run()
    script.call(12, "enter", "app1/1.2", "/room", ask="please")
    script.call(13, "leave", "app1/1.2", "/room")
    assert judged(script).checked == 12


@pytest.mark.parametrize(("last", "accused"), [("closed", True), ("heal", False)])
def test_a_session_may_turn_out_to_have_ended_after_the_history_was_cut_off(last: str, accused: bool):
    script = Script(a_plan())
    script.phase(5, "workload")
    a_round(script, 1, 6)
    a_round(script, 2, 8, (("leave", "app1"),))
    deed(script, "leave", "app1", 2, 12.0, 12.2)
    script.phase(15, last)
    assert kinds(judged(script)) == ["left-too-early"] * 2 * accused


@pytest.mark.parametrize("state", [[], {}, None, 7])
def test_states_that_are_none_do_no_harm(state: Any):
    script = a_run()
    script.say(7, "session", "app1/1.0", value={"state": state}, session=11)
    script.say(7, "node", node="app1", value={"state": state, "life": 1, "role": "app"})
    assert judged(script).verdict is Verdict.VALID
