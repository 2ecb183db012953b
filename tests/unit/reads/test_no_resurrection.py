from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent

NAME = "no-resurrection"


def closed(*, at=None):
    """A session writes, reads, and is closed."""
    talk = Talk()
    talk.meet(1, "connected")
    talk.set(2, Z(3))
    talk.get(3, Z(4))
    talk.meet(4, "closed", z=Z(5) if at is None else at)
    return talk


def test_a_write_after_the_end():
    talk = closed()
    talk.set(5, Z(6))
    assert kinds(NAME, talk) == ["write-after-end"]
    assert f"ended by transaction {hex(Z(5))}, as told at 4.0 s" in check(NAME, talk.history()).sentence


def test_a_read_after_the_end():
    talk = closed()
    talk.get(5, Z(6), server="zk2")
    assert kinds(NAME, talk) == ["read-after-end"]
    assert "answered by zk2" in check(NAME, talk.history()).sentence


def test_a_session_that_the_nemesis_ended():
    talk = Talk()
    talk.meet(1, "connected", session=9)
    talk.set(2, Z(3), session=9)
    told = {"id": 1, "targets": ["app1"]}
    begin = {"stage": "begin", "effect": "expire", "role": "app", "params": {}}
    talk.say(3, "inject", "nemesis", key="expire", value=told | begin)
    proof = {"session": 9, "closed_at_zxid": Z(5)}
    talk.say(4, "inject", "nemesis", key="expire", value=told | {"stage": "proven", "proof": proof})
    assert silent(NAME, talk).checked == 1
    talk.set(5, Z(6), session=9, conn=2)
    assert kinds(NAME, talk) == ["write-after-end"]


def test_what_a_session_did_before_its_end():
    talk = closed()
    talk.get(4.5, Z(5))
    talk.get(5, Z(9), session=2)
    result = silent(NAME, talk)
    assert (result.checked, result.measures["ended_sessions"]) == (3, 1)


def test_what_comes_late_is_refused_or_lost():
    talk = closed()
    talk.refuse(5, "set", Z(7), "SessionExpiredError")
    talk.refuse(5, "set", Z(8), "NoNodeError")
    talk.ask(6, "set", type="info", ask={"data": "x"})
    talk.set(7, Z(9), session=2)
    silent(NAME, talk)


def test_an_end_that_nobody_told_is_no_end():
    talk = closed(at=0)
    talk.meet(5, "lost")
    talk.set(6, Z(6))
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
