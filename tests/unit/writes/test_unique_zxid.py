from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent

NAME = "unique-zxid"


def test_two_acknowledged_writes_share_a_zxid():
    talk = Talk()
    talk.set(1, Z(1))
    talk.set(2, Z(2))
    talk.ask(3, "create", Z(2), session=2, life="app2/1", key="/keys/k2", value="/keys/k2")
    assert kinds(NAME, talk) == ["shared-zxid"]
    sentence = check(NAME, talk.history()).sentence
    assert "set of /keys/k1 by app1" in sentence
    assert "create of /keys/k2 by app2" in sentence
    assert hex(Z(2)) in sentence


def test_a_refused_write_shares_a_zxid():
    talk = Talk()
    talk.set(1, Z(1))
    talk.refuse(2, "create", Z(1))
    assert kinds(NAME, talk) == ["shared-zxid"]


def test_of_three_with_one_zxid_two_are_told():
    talk = Talk()
    for second in (1, 2, 3):
        talk.set(second, Z(1))
    assert kinds(NAME, talk) == ["shared-zxid"]


def test_many_are_told_by_number():
    talk = Talk()
    for counter in range(30):
        for session in (1, 2):
            talk.set(counter, Z(counter), session=session, life=f"app{session}/1")
    result = check(NAME, talk.history())
    assert len(result.violations) == 20
    assert result.measures["shared_zxids"] == 30


def test_reads_syncs_and_lost_writes_share_what_they_like():
    talk = Talk()
    talk.set(1, Z(1))
    talk.get(2, Z(1))
    talk.ask(3, "sync", Z(1))
    talk.ask(4, "set", type="info", ask={"data": "x"})
    talk.ask(4, "set", type="info", ask={"data": "y"})
    talk.refuse(5, "get", Z(1), "NoNodeError")
    talk.set(6, Z(2))
    assert silent(NAME, talk).checked == 2


def test_errors_that_no_leader_gave_are_no_transactions():
    talk = Talk()
    talk.set(1, Z(1))
    talk.set(2, Z(2))
    talk.refuse(3, "set", Z(2), "SessionMovedError")
    assert silent(NAME, talk).checked == 2


def test_nothing_to_compare_is_unknown():
    talk = Talk()
    talk.set(1, Z(1))
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
