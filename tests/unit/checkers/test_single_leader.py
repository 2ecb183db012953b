"""The three levels of single-leader: each planted mistake is caught, each excuse is understood."""

import pytest
from build import Script, a_plan, at, election_node, kinds, words, zxid

from checkers.result import Result, Verdict
from checkers.single_leader import single_leader

A, B = election_node(1), election_node(2)
TOKEN_A, TOKEN_B = zxid(1), zxid(2)


def two_leaders() -> Script:
    """Return an election in which app1 leads from 10 s to 20 s and app2 from 21 s to 30 s."""
    script = Script()
    script.phase(5, "workload")
    script.create(6, "app1", A, TOKEN_A, 11)
    script.create(7, "app2", B, TOKEN_B, 22)
    script.children(9.5, "app1", [B, A], zxid(10))
    script.lead(10, "app1", A, TOKEN_A)
    script.work(11, "app1", A, TOKEN_A, zxid(11))
    script.step_down(20, "app1", A, TOKEN_A)
    script.call(20.1, "delete", "app1/1.1", A, zxid=zxid(20))
    script.children(20.5, "app2", [B], zxid(20))
    script.lead(21, "app2", B, TOKEN_B)
    script.work(22, "app2", B, TOKEN_B, zxid(22))
    script.step_down(30, "app2", B, TOKEN_B)
    script.phase(32, "heal")
    script.phase(40, "closed")
    return script


def judged(script: Script) -> Result:
    result = single_leader(script.history())
    words(result.sentence)
    for violation in result.violations:
        words(violation.sentence)
        assert violation.time <= violation.until
        assert all(0 <= index < len(script.history()) for index in violation.witness)
    return result


def without(script: Script, f: str, process: str = "") -> Script:
    script.rows = [r for r in script.rows if not (r["f"] == f and r.get("process", "").startswith(process))]
    return script


def test_leaders_in_turn_are_valid():
    result = judged(two_leaders())
    assert result.verdict is Verdict.VALID
    assert result.checked == 2 + 2 + 2
    assert result.measures == {
        "leaders": 2,
        "longest_believed_overlap": 0.0,
        "explained_overlaps": 0,
        "longest_unexplained_overlap": 0.0,
        "vacant": pytest.approx(1 + 2),
    }


def test_no_leader_at_all_is_unknown():
    script = without(without(two_leaders(), "leader"), "stepped-down")
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert result.missing


@pytest.mark.parametrize("late", ["listing", "exists", "delete"])
def test_two_first_in_line_at_one_zxid(late):
    script = two_leaders()
    if late == "listing":
        script.children(25, "app1", [A, B], zxid(30))
    elif late == "exists":
        script.call(25, "exists", "app1/1.1", A, value=True, zxid=zxid(30))
    else:
        script.call(25, "delete", "app1/1.1", A, zxid=zxid(30))
    result = judged(script)
    assert kinds(result) == ["zxid-overlap"]
    assert result.violations[0].nodes == ("app1", "app2")
    assert "app1" in result.sentence
    assert hex(zxid(20)) in result.sentence


def test_listings_that_race_in_real_time_are_no_overlap():
    script = two_leaders()
    # A server that lags behind answers late with an old state.
    script.children(24, "app2", [A, B], zxid(19))
    assert judged(script).verdict is Verdict.VALID


def test_a_fresh_leader_may_answer_with_a_header_ahead_of_its_state():
    script = two_leaders()
    script.rows = [r for r in script.rows if not (r["f"] in {"children", "delete"} and r["time"] > at(20))]
    script.children(24, "app2", [B], (2 << 32) | 2)
    script.children(25, "app1", [A, B], (2 << 32) | 3)
    assert judged(script).verdict is Verdict.VALID


def test_a_fresh_leader_knows_everything_of_the_epoch_before():
    script = two_leaders()
    script.children(25, "app2", [A, B], (2 << 32) | 3)
    assert "zxid-overlap" in kinds(judged(script))


def test_an_older_leaders_action_after_a_newer_ones():
    script = two_leaders()
    script.work(25, "app1", A, TOKEN_A, zxid(25))
    script.work(26, "app1", A, TOKEN_A, zxid(26))
    result = judged(script)
    assert kinds(result) == ["stale-action"]
    violation = result.violations[0]
    assert hex(TOKEN_A) in violation.sentence
    assert "25.0 s" in violation.sentence
    assert "1 more action" in violation.sentence
    events = script.history().events
    assert [events[i].f for i in violation.witness] == ["leader", "work", "work"]
    assert [events[i].node for i in violation.witness] == ["app2", "app2", "app1"]


def test_one_violation_for_each_pair_of_leaders():
    script = two_leaders()
    third, token = election_node(3), zxid(23)
    script.work(31, "app3", third, token, zxid(40))
    script.work(32, "app1", A, TOKEN_A, zxid(41))
    script.work(33, "app2", B, TOKEN_B, zxid(42))
    script.work(34, "app2", B, TOKEN_B, zxid(43))
    assert sorted(v.nodes for v in judged(script).violations) == [("app1", "app3"), ("app2", "app3")]


def test_an_action_accepted_when_the_own_node_is_gone_already():
    script = without(two_leaders(), "work", "app2")
    script.work(24, "app1", A, TOKEN_A, zxid(24))
    result = judged(script)
    assert kinds(result) == ["stale-action"]
    assert "app2 was first in line" in result.sentence


def test_answers_out_of_order_in_real_time_are_no_stale_action():
    script = two_leaders()
    # Acknowledged late, but carried out before the newer leader came.
    script.work(24, "app1", A, TOKEN_A, zxid(15))
    assert judged(script).verdict is Verdict.VALID


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
