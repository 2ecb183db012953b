"""Sessions that are taken elsewhere: each planted mistake is caught, and nothing else."""

from functools import partial
from typing import Any

import build
import pytest
from build import Script, at, kinds, zxid

from checkers.recipes.session_continuity import session_continuity
from checkers.result import Verdict
from harness.history import History

RECORD = "/records/app1"
ONE, TWO = 11, 22


def a_keeper() -> Script:
    """app1 acts in session 11, moves at 12 s, and acts on."""
    script = Script()
    script.phase(5, "workload")
    script.polls(1, 60)
    script.session(6, "app1", "connected", ONE)
    act(script, 7, ONE, 10)
    script.session(11, "app1", "suspended", ONE)
    script.session(12, "app1", "connected", ONE)
    script.call(10.9, "move", "app1/1.2", "/records", took=1.2, value={"session": ONE})
    act(script, 13, ONE, 20)
    return script


def act(
    script: Script, second: float, session: int, z: int, *, life: str = "app1/1", outcome: str = "ok"
) -> None:
    """Act in the name of a session, with the write beneath."""
    told: dict[str, Any] = {"value": {"session": session, "zxid": zxid(z)}} if outcome == "ok" else {}
    ask = {"session": session}
    script.call(second, "act", f"{life}.1", RECORD, took=0.03, ask=ask, type=outcome, **told)
    if outcome == "ok":
        write = {"session": session, "zxid": zxid(z), "sent": at(second + 0.01), "conn": 1, "xid": z}
        script.call(second + 0.01, "set", f"{life}.3", RECORD, **write)


def lost(script: Script, second: float) -> Script:
    """Let app1 hear that session 11 has expired, and get session 22."""
    script.session(second, "app1", "lost", ONE)
    script.session(second + 0.2, "app1", "connected", TWO)
    return script


judged = partial(build.judged, session_continuity)


def test_who_moves_in_time_keeps_the_session():
    result = judged(a_keeper())
    assert result.verdict is Verdict.VALID
    assert (result.measures["acts"], result.measures["taken_elsewhere"]) == (2, 1)


def test_who_came_too_late_acts_for_another_session():
    script = a_keeper()
    script.session(14, "app1", "suspended", ONE)
    act(lost(script, 30), 31, TWO, 30)
    events = script.history().events
    assert judged(script).verdict is Verdict.VALID
    for end in range(len(events)):
        assert not session_continuity(History(events[:end], torn="cut")).violations


def test_an_act_for_a_session_after_its_client_heard_of_the_end():
    script = lost(a_keeper(), 30)
    act(script, 31, ONE, 30)
    act(script, 32, ONE, 31)
    result = judged(script)
    assert kinds(result) == ["acted-late"]
    assert "was begun at 31.0 s" in result.sentence
    assert "told at 30.0 s" in result.sentence


def test_an_act_by_a_transaction_after_that_which_ended_the_session():
    script = a_keeper()
    script.session(14, "app1", "closed", ONE, zxid(25))
    act(script, 13.5, ONE, 26)
    result = judged(script)
    assert kinds(result) == ["acted-late"]
    assert f"by transaction {hex(zxid(26))}" in result.sentence
    assert f"ended by transaction {hex(zxid(25))}" in result.sentence


@pytest.mark.parametrize("outcome", ["fail", "info"])
def test_an_act_that_was_refused_or_not_answered_is_none(outcome: str):
    script = lost(a_keeper(), 30)
    act(script, 31, ONE, 30, outcome=outcome)
    assert judged(script).verdict is Verdict.VALID


def test_an_act_that_had_begun_before_its_client_heard_of_the_end():
    script = lost(a_keeper(), 30)
    act(script, 29.99, ONE, 24)
    assert judged(script).verdict is Verdict.VALID


def test_another_life_has_heard_nothing():
    script = lost(a_keeper(), 30)
    act(script, 31, ONE, 30, life="app1/2")
    assert judged(script).verdict is Verdict.VALID


def test_a_client_that_was_lied_to_acts_for_a_session_that_lives():
    script = lost(a_keeper(), 30)
    script.fault(1, "false-lost", "app1", 29, 29.5, 31.5, 32, effect="false-lost")
    act(script, 31, ONE, 30)
    assert judged(script).verdict is Verdict.VALID


def test_a_session_that_expires_too_early():
    script = lost(a_keeper(), 15)
    result = judged(script)
    assert kinds(result) == ["expired-early"]
    assert "its timeout is 4.0 s" in result.sentence


def test_a_session_that_expires_too_early_after_many_that_did_not():
    script = a_keeper()
    for session in range(100, 130):
        script.session(6, "app2", "connected", session)
        script.session(11, "app2", "lost", session)
    assert kinds(judged(lost(script, 15))) == ["expired-early"]


def test_a_session_that_expires_after_its_timeout():
    assert judged(lost(a_keeper(), 17.1)).verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("effect", "target"), [("kill", "zk2"), ("partition", "zk1"), ("expire", "app1"), ("expire", "app2")]
)
def test_what_disturbs_the_servers_or_ends_sessions_excuses_an_early_end(effect: str, target: str):
    script = lost(a_keeper(), 15)
    script.fault(1, effect, target, 13.2, 13.5, 14, 14.5, effect=effect)
    assert judged(script).verdict is Verdict.VALID


def test_an_early_end_is_none_where_no_poll_saw_the_leader():
    script = lost(a_keeper(), 15)
    script.rows = [row for row in script.rows if row["f"] != "server"]
    assert judged(script).verdict is Verdict.VALID


def revived() -> Script:
    """Session 11 is closed at 14 s, and a client comes back to it at 20 s."""
    script = a_keeper()
    script.session(14, "app1", "closed", ONE, zxid(25))
    script.session(19, "app1", "attaching", ONE)
    script.session(20, "app1", "connected", ONE)
    return script


def test_a_client_that_is_taken_on_for_a_session_that_has_ended():
    result = judged(revived())
    assert kinds(result) == ["revived"]
    assert "connected to session 0xb at 20.0 s" in result.sentence


def test_a_leader_that_nobody_follows_any_more_still_takes_clients_on():
    script = revived()
    script.fault(1, "isolate", "zk1", 16, 17, 22, 23, effect="partition")
    assert judged(script).verdict is Verdict.VALID


def test_nobody_who_acted_is_unknown():
    script = Script()
    script.session(6, "app1", "connected", ONE)
    assert judged(script).verdict is Verdict.UNKNOWN
