import pytest

from checkers.result import Verdict
from tests.unit.checkers.build import at
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent

NAME = "write-order"


def test_a_write_that_came_later_is_ordered_before():
    talk = Talk()
    talk.set(1, Z(5))
    talk.set(2, Z(4), session=2, life="app2/1")
    assert kinds(NAME, talk) == ["misplaced"]
    assert "by app1 had been acknowledged at 1.0 s" in check(NAME, talk.history()).sentence


def test_the_latest_of_all_writes_in_front_counts():
    for late in (Z(1), Z(2), Z(3)):
        talk = Talk()
        talk.set(1, Z(4))
        for number, zxid in enumerate((Z(1), Z(2), Z(3))):
            session = {"session": number + 2, "life": f"app{number + 2}/1"}
            talk.set(3 if zxid == late else 0.5, zxid, **session)
        assert kinds(NAME, talk) == ["misplaced"]
        assert hex(late) in check(NAME, talk.history()).sentence


def test_a_write_sent_at_the_very_moment_of_an_answer_may_have_overlapped():
    talk = Talk()
    talk.set(1, Z(5), received=at(1.005))
    talk.set(1, Z(4), session=2, life="app2/1", sent=at(1.005))
    talk.set(3, Z(6))
    assert silent(NAME, talk).checked == 3


@pytest.mark.parametrize("refused", ["first", "second"])
def test_refused_writes_have_their_place_in_the_order(refused):
    talk = Talk()
    for name, second, zxid in (("first", 1, Z(5)), ("second", 2, Z(4))):
        if name == refused:
            talk.refuse(second, "create", zxid)
        else:
            talk.set(second, zxid)
    assert kinds(NAME, talk) == ["misplaced"]


def test_one_misplaced_write_is_told_once():
    talk = Talk()
    for counter in range(1, 9):
        talk.set(counter, Z(counter))
    talk.set(20, Z(0), session=2, life="app2/1")
    result = check(NAME, talk.history())
    assert len(result.violations) == 1
    assert result.measures["misplaced_writes"] == 8


def test_overlapping_writes_may_come_in_any_order():
    talk = Talk()
    talk.set(1, Z(5), took=2)
    talk.set(1.5, Z(4), session=2, life="app2/1", took=0.1)
    talk.set(2.5, Z(3), session=3, life="app3/1", took=0.1)
    talk.set(4, Z(6))
    # The third is answered after the second, and before it in the order.
    assert kinds(NAME, talk) == ["misplaced"]
    calm = Talk()
    calm.set(1, Z(5), took=2)
    calm.set(1.5, Z(3), session=2, life="app2/1", took=0.1)
    calm.set(2.5, Z(4), session=3, life="app3/1", took=0.1)
    calm.set(4, Z(6))
    assert silent(NAME, calm).checked == 4


def test_the_times_of_the_sockets_are_tighter_than_those_of_the_calls():
    talk = Talk()
    # Both calls are long, and yet the first had its answer before the second was sent.
    talk.set(1, Z(5), took=5, received=at(2))
    talk.set(1.5, Z(4), session=2, life="app2/1", took=5, sent=at(3), received=at(4))
    assert kinds(NAME, talk) == ["misplaced"]


def test_lost_answers_say_nothing():
    talk = Talk()
    talk.set(1, Z(2))
    talk.ask(2, "set", type="info", ask={"data": "late"})
    talk.ask(3, "set", type="fail", error="not sent: ConnectionLoss", ask={"data": "x"}, xid=0)
    talk.set(4, Z(3))
    talk.get(5, Z(1))
    assert silent(NAME, talk).checked == 2


def test_epochs_count():
    talk = Talk()
    talk.set(1, Z(500, epoch=1))
    talk.set(2, Z(1, epoch=2))
    assert silent(NAME, talk)
    back = Talk()
    back.set(1, Z(1, epoch=2))
    back.set(2, Z(500, epoch=1))
    assert kinds(NAME, back) == ["misplaced"]


def test_old_histories_tell_no_times_of_sockets():
    talk = Talk()
    talk.set(1, Z(5), sent=0, received=0, wire=0)
    talk.set(2, Z(4), sent=0, received=0, wire=0)
    assert kinds(NAME, talk) == ["misplaced"]


def test_nothing_to_compare_is_unknown():
    assert check(NAME, Talk().history()).verdict is Verdict.UNKNOWN
