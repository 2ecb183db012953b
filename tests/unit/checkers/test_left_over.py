"""Final readings: a node left over too long is caught, one that nobody can judge is told."""

import pytest
from build import Script, at, kinds, words, zxid
from ended_sessions import ONE, TWO, A, B, C, closed_and_alive, ended, judged

from checkers.result import Verdict


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
    script.final_read(40, "zk3", {B: TWO}, zxid(60, 3), stage="running")
    assert judged(script).verdict is Verdict.VALID


def unjudged(script: Script) -> str:
    """Return the one sentence of what nobody can tell of a run in which nothing broke."""
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    (sentence,) = result.missing
    words(sentence)
    return sentence


def test_when_all_have_ended_a_node_without_provable_calm_is_told():
    script = ended("died")
    script.final_read(40, "zk3", {B: TWO}, zxid(60, 3))
    sentence = unjudged(script)
    assert sentence.startswith(f"{B} of session {hex(TWO & (1 << 64) - 1)} was still there on zk3 at 40.0 s")
    assert "calm before that reading cannot be shown" in sentence


@pytest.mark.parametrize("known", [True, False])
def test_when_all_have_ended_a_node_whose_session_has_no_known_end_is_told(known):
    script = ended("died")
    if known:
        script.session(21, "app1", "connected", ONE)
    script.final_read(40, "zk2", {A: ONE, "/election/plain": 0}, zxid(60))
    sentence = unjudged(script)
    assert sentence.startswith(f"{A} of session 0x1000 was still there on zk2")
    assert "the end of that session is not known" in sentence


def test_when_all_have_ended_a_node_that_is_judged_is_not_told_as_well():
    script = closed_and_alive()
    script.final_read(51, "zk2", {A: ONE}, zxid(60, 3))
    result = judged(script)
    assert kinds(result) == ["outlived-close"]
    assert result.missing == ()


def test_when_all_have_ended_a_node_may_still_be_in_time():
    script = ended("died")
    script.final_read(25.9, "zk3", {B: TWO}, zxid(60))
    assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize("healing", ["proven", "unproven"])
def test_a_fault_stops_the_clock_until_it_is_healed(healing):
    script = ended("died")
    script.fault(1, "kill-leader", "zk2", 18, 19, 33, 34, healing=healing)
    script.final_read(39.5, "zk3", {B: TWO}, zxid(60), stage="running")
    assert judged(script).verdict is Verdict.VALID
    script.final_read(41, "zk3", {B: TWO}, zxid(60), stage="running")
    assert kinds(judged(script)) == (["left-over"] if healing == "proven" else [])


def test_a_restart_of_a_server_starts_the_clock_again():
    script = ended("died")
    script.node(30, "zk1", "started", 2)
    script.final_read(35.5, "zk3", {B: TWO}, zxid(60))
    assert judged(script).verdict is Verdict.VALID


def test_a_node_of_a_session_that_nobody_knows_or_that_lives_is_left_alone():
    script = ended("died")
    script.session(21, "app1", "connected", ONE)
    script.final_read(40, "zk3", {A: ONE, C: 0x7777, "/election/plain": 0}, zxid(60), stage="running")
    assert judged(script).verdict is Verdict.VALID


def test_a_session_that_the_next_life_has_is_not_the_dead_one():
    script = ended("died")
    script.session(22, "app2", "connected", ONE)
    script.rows[-1]["process"] = "app2/2.0"
    script.final_read(40, "zk3", {A: ONE}, zxid(60), stage="running")
    assert judged(script).verdict is Verdict.VALID
