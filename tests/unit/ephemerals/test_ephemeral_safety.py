"""ephemeral-safety: what vanished while its session lived is caught, what may have been deleted is not."""

import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent
from tests.unit.ephemerals.small_lives import (
    NODE,
    ONE,
    close,
    end,
    listing,
    look,
    make,
    read,
    two_sessions,
    write,
)

NAME = "ephemeral-safety"


def gone(talk: Talk, how: str) -> None:
    """Let the node be missed at transaction 20."""
    if how == "exists":
        look(talk, 8, 20, there=False)
    elif how == "listing":
        listing(talk, 7, 15, ["e1", "k1"])
        listing(talk, 8, 20, ["k1"])
    elif how == "made-again":
        make(talk, 8, 20, session=2)
    elif how == "another-stat":
        read(talk, 8, 25, born=20, owner=0)
    else:
        talk.refuse(8, how, Z(20), "NoNodeError", key=NODE, session=2, life="app2/1")


WAYS = ("exists", "listing", "made-again", "another-stat", "set", "delete", "get")


@pytest.mark.parametrize("how", WAYS)
def test_a_node_vanished_while_its_session_lived(how):
    talk = two_sessions()
    gone(talk, how)
    write(talk, 9, 30, ONE)
    assert kinds(NAME, end(talk)) == ["vanished"]
    (violation,) = check(NAME, talk.history()).violations
    assert violation.key == NODE
    assert violation.sentence.startswith("/keys/e1 of app1, made by transaction 0x1000003f2, was gone")
    assert "the set of /keys/other by app1 was acknowledged at 9.0 s" in violation.sentence


@pytest.mark.parametrize("how", WAYS)
def test_a_node_vanished_with_its_session(how):
    talk = two_sessions()
    look(talk, 7, 14, there=True)
    write(talk, 7.5, 15, ONE)
    gone(talk, how)
    assert silent(NAME, end(talk)).checked > 0


def test_a_refusal_for_the_tree_shows_a_session_alive_one_for_the_session_does_not():
    for error, found in (("BadVersionError", ["vanished"]), ("SessionExpiredError", [])):
        talk = two_sessions()
        gone(talk, "exists")
        talk.refuse(9, "set", Z(30), error, key="/keys/other")
        assert kinds(NAME, end(talk)) == found


def test_that_the_client_could_close_it_is_no_proof_that_it_lived():
    talk = two_sessions()
    look(talk, 7, 11, there=True)
    write(talk, 7.5, 12, ONE)
    gone(talk, "exists")
    close(talk, 9, 30)
    silent(NAME, end(talk))


def test_that_the_nemesis_could_close_it_is_a_proof():
    talk = two_sessions()
    gone(talk, "exists")
    talk.fault(4, "expire-app-leader", "app1", 10, 11, 12, 13, effect="expire")
    proven = next(r for r in talk.rows if r["f"] == "inject" and r["value"]["stage"] == "proven")
    proven["value"]["proof"] = {"session": ONE, "closed_at_zxid": Z(30)}
    result = check(NAME, end(talk).history())
    assert [violation.kind for violation in result.violations] == ["vanished"]
    assert f"only transaction {hex(Z(30))} at 11.0 s closed it" in result.sentence


@pytest.mark.parametrize("outcome", ["ok", "info"])
@pytest.mark.parametrize("multi", [False, True])
def test_somebody_deleted_it_or_may_have(outcome, multi):
    talk = two_sessions()
    look(talk, 7, 11, there=True)
    parts = {"key": "", "ask": [{"f": "delete", "key": NODE}], "value": [None] if outcome == "ok" else None}
    more = parts if multi else {"key": NODE}
    z = Z(15) if outcome == "ok" else 0
    talk.ask(7.5, "multi" if multi else "delete", z, session=2, life="app2/1", type=outcome, **more)
    gone(talk, "exists")
    write(talk, 9, 30, ONE)
    silent(NAME, end(talk))


def test_what_was_deleted_only_later_had_vanished_before():
    talk = two_sessions()
    gone(talk, "exists")
    talk.ask(9, "delete", 0, type="info", key=NODE, session=2, life="app2/1")
    write(talk, 9.5, 30, ONE)
    assert kinds(NAME, end(talk)) == []
    # The one who deleted had seen a later state acknowledged before.
    talk = two_sessions()
    gone(talk, "exists")
    write(talk, 8.5, 25)
    talk.ask(9, "delete", 0, type="info", key=NODE, session=2, life="app2/1")
    write(talk, 9.5, 30, ONE)
    assert kinds(NAME, end(talk)) == ["vanished"]


def test_a_deletion_that_a_cut_history_lacks():
    talk = two_sessions()
    gone(talk, "exists")
    write(talk, 9, 30, ONE)
    assert not check(NAME, talk.history()).violations


def test_an_answer_from_before_its_creation_says_nothing():
    talk = two_sessions()
    look(talk, 7, 9, there=False)
    listing(talk, 7.2, 9, ["k1"])
    look(talk, 7.5, 12, there=True)
    write(talk, 9, 30, ONE)
    silent(NAME, end(talk))


def test_a_fresh_leader_may_show_an_older_state_than_it_says():
    talk = two_sessions()
    look(talk, 7, 12, there=True)
    epoch = 2 << 32
    make(talk, 8, 0, "/keys/e2", zxid=epoch | 3)
    talk.ask(9, "children", epoch | 5, value=["e1"], key="/keys", session=2, life="app2/1")
    talk.ask(9.1, "exists", epoch | 6, value=False, key="/keys/e2", session=2, life="app2/1")
    write(talk, 10, 0, ONE, zxid=epoch | 40)
    silent(NAME, end(talk))


def test_a_node_made_and_deleted_by_one_multi_was_never_there():
    talk = two_sessions()
    look(talk, 7, 12, there=True)
    parts = [{"f": "create", "key": "/keys/e2", "ephemeral": True}, {"f": "delete", "key": "/keys/e2"}]
    talk.ask(8, "multi", Z(20), key="", ask=parts, value=["/keys/e2", None])
    look(talk, 9, 21, there=False, key="/keys/e2")
    write(talk, 10, 30, ONE)
    silent(NAME, end(talk))


def test_a_container_is_no_ephemeral_node():
    for owner in (-(2**63), -(2**56) + 500):
        talk = two_sessions()
        look(talk, 7, 11, there=True)
        read(talk, 7.5, 12, born=5, key="/keys/x", owner=owner)
        look(talk, 8, 13, there=False, key="/keys/x")
        write(talk, 9, 30, ONE)
        assert silent(NAME, end(talk)).measures["ephemerals"] == 1


def test_without_ephemerals_nothing_is_known():
    talk = Talk()
    write(talk, 7, 11, ONE)
    assert check(NAME, end(talk).history()).verdict is Verdict.UNKNOWN


def test_a_node_that_a_candidate_took_for_its_own_is_not_judged():
    talk = two_sessions()
    look(talk, 7, 11, there=True)
    node = "/keys/n-0000000007"
    talk.say(7, "candidate", "app1/1.0", key=node, value={"token": Z(12)}, session=ONE)
    look(talk, 8, 20, there=False, key=node)
    write(talk, 9, 30, ONE)
    assert silent(NAME, end(talk)).measures["ephemerals"] == 2


def test_the_first_listing_without_it_is_told():
    talk = two_sessions()
    for z, names in ((15, ["e1"]), (20, ["k1"]), (21, ["e1"]), (22, [])):
        listing(talk, z / 2, z, names)
    write(talk, 20, 30, ONE)
    (violation,) = check(NAME, end(talk).history()).violations
    assert f"was gone at 10.0 s (transaction {hex(Z(20))})" in violation.sentence
