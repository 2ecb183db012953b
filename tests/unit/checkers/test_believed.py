"""Beliefs in real time: two at once are caught, and each excuse is understood."""

import pytest
from an_election import TOKEN_A, TOKEN_B, A, B, judged, two_leaders
from build import Script, a_plan, at, kinds, without, zxid

from checkers.result import Verdict


def overlapping(until: float = 24.0) -> Script:
    """Return the election in which app1 believes on until a second beyond 21 s."""
    script = without(two_leaders(), "stepped-down", "app1")
    script.step_down(until, "app1", A, TOKEN_A)
    return script


def test_two_believers_at_once():
    result = judged(overlapping())
    assert kinds(result) == ["believed-overlap"]
    violation = result.violations[0]
    assert (violation.time, violation.until) == (at(21), at(24))
    assert violation.nodes == ("app1", "app2")
    assert result.measures["longest_unexplained_overlap"] == pytest.approx(3)
    assert "3.0 s" in violation.sentence
    assert "no fault on app1 explains it" in violation.sentence
    events = overlapping().history().events
    assert sorted(events[i].f for i in violation.witness) == [
        "leader",
        "leader",
        "stepped-down",
        "stepped-down",
    ]


def test_a_pause_of_the_older_one_explains_it_up_to_the_grace():
    script = overlapping(24.0)
    script.fault(1, "pause-app-leader", "app1", 12, 12.2, 20.5, 20.9, effect="pause")
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert result.measures["explained_overlaps"] == 1
    assert result.measures["longest_believed_overlap"] == pytest.approx(3)
    assert result.measures["longest_unexplained_overlap"] == 0


def test_a_believer_that_goes_on_past_the_grace():
    script = overlapping(27.0)
    script.fault(7, "pause-app-leader", "app1", 12, 12.2, 20.5, 20.9, effect="pause")
    result = judged(script)
    assert kinds(result) == ["believed-overlap"]
    violation = result.violations[0]
    assert (violation.time, violation.until) == (at(24.9), at(27))
    assert result.measures["longest_unexplained_overlap"] == pytest.approx(2.1)
    events = script.history().events
    assert "inject" in {events[i].f for i in violation.witness}


@pytest.mark.parametrize(
    ("target", "effect", "begin"),
    [("app2", "pause", 12), ("app1", "kill", 12), ("app1", "pause", 22), ("zk1", "pause", 12)],
)
def test_other_faults_explain_nothing(target, effect, begin):
    script = overlapping()
    script.fault(1, "some-fault", target, begin, begin + 0.1, 30.5, 30.9, effect=effect)
    result = judged(script)
    assert kinds(result) == ["believed-overlap"]
    assert result.violations[0].faults == (1,)


def test_a_fault_that_found_no_target_explains_nothing():
    script = overlapping()
    script.fault(1, "pause-app-leader", "", 12, 12.1, injection="vanished", effect="pause")
    assert kinds(judged(script)) == ["believed-overlap"]


def test_a_session_ended_from_outside_is_noticed_a_moment_later():
    script = overlapping(21.05)
    script.fault(1, "expire-app-leader", "app1", 19, 19.2, 21.5, 21.6, effect="expire")
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert result.measures["explained_overlaps"] == 1


def test_a_pause_between_the_listing_and_the_belief_is_that_of_the_older_token():
    script = without(two_leaders(), "leader")
    script = without(script, "stepped-down")
    # app1 was frozen right before it believed; it wakes up when app2 leads already.
    script.fault(1, "pause-one", "app1", 9.6, 9.8, 24.5, 24.9, effect="pause")
    script.lead(21, "app2", B, TOKEN_B)
    script.lead(25, "app1", A, TOKEN_A)
    script.step_down(25.1, "app1", A, TOKEN_A)
    script.step_down(30, "app2", B, TOKEN_B)
    assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize(("effect", "healed"), [("pause", 9.8), ("expire", 9.8), ("pause", 9.4)])
def test_a_belief_that_began_after_the_healing_has_no_excuse(effect, healed):
    script = overlapping()
    # The session timeout after the healing reaches into the overlap; the belief came after the fault.
    script.plan = a_plan(session_timeout=30.0)
    script.fault(1, "some-fault", "app1", 7, 7.2, healed - 0.3, healed, effect=effect)
    result = judged(script)
    assert kinds(result) == ["believed-overlap"]
    assert "no fault on app1 explains it" in result.sentence
    assert result.measures["explained_overlaps"] == 0


def test_a_belief_that_began_before_the_healing_was_proven_is_excused():
    script = overlapping()
    script.plan = a_plan(session_timeout=30.0)
    script.fault(1, "pause-app-leader", "app1", 7, 7.2, 9.5, 10.1, effect="pause")
    assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize(("proven", "excused"), [(9.51, True), (9.49, False)])
def test_the_listing_under_a_belief_has_to_be_asked_for_before_the_fault_is_proven(proven, excused):
    script = overlapping()
    script.plan = a_plan(session_timeout=30.0)
    script.fault(1, "pause-one", "app1", 9, proven, 9.6, 9.9, effect="pause")
    # What it read later is no reason for the belief.
    script.children(12, "app1", [B, A], zxid(12))
    assert kinds(judged(script)) == ([] if excused else ["believed-overlap"])


def test_of_two_listings_the_belief_rests_on_the_last():
    script = overlapping()
    script.plan = a_plan(session_timeout=30.0)
    script.children(9.3, "app1", [B, A], zxid(10))
    script.fault(1, "pause-one", "app1", 9, 9.4, 9.45, 9.48, effect="pause")
    assert kinds(judged(script)) == ["believed-overlap"]


@pytest.mark.parametrize("unproven", ["injection", "healing"])
def test_a_fault_of_which_nobody_knows_when_it_bit_or_was_over_excuses_as_much_as_it_may(unproven):
    script = overlapping()
    script.plan = a_plan(session_timeout=30.0)
    times = (9, 9.4, 9.6, 9.9)
    script.fault(1, "pause-one", "app1", *times, effect="pause", **{unproven: "unproven"})
    assert judged(script).verdict is Verdict.VALID


def test_a_killed_leader_believes_nothing_any_more():
    script = without(without(two_leaders(), "stepped-down", "app1"), "delete")
    script.fault(1, "kill-app-leader", "app1", 14, 14.2, 25, 26)
    script.add(15, "invoke", "work", process="app1/1.3", key="/work", value={})
    script.rows[-1]["time"] = at(13.9)
    script.add(22, "info", "work", process="app1/1.3", key="/work", error="process died")
    # Whatever the next life says is not the dead one speaking.
    script.node(24, "app1", "died")
    script.session(26, "app1", "connected", 33)
    script.rows[-1]["process"] = "app1/2.0"
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert result.measures["longest_believed_overlap"] == 0


def test_a_believer_that_never_steps_down_is_held_by_its_last_word():
    script = without(two_leaders(), "stepped-down", "app1")
    script.add(28, "invoke", "work", process="app1/1.5", key="/work", value={})
    result = judged(script)
    assert kinds(result) == ["believed-overlap"]
    assert result.violations[0].until == at(28)
    assert "still believed so" in result.sentence


def test_beliefs_that_touch_do_not_overlap():
    script = overlapping(21.0)
    assert judged(script).verdict is Verdict.VALID


def test_a_leader_twice_in_a_row_is_no_overlap_with_itself():
    script = two_leaders()
    script.lead(20.5, "app1", A, TOKEN_A)
    script.step_down(20.6, "app1", A, TOKEN_A)
    script.lead(30.5, "app2", B, TOKEN_B)
    assert judged(script).verdict is Verdict.VALID


def test_without_a_plan_a_pause_explains_everything():
    script = overlapping(29.0)
    script.plan = None
    script.fault(1, "pause-app-leader", "app1", 12, 12.2, 20.5, 20.9, effect="pause")
    assert judged(script).verdict is Verdict.VALID


def test_grace_is_the_session_timeout_of_the_plan():
    script = overlapping(27.0)
    script.plan = a_plan(session_timeout=10.0)
    script.fault(1, "pause-app-leader", "app1", 12, 12.2, 20.5, 20.9, effect="pause")
    assert judged(script).verdict is Verdict.VALID
