"""ephemeral-cleanup where paths are used again and again, by Stats, writes, listings and the final walk."""

import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, stat
from tests.unit.ephemerals.small_lives import (
    NODE,
    ONE,
    TWO,
    close,
    end,
    listing,
    look,
    make,
    read,
    two_sessions,
    write,
)

NAME = "ephemeral-cleanup"


def closed() -> Talk:
    """Return a run in which app1's session is closed by transaction 50, at 20 s."""
    talk = two_sessions()
    look(talk, 7, 11, there=True)
    close(talk, 20, 50)
    return talk


def found(talk: Talk) -> list[str]:
    """Return the kinds of violations of the run, written to its end."""
    return kinds(NAME, end(talk))


def show(talk: Talk, how: str, z: int = 60) -> None:
    """Let the node be shown alive at 22 s."""
    if how == "get":
        read(talk, 22, z, born=10)
    elif how == "set":
        shown = stat(czxid=Z(10), mzxid=Z(z), ephemeralOwner=ONE)
        talk.ask(22, "set", Z(z), key=NODE, ask={"data": "x"}, stat=shown, session=TWO, life="app2/1")
    elif how == "blind-set":
        talk.ask(22, "set", Z(z), key=NODE, ask={"data": "x"}, session=TWO, life="app2/1")
    elif how == "delete":
        talk.ask(22, "delete", Z(z), key=NODE, session=TWO, life="app2/1")
    elif how == "listing":
        listing(talk, 22, z, ["e1"])
    else:
        told = [{"data": "d", "stat": {"czxid": Z(10), "mzxid": Z(10), "ephemeralOwner": ONE}}]
        ask = [{"f": "get", "key": NODE}]
        talk.ask(22, "multi-read", Z(z), key="", ask=ask, value=told, session=TWO, life="app2/1")


WAYS = ("get", "set", "blind-set", "delete", "listing", "multi-read")


@pytest.mark.parametrize("how", WAYS)
def test_it_outlived_the_closing_of_its_session(how):
    talk = closed()
    show(talk, how)
    assert found(talk) == ["outlived-close"]


@pytest.mark.parametrize("how", WAYS)
def test_it_was_made_again_by_another_session(how):
    talk = closed()
    make(talk, 21, 55, session=TWO)
    if how in {"listing", "blind-set", "delete"}:
        show(talk, how)
    else:
        read(talk, 22, 60, born=55, owner=TWO)
    assert found(talk) == []


@pytest.mark.parametrize("how", WAYS)
def test_it_may_have_been_made_again_by_another_session(how):
    talk = closed()
    make(talk, 21, 0, session=TWO, type="info", value=None)
    show(talk, how)
    # Only a Stat tells that it is still the same node.
    assert found(talk) == (["outlived-close"] if how in {"get", "set", "multi-read"} else [])


def test_what_was_made_again_had_to_be_answered_before_the_closing():
    talk = closed()
    make(talk, 8, 0, session=TWO, type="info", value=None)
    talk.set(9, Z(20), session=TWO, conn=2, life="app2/1", key="/keys/other")
    show(talk, "listing")
    assert found(talk) == ["outlived-close"]


def test_a_node_that_a_multi_wrote_to_and_deleted_does_not_come_back():
    talk = two_sessions()
    parts = [{"f": "set", "key": NODE, "data": "x"}, {"f": "delete", "key": NODE}]
    told = [{"czxid": Z(10), "mzxid": Z(20), "ephemeralOwner": ONE}, None]
    talk.ask(8, "multi", Z(20), key="", ask=parts, value=told, session=TWO, life="app2/1")
    assert found(talk) == []
    read(talk, 9, 21, born=10)
    assert found(talk) == ["resurrected"]


def test_a_multi_that_replaces_a_node():
    talk = two_sessions()
    parts = [{"f": "delete", "key": NODE}, {"f": "create", "key": NODE, "data": "x"}]
    talk.ask(8, "multi", Z(20), key="", ask=parts, value=[None, NODE], session=TWO, life="app2/1")
    look(talk, 9, 20, there=True)
    close(talk, 20, 50)
    look(talk, 21, 60, there=True)
    assert found(talk) == []


@pytest.mark.parametrize("lived", [False, True])
def test_two_nodes_of_one_session_vanish_together(lived):
    talk = two_sessions()
    make(talk, 6.5, 12, "/keys/e2")
    listing(talk, 7, 13, ["e1", "e2"])
    listing(talk, 8, 20, ["e1"])
    if lived:
        # Then the session was not over, and it is the loss of the other one that is wrong.
        write(talk, 9, 30, ONE)
    assert found(talk) == ([] if lived else ["vanished-apart"])


def test_a_write_acknowledged_without_a_zxid_may_have_been_any_time():
    talk = closed()
    talk.ask(21, "create", 0, key=NODE, ask={"data": "d"}, value=NODE, session=TWO, life="app2/1")
    show(talk, "listing")
    assert found(talk) == []


def test_a_numbered_name_is_given_once_as_long_as_its_parent_stays():
    for deleted in (False, True):
        talk = two_sessions()
        node, ask = "/keys/q/n-0000000001", {"ephemeral": True, "sequence": True}
        talk.ask(7, "create", Z(15), key="/keys/q/n-", ask=ask, value=node)
        look(talk, 7.5, 16, there=True, key=node)
        close(talk, 20, 50)
        if deleted:
            talk.ask(20.5, "delete", Z(51), key="/keys/q", session=TWO, life="app2/1")
        talk.ask(21, "create", 0, key="/keys/q/n-", ask=ask, type="info", session=TWO, life="app2/1")
        look(talk, 22, 60, there=True, key=node)
        assert found(talk) == ([] if deleted else ["outlived-close"])


def test_what_a_multi_makes_and_deletes_is_not_what_was_there_before():
    talk = two_sessions()
    talk.ask(7, "delete", Z(15), key=NODE, session=TWO, life="app2/1")
    parts = [{"f": "create", "key": NODE, "ephemeral": True}, {"f": "delete", "key": NODE}]
    talk.ask(8, "multi", Z(20), key="", ask=parts, value=[NODE, None], session=TWO, life="app2/1")
    assert found(talk) == []


def test_a_node_made_after_the_other_one_had_vanished():
    talk = two_sessions()
    look(talk, 7, 15, there=False)
    make(talk, 7.5, 0, "/keys/e2", type="info", value=None)
    read(talk, 8, 25, born=20, key="/keys/e2")
    assert found(talk) == []


@pytest.mark.parametrize(("due", "synced"), [(True, 54), (True, 25), (False, 54)])
def test_the_final_walk_shows_what_is_left(due, synced):
    talk = two_sessions()
    talk.polls(14, 60)
    talk.node(20 if due else 50, "app1", "died")
    end(talk)
    walk = {"session": 9, "life": "final/zk1"}
    talk.ask(synced, "sync", Z(800), key="/keys", **walk)
    shown = stat(czxid=Z(10), mzxid=Z(10), pzxid=Z(10), ephemeralOwner=ONE)
    talk.ask(54.1, "get", Z(800), key=NODE, value="d", stat=shown, **walk)
    for row in talk.rows:
        if row.get("process", "").startswith("final/zk1."):
            row["process"] = "final/zk1"
    result = check(NAME, talk.history())
    assert [violation.kind for violation in result.violations] == (
        ["left-over"] if due and synced == 54 else []
    )
    assert result.verdict is (Verdict.VIOLATION if due and synced == 54 else Verdict.VALID)
