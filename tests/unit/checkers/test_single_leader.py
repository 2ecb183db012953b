"""The orders of zxids and tokens in an election: each planted mistake is caught, and nothing else."""

import pytest
from an_election import TOKEN_A, TOKEN_B, A, B, judged, two_leaders
from build import at, election_node, kinds, without, zxid

from checkers.result import Verdict


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
        "vacant_after_faults": {},
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
