"""ephemeral-cleanup in the order of transactions: nodes that outlive their session are caught."""

import pytest
from build import Script, at, kinds, zxid
from ended_sessions import ONE, TWO, A, B, C, closed_and_alive, judged

from checkers.result import Verdict


def test_a_clean_run_is_valid():
    result = judged(closed_and_alive())
    assert result.verdict is Verdict.VALID
    assert result.checked > 0
    assert result.measures["ephemerals"] == 2


def test_without_ephemerals_or_final_readings_nothing_is_known():
    script = closed_and_alive()
    script.rows = [row for row in script.rows if row["f"] != "final-read"]
    assert judged(script).verdict is Verdict.UNKNOWN
    script = closed_and_alive()
    script.rows = [row for row in script.rows if row["f"] != "create"]
    assert judged(script).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("how", ["listing", "exists", "final"])
def test_a_node_seen_at_or_after_the_closing_of_its_session(how):
    script = closed_and_alive()
    if how == "listing":
        script.children(22, "app2", [A, B], zxid(20))
    elif how == "exists":
        script.call(22, "exists", "app2/1.1", A, value=True, zxid=zxid(25))
    else:
        script.final_read(51, "zk2", {A: ONE, B: TWO}, zxid(60))
    result = judged(script)
    assert kinds(result) == ["outlived-close"]
    violation = result.violations[0]
    assert violation.key == A
    assert violation.time == at(20)
    assert "0x1000" in violation.sentence
    assert hex(zxid(20)) in violation.sentence


def test_an_old_state_shown_late_is_no_violation():
    script = closed_and_alive()
    script.children(25, "app2", [A, B], zxid(19))
    assert judged(script).verdict is Verdict.VALID


def test_a_session_that_a_fault_closed_has_the_zxid_of_the_proof():
    script = closed_and_alive()
    script.fault(4, "expire-app-leader", "app2", 30, 31, 32, 33, effect="expire")
    proven = next(row for row in script.rows if row["f"] == "inject" and row["value"]["stage"] == "proven")
    proven["value"]["proof"] = {"session": TWO, "closed_at_zxid": zxid(30)}
    result = judged(script)
    assert kinds(result) == ["outlived-close"]
    assert hex(TWO & (1 << 64) - 1) in result.sentence


@pytest.mark.parametrize("gone", ["listing", "exists", "delete"])
def test_a_node_that_comes_back(gone):
    script = closed_and_alive()
    if gone == "listing":
        script.children(30, "app1", [A], zxid(10))
    elif gone == "exists":
        script.call(30, "exists", "app1/1.1", B, value=False, zxid=zxid(10))
    else:
        script.call(30, "delete", "app1/1.1", B, zxid=zxid(10))
    result = judged(script)
    assert kinds(result) == ["resurrected"]
    assert result.violations[0].key == B
    assert "app2" in result.sentence


def test_an_answer_older_than_the_node_is_no_disappearance():
    script = closed_and_alive()
    script.children(9, "app1", [A], zxid(1))
    script.call(9.5, "exists", "app1/1.1", B, value=False, zxid=zxid(1))
    assert judged(script).verdict is Verdict.VALID


def plain_path(*, type: str = "ok", second: bool = True) -> Script:  # noqa: A002
    """Return a run in which app2 makes /member anew after app1's session was closed."""
    script = closed_and_alive()
    script.create(9, "app1", "/member", zxid(5), ONE, sequence=False)
    script.call(22, "exists", "app2/1.1", "/member", value=False, zxid=zxid(22))
    if second:
        script.create(23, "app2", "/member", zxid(23), TWO, sequence=False, type=type)
    script.call(24, "exists", "app2/1.1", "/member", value=True, zxid=zxid(24))
    return script


def test_a_plain_path_made_again_is_another_node():
    assert judged(plain_path()).verdict is Verdict.VALID


def test_a_plain_path_that_an_unanswered_create_may_have_made_again():
    assert judged(plain_path(type="info")).verdict is Verdict.VALID


def test_a_plain_path_that_nobody_made_again():
    assert kinds(judged(plain_path(second=False))) == ["outlived-close"]


def test_of_a_plain_path_a_history_that_was_cut_off_says_nothing():
    script = plain_path(second=False)
    script.rows = [row for row in script.rows if row["f"] != "phase"]
    script.phase(5, "workload")
    assert kinds(judged(script)) == []


def test_a_plain_path_refused_is_not_made_again():
    assert kinds(judged(plain_path(type="fail"))) == ["outlived-close"]


def two_of_one_session() -> Script:
    script = closed_and_alive()
    script.create(9, "app2", C, zxid(5), TWO)
    script.rows = [row for row in script.rows if row["f"] not in {"children", "final-read"}]
    script.final_read(50, "zk1", {}, zxid(60))
    script.call(30, "exists", "app1/1.1", C, value=False, zxid=zxid(30))
    return script


def test_nodes_of_one_session_vanish_together():
    script = two_of_one_session()
    script.call(31, "exists", "app1/1.1", B, value=True, zxid=zxid(31))
    result = judged(script)
    assert kinds(result) == ["vanished-apart"]
    assert result.violations[0].key == B


@pytest.mark.parametrize("outcome", ["ok", "info"])
def test_a_deleted_node_says_nothing_of_its_session(outcome):
    script = two_of_one_session()
    script.call(31, "exists", "app1/1.1", B, value=True, zxid=zxid(31))
    script.call(29, "delete", "app2/1.1", C, type=outcome, zxid=zxid(30) if outcome == "ok" else 0)
    assert judged(script).verdict is Verdict.VALID


def test_an_unknown_operation_may_have_deleted_it():
    script = two_of_one_session()
    script.call(31, "exists", "app1/1.1", B, value=True, zxid=zxid(31))
    script.call(29, "transmogrify", "app2/1.1", C, zxid=zxid(30))
    assert judged(script).verdict is Verdict.VALID


def test_an_adopted_node_counts_as_one_of_its_session():
    script = closed_and_alive()
    script.say(8, "candidate", "app1/1.0", key=C, value={"token": zxid(4)}, session=ONE)
    script.call(30, "exists", "app2/1.1", C, value=True, zxid=zxid(30))
    result = judged(script)
    assert kinds(result) == ["outlived-close"]
    assert result.violations[0].key == C


def test_without_a_plan_the_transactions_still_speak():
    script = closed_and_alive()
    script.plan = None
    script.children(22, "app2", [A, B], zxid(25))
    assert kinds(judged(script)) == ["outlived-close"]
