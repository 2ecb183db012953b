from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent

NAME = "single-system-image"


def test_a_reply_shows_an_older_state_than_the_one_before():
    talk = Talk()
    talk.servers()
    talk.get(1, Z(5))
    talk.get(2, Z(4))
    talk.get(3, Z(4))
    assert kinds(NAME, talk) == ["went-back"]
    assert "by zk1 at 1.0 s" in check(NAME, talk.history()).sentence


def test_a_ping_counts_on_its_connection_both_ways():
    talk = Talk()
    talk.ping(1, Z(5))
    talk.get(2, Z(4))
    assert kinds(NAME, talk) == ["went-back"]
    other = Talk()
    other.get(1, Z(5))
    other.ping(2, Z(4))
    assert kinds(NAME, other) == ["went-back"]


def test_the_next_server_is_behind():
    talk = Talk()
    talk.get(1, Z(5))
    talk.get(2, Z(6), conn=2)
    talk.get(3, Z(4), conn=3, server="10.0.0.2:2181")
    talk.get(4, Z(7), conn=3, server="10.0.0.2:2181")
    assert kinds(NAME, talk) == ["moved-back"]
    sentence = check(NAME, talk.history()).sentence
    assert f"the state of transaction {hex(Z(6))} by 10.0.0.1:2181 at 2.0 s" in sentence
    assert f"the older state of transaction {hex(Z(4))} by 10.0.0.2:2181 at 3.0 s" in sentence


def test_the_very_first_reply_binds_all_connections():
    talk = Talk()
    talk.get(1, Z(5))
    talk.ping(1.5, Z(6))
    talk.ping(2, Z(5), conn=2)
    talk.ping(3, Z(3), conn=3)
    assert kinds(NAME, talk) == ["moved-back"]
    assert "at 1.0 s (the get" in check(NAME, talk.history()).sentence


def test_the_same_state_is_no_older_one():
    talk = Talk()
    talk.get(1, Z(5))
    talk.get(2, Z(5))
    talk.get(3, Z(5), conn=2)
    talk.ping(4, Z(5), conn=2)
    silent(NAME, talk)


def test_the_next_server_answers_a_ping_from_behind():
    talk = Talk()
    talk.set(1, Z(5))
    talk.ping(2, Z(4), conn=2)
    assert kinds(NAME, talk) == ["moved-back"]


def test_no_client_remembers_the_zxid_of_a_ping():
    talk = Talk()
    talk.get(1, Z(3))
    talk.ping(2, Z(9))
    talk.get(3, Z(4), conn=2)
    assert silent(NAME, talk).measures["connections"] == 2


def test_sessions_do_not_bind_each_other():
    talk = Talk()
    talk.get(1, Z(9), session=1)
    talk.get(2, Z(3), session=2)
    talk.get(3, Z(3), session=2)
    talk.get(4, Z(9), session=1)
    assert silent(NAME, talk).checked == 2


def test_errors_that_are_no_witness_and_lost_answers_say_nothing():
    talk = Talk()
    talk.get(1, Z(5))
    talk.refuse(2, "set", Z(4), "ThrottledOpError")
    talk.ask(3, "get", type="info")
    talk.refuse(4, "get", Z(5), "NoNodeError")
    assert silent(NAME, talk).checked == 1
    talk.refuse(5, "get", Z(4), "NoNodeError")
    assert kinds(NAME, talk) == ["went-back"]


def test_an_old_history_tells_no_positions():
    talk = Talk()
    talk.get(1, Z(2), wire=0)
    talk.get(2, Z(1), wire=0)
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
