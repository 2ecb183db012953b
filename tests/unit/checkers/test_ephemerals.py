"""ephemeral-cleanup: nodes that outlive their session are caught, and nothing else is."""

import pytest
from build import Script, a_plan, at, election_node, kinds, words, zxid

from checkers.ephemerals import ephemeral_cleanup
from checkers.result import Result, Verdict

A, B, C = election_node(1), election_node(2), election_node(3)
ONE, TWO = 0x1000, -0x2000
SERVERS = ("zk1", "zk2", "zk3")


def closed_and_alive() -> Script:
    """Return a run in which app1's session is closed at 20 s and app2's lives on."""
    script = Script(a_plan(schedule=()))
    script.polls(1, 60)
    script.session(5, "app1", "connected", ONE)
    script.session(5, "app2", "connected", TWO)
    script.create(6, "app1", A, zxid(1), ONE)
    script.create(7, "app2", B, zxid(2), TWO)
    script.children(8, "app1", [A, B], zxid(3))
    script.session(20, "app1", "closed", ONE, zxid(20))
    script.node(20.5, "app1", "stopped")
    script.children(21, "app2", [B], zxid(21))
    for server in SERVERS:
        script.final_read(50, server, {B: TWO}, zxid(60))
    script.phase(60, "closed")
    return script


def judged(script: Script) -> Result:
    result = ephemeral_cleanup(script.history())
    words(result.sentence)
    for violation in result.violations:
        words(violation.sentence)
        assert violation.time <= violation.until
    return result


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


def ended(how: str, second: float = 20.0) -> Script:
    """Return a run in which app2's session ended without a closing transaction that anybody knows."""
    script = Script(a_plan(schedule=()))
    script.polls(1, 60)
    script.session(5, "app2", "connected", TWO)
    script.create(7, "app2", B, zxid(2), TWO)
    if how in {"died", "stopped"}:
        script.node(second, "app2", how)
    else:
        script.session(second, "app2", how, 0 if how == "lost" else TWO)
    script.phase(60, "closed")
    return script


@pytest.mark.parametrize(
    ("how", "late", "early"),
    [("died", 26.1, 25.9), ("stopped", 26.1, 25.9), ("abandoned", 26.1, 25.9), ("lost", 22.1, 21.9)],
)
def test_a_node_left_over(how, late, early):
    script = ended(how)
    script.final_read(late, "zk3", {B: TWO}, zxid(60))
    result = judged(script)
    assert kinds(result) == ["left-over"]
    assert "zk3" in result.sentence
    assert "20.0 s" in result.sentence
    script = ended(how)
    script.final_read(early, "zk3", {B: TWO}, zxid(60))
    assert judged(script).verdict is Verdict.VALID


def test_a_left_over_of_a_create_that_nobody_answered():
    script = ended("died")
    script.create(8, "app2", C, 0, 0, type="info")
    script.final_read(40, "zk1", {C: TWO}, zxid(60))
    assert [v.key for v in judged(script).violations] == [C]


def test_a_longer_timeout_that_the_server_granted_counts():
    script = ended("died")
    script.rows[[row["f"] for row in script.rows].index("session")]["value"]["timeout"] = 20_000
    script.final_read(40, "zk3", {B: TWO}, zxid(60))
    assert judged(script).verdict is Verdict.VALID
    script.final_read(43, "zk3", {B: TWO}, zxid(60))
    assert kinds(judged(script)) == ["left-over"]


def test_a_new_zookeeper_leader_starts_the_clock_again():
    script = ended("died")
    script.rows = [r for r in script.rows if r["f"] != "server" or r["time"] < at(30)]
    script.polls(30, 60, "zk2", epoch=2)
    script.final_read(35.5, "zk3", {B: TWO}, zxid(60, 2))
    assert judged(script).verdict is Verdict.VALID
    script.final_read(36.5, "zk3", {B: TWO}, zxid(60, 2))
    assert kinds(judged(script)) == ["left-over"]


def test_an_expired_session_may_come_back_with_a_new_leader():
    script = ended("lost")
    script.rows = [r for r in script.rows if r["f"] != "server" or r["time"] < at(19)]
    script.polls(20.5, 60, "zk2", epoch=2)
    script.final_read(24, "zk3", {B: TWO}, zxid(60, 2))
    assert judged(script).verdict is Verdict.VALID


def test_a_leader_that_no_poll_saw_is_no_calm():
    script = ended("died")
    script.final_read(40, "zk3", {B: TWO}, zxid(60, 3))
    assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize("healing", ["proven", "unproven"])
def test_a_fault_stops_the_clock_until_it_is_healed(healing):
    script = ended("died")
    script.fault(1, "kill-leader", "zk2", 18, 19, 33, 34, healing=healing)
    script.final_read(39.5, "zk3", {B: TWO}, zxid(60))
    assert judged(script).verdict is Verdict.VALID
    script.final_read(41, "zk3", {B: TWO}, zxid(60))
    assert kinds(judged(script)) == (["left-over"] if healing == "proven" else [])


def test_a_restart_of_a_server_starts_the_clock_again():
    script = ended("died")
    script.node(30, "zk1", "started", 2)
    script.final_read(35.5, "zk3", {B: TWO}, zxid(60))
    assert judged(script).verdict is Verdict.VALID


def test_a_node_of_a_session_that_nobody_knows_or_that_lives_is_left_alone():
    script = ended("died")
    script.session(21, "app1", "connected", ONE)
    script.final_read(40, "zk3", {A: ONE, C: 0x7777, "/election/plain": 0}, zxid(60))
    assert judged(script).verdict is Verdict.VALID


def test_a_session_that_the_next_life_has_is_not_the_dead_one():
    script = ended("died")
    script.session(22, "app2", "connected", ONE)
    script.rows[-1]["process"] = "app2/2.0"
    script.final_read(40, "zk3", {A: ONE}, zxid(60))
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
