from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent

NAME = "client-order"


def test_replies_in_the_wrong_order():
    talk = Talk()
    talk.get(1, Z(1))
    talk.get(2, Z(1), took=3, wire=3)
    talk.get(2.5, Z(1), took=1, wire=2)
    assert kinds(NAME, talk) == ["reply-order"]
    assert "(request 2)" in check(NAME, talk.history()).sentence


def test_writes_out_of_the_order_of_sending():
    talk = Talk()
    talk.set(1, Z(5), took=2)
    talk.set(1.5, Z(4), took=2)
    assert kinds(NAME, talk) == ["write-order"]


def test_writes_out_of_order_over_a_change_of_connection():
    talk = Talk()
    talk.set(1, Z(5))
    talk.refuse(2, "create", Z(4), conn=2)
    assert kinds(NAME, talk) == ["write-order"]


def test_writes_that_share_a_zxid_are_left_to_others():
    talk = Talk()
    talk.set(1, Z(5))
    talk.set(2, Z(5))
    silent(NAME, talk)


def test_a_read_older_than_a_reply_before_it():
    talk = Talk()
    talk.set(1, Z(5))
    talk.get(2, Z(4))
    talk.get(3, Z(4))
    assert kinds(NAME, talk) == ["older-read"]
    assert hex(Z(4)) in check(NAME, talk.history()).sentence


def test_a_read_older_than_a_reply_on_the_connection_before():
    talk = Talk()
    talk.get(1, Z(5))
    talk.get(2, Z(4), conn=2, server="10.0.0.2:2181")
    assert kinds(NAME, talk) == ["older-read"]


def test_a_read_is_compared_with_the_newest_reply_not_the_last():
    talk = Talk()
    talk.get(1, Z(9))
    talk.set(2, Z(3))
    talk.get(3, Z(5))
    assert kinds(NAME, talk) == ["older-read"]


def test_pipelined_requests_in_order():
    talk = Talk()
    for number in range(5):
        talk.set(1 + number / 10, Z(number), took=1)
        talk.get(1.05 + number / 10, Z(number), took=1)
    talk.get(5, Z(3), session=2, life="app2/1")
    talk.set(6, Z(9), conn=2)
    assert silent(NAME, talk).checked == 12


def test_lost_answers_and_pings_say_nothing():
    talk = Talk()
    talk.set(1, Z(1))
    talk.ask(2, "set", type="info", ask={"data": "x"})
    talk.ping(3, Z(8))
    talk.get(4, Z(2))
    talk.set(5, Z(3), conn=2)
    assert silent(NAME, talk).checked == 3


def test_request_numbers_may_begin_anew_or_go_on():
    for xid in (1, 7):
        talk = Talk()
        talk.set(1, Z(1), xid=5)
        talk.set(2, Z(2), conn=2, xid=xid)
        talk.get(3, Z(2), conn=2, xid=xid + 1)
        silent(NAME, talk)


def test_sessions_and_large_zxids_are_kept_apart():
    talk = Talk()
    far = 2**62
    for session in (5, -7, 2**61):
        talk.set(1, far + session % 3, session=session)
        talk.get(2, far + 5, session=session)
        talk.get(3, 9, session=session + 1)
    assert silent(NAME, talk).checked == 9
    talk.get(4, 9, session=-7)
    assert kinds(NAME, talk) == ["older-read"]


def test_an_old_history_tells_no_positions():
    talk = Talk()
    talk.set(1, Z(2), wire=0)
    talk.set(2, Z(1), wire=0)
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
