import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent

NAME = "session-identity"


def test_two_nodes_were_given_one_session():
    talk = Talk()
    talk.meet(1, "connected", session=77)
    talk.meet(2, "connected", session=77, life="app2/1")
    assert kinds(NAME, talk) == ["two-lives"]
    assert "0x4d was used by app1/1 and app2/1" in check(NAME, talk.history()).sentence


@pytest.mark.parametrize("other", ["app2/1", "app1/2", "final/zk1"])
def test_two_lives_make_calls_in_one_session(other):
    talk = Talk()
    talk.get(1, Z(1), session=-77)
    talk.get(2, Z(1), session=-77, conn=2, life=other)
    talk.get(3, Z(1), session=5)
    assert kinds(NAME, talk) == ["two-lives"]


@pytest.mark.parametrize("conns", [(1, 1), (1, 3), (3, 1)])
def test_two_clients_of_one_life(conns):
    talk = Talk()
    talk.meet(1, "connected", conn=conns[0])
    talk.meet(2, "connected", conn=conns[1])
    assert kinds(NAME, talk) == ["two-clients"]


@pytest.mark.parametrize("conn", [1, 4])
def test_a_client_that_begins_to_count_anew_is_another_one(conn):
    talk = Talk()
    talk.meet(1, "connected", conn=4)
    talk.meet(2, "suspended", conn=4)
    talk.meet(3, "connected", conn=conn)
    assert kinds(NAME, talk) == ["two-clients"]


def test_one_client_comes_back_to_its_session_and_goes_on_to_another():
    talk = Talk()
    talk.meet(1, "connected")
    talk.get(1.5, Z(1))
    talk.meet(2, "suspended")
    talk.meet(3, "connected", conn=2)
    talk.get(3.5, Z(1), conn=2)
    talk.meet(4, "closed", conn=2, z=Z(3))
    talk.meet(5, "connected", session=2, conn=3)
    talk.meet(5, "connected", session=3, conn=1)
    talk.get(6, Z(4), session=4, life="final/zk1")
    assert silent(NAME, talk).checked == 4


def test_without_sessions_nothing_can_be_compared():
    talk = Talk()
    talk.get(1, Z(1), session=0)
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
