from checkers.result import Verdict
from tests.unit.checkers.talk import KEY, Talk, Z, check, kinds, silent

NAME = "single-owner"


def test_an_answered_write_of_the_older_connection_comes_after_one_of_the_newer():
    talk = Talk()
    talk.set(1, Z(9))
    talk.set(2, Z(4), conn=2)
    talk.set(3, Z(5), conn=3)
    assert kinds(NAME, talk) == ["old-owner"]
    assert "connection 1" in check(NAME, talk.history()).sentence


def test_a_lost_write_is_betrayed_by_a_read():
    talk = Talk()
    talk.ask(1, "set", type="info", ask={"data": "late"})
    talk.refuse(2, "create", Z(4), conn=2)
    talk.set(3, Z(6), conn=2)
    talk.get(4, Z(7), "late", mzxid=Z(5), session=2, life="app2/1")
    assert kinds(NAME, talk) == ["old-owner"]
    sentence = check(NAME, talk.history()).sentence
    assert f"as transaction {hex(Z(5))}" in sentence
    assert "by app2 shows it" in sentence


def test_a_lost_part_of_a_multi_is_betrayed_too():
    talk = Talk()
    talk.ask(1, "multi", type="info", key="", ask=[{"f": "create", "key": KEY, "data": "late"}])
    talk.set(2, Z(4), conn=2)
    talk.get(3, Z(7), "late", mzxid=Z(5), session=2, life="app2/1")
    assert kinds(NAME, talk) == ["old-owner"]


def test_what_was_lost_may_take_effect_until_the_newer_connection_writes():
    talk = Talk()
    talk.set(1, Z(1))
    talk.ask(1.5, "set", type="info", ask={"data": "late"})
    talk.get(2, Z(2), conn=2)
    talk.get(3, Z(5), "late", mzxid=Z(5), session=2, life="app2/1")
    talk.set(4, Z(6), conn=2)
    result = silent(NAME, talk)
    assert result.measures == {"moved_sessions": 1, "betrayed_writes": 1, "late_writes": 0}


def test_other_sessions_and_the_same_connection_are_no_newer_owner():
    talk = Talk()
    talk.ask(1, "set", type="info", ask={"data": "late"})
    talk.set(2, Z(2))
    talk.set(2, Z(3), conn=2, session=2, life="app2/1")
    talk.get(3, Z(7), "late", mzxid=Z(5), session=2, life="app2/1")
    result = silent(NAME, talk)
    assert (result.checked, result.measures["moved_sessions"]) == (3, 0)


def test_the_latest_write_of_each_connection_is_compared():
    talk = Talk()
    talk.set(1, Z(2))
    talk.set(2, Z(9))
    talk.set(3, Z(4), conn=2)
    talk.set(4, Z(10), conn=2)
    assert kinds(NAME, talk) == ["old-owner"]


def test_data_without_a_stat_betrays_nothing():
    talk = Talk()
    talk.ask(1, "set", type="info", ask={"data": "late"})
    talk.set(2, Z(4), conn=2)
    talk.get(3, Z(7), "late", stat=None, session=2, life="app2/1")
    talk.get(4, Z(9), "other", mzxid=Z(8), session=2, life="app2/1")
    assert silent(NAME, talk).measures["betrayed_writes"] == 0


def test_data_of_two_writers_betrays_neither():
    talk = Talk()
    talk.ask(1, "set", type="info", ask={"data": "late"})
    talk.set(2, Z(4), conn=2)
    talk.set(3, Z(5), "late", session=2, life="app2/1")
    talk.get(4, Z(7), "late", mzxid=Z(5), session=2, life="app2/1")
    silent(NAME, talk)


def test_a_lost_write_without_a_session_is_nobodys():
    talk = Talk()
    talk.set(2, Z(4), conn=2)
    talk.ask(1, "set", type="info", session=0, conn=0, ask={"data": "late"}, error="process died")
    talk.get(4, Z(7), "late", mzxid=Z(5), session=2, life="app2/1")
    silent(NAME, talk)


def test_an_old_history_tells_no_connections():
    talk = Talk()
    talk.set(1, Z(1), wire=0)
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
