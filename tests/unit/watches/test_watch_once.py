"""watch-once: events that no watch, or no change, can explain are caught; what may have happened excuses."""

from typing import Any

import pytest

from checkers.result import Verdict
from tests.unit.checkers.build import a_plan
from tests.unit.checkers.talk import KEY, Z, check, kinds, silent
from tests.unit.watches.watching import WRITER, Old, Watching, told_once, without_wire

NAME = "watch-once"
BOTH = pytest.mark.parametrize("script", [Watching, Old])


@BOTH
def test_one_event_for_each_watch_is_fine(script: type[Watching]):
    talk = told_once(script())
    talk.leave(4, Z(12))
    talk.leave(4.1, Z(12), "children")
    talk.remove(5, Z(13))
    talk.fire(5.1, Z(13), "DELETED")
    talk.leave(6, Z(13), "exists")
    talk.make(7, Z(14))
    talk.fire(7.1, Z(14), "CREATED")
    assert silent(NAME, talk).checked == 3


@BOTH
def test_a_watch_fires_twice(script: type[Watching]):
    talk = told_once(script())
    talk.write(4, Z(13))
    talk.fire(4.1, Z(13))
    assert kinds(NAME, talk) == ["fired-twice"]
    assert "had been used up" in check(NAME, talk.history()).sentence


def test_a_watch_left_anew_is_told_of_the_same_change_again():
    talk = told_once(Watching())
    talk.leave(4, Z(12))
    talk.fire(4.1, Z(11))
    assert kinds(NAME, talk) == ["fired-twice"]


def test_a_delete_is_told_once_however_many_watches_wait():
    talk = Watching()
    talk.leave(1, Z(10))
    talk.leave(1.1, Z(10), "children")
    talk.remove(2, Z(11))
    talk.fire(2.1, Z(11), "DELETED")
    talk.fire(2.2, Z(11), "DELETED")
    assert kinds(NAME, talk) == ["fired-twice"]


@BOTH
def test_nobody_watched(script: type[Watching]):
    talk = script()
    talk.get(1, Z(10))
    talk.leave(1.1, Z(10), session=2, life="app2/1")
    talk.write(2, Z(11))
    talk.fire(2.1, Z(11))
    assert kinds(NAME, talk) == ["not-watched"]


def test_a_watch_of_an_earlier_connection_is_none():
    talk = Watching()
    talk.leave(1, Z(10))
    talk.write(2, Z(11))
    talk.fire(3, Z(11), conn=2)
    assert kinds(NAME, talk) == ["not-watched"]


@BOTH
@pytest.mark.parametrize("f", ["children", "get"])
def test_the_type_is_not_that_of_the_watch(script: type[Watching], f: str):
    talk = script()
    talk.leave(1, Z(10), f)
    talk.write(2, Z(11))
    talk.make(3, Z(12), key=f"{KEY}/c")
    talk.fire(3.1, Z(11) if f == "children" else Z(12), "CHANGED" if f == "children" else "CHILD")
    assert kinds(NAME, talk) == ["wrong-type"]


@BOTH
def test_the_type_is_not_that_of_the_change(script: type[Watching]):
    talk = script()
    talk.leave(1, Z(10))
    talk.write(2, Z(11))
    talk.fire(2.1, Z(11), "DELETED")
    talk.ping(3, Z(11))
    assert kinds(NAME, talk) == ["wrong-type"]


@BOTH
def test_nothing_has_changed(script: type[Watching]):
    talk = script()
    talk.write(0.5, Z(9))
    talk.leave(1, Z(10))
    talk.write(1.5, Z(11), key="/keys/other")
    talk.fire(2, Z(11))
    talk.ping(3, Z(11))
    assert kinds(NAME, talk) == ["no-transaction"]


def test_what_changed_before_the_watch_was_left_is_no_reason():
    talk = Watching()
    talk.write(0.5, Z(9))
    talk.leave(1, Z(10))
    talk.fire(2, Z(9))
    assert kinds(NAME, talk) == ["no-transaction"]


UNKNOWN: list[tuple[str, str, dict[str, Any]]] = [
    ("set", "CHANGED", {"ask": {"data": "lost"}}),
    ("delete", "DELETED", {}),
    ("create", "CREATED", {}),
    ("create", "DELETED", {"ask": {"ephemeral": True}}),
    ("create", "DELETED", {"ask": {"container": True}}),
    ("multi", "CHANGED", {"ask": [{"f": "set", "key": KEY, "data": "lost"}]}),
    ("create", "CREATED", {"ask": {"sequence": True}, "key": "/keys/s-"}),
    ("create", "DELETED", {"ask": {"sequence": True, "ephemeral": True}, "key": "/keys/s-"}),
]


@BOTH
@pytest.mark.parametrize(("f", "type_", "more"), UNKNOWN)
def test_an_unknown_write_may_be_the_reason(script: type[Watching], f: str, type_: str, more: dict[str, Any]):
    told = f"{more['key']}0000000001" if "key" in more else KEY
    talk = script()
    talk.leave(1, Z(10), key=told)
    talk.lose(2, f, **more)
    talk.fire(2.1, Z(11), type_, told)
    talk.ping(3, Z(11))
    assert silent(NAME, talk).checked == 1


@BOTH
def test_a_child_may_have_come_by_an_unknown_write(script: type[Watching]):
    talk = script()
    talk.leave(1, Z(10), "children", key="/keys")
    talk.lose(2, "create")
    talk.fire(2.1, Z(11), "CHILD", "/keys")
    assert silent(NAME, talk).checked == 1


@BOTH
def test_an_unknown_write_that_began_later_is_no_reason(script: type[Watching]):
    talk = script()
    talk.leave(1, Z(10))
    talk.fire(2.1, Z(11))
    talk.ping(3, Z(11))
    talk.write(4, Z(12), key="/keys/other")
    talk.lose(5, "set", ask={"data": "lost"})
    assert kinds(NAME, talk) == ["no-transaction"]


def test_an_unknown_write_is_no_reason_for_a_transaction_that_is_known():
    talk = Watching()
    talk.lose(0.5, "set", ask={"data": "lost"})
    talk.leave(1, Z(10))
    talk.write(2, Z(11), key="/keys/other")
    talk.fire(2.1, Z(11))
    assert kinds(NAME, talk) == ["no-transaction"]


@BOTH
@pytest.mark.parametrize("how", ["closed", "expired", "container"])
def test_what_vanishes_by_itself_is_told(script: type[Watching], how: str):
    talk = script()
    talk.make(1, Z(10), ephemeral=how != "container", container=how == "container")
    talk.leave(2, Z(10))
    talk.leave(2.1, Z(10), "children", key="/keys")
    if how == "closed":
        talk.meet(3, "closed", session=9, life="app9/1", z=Z(11))
    talk.fire(3.1, Z(11), "DELETED")
    talk.fire(3.1, Z(11), "CHILD", "/keys")
    talk.ping(4, Z(11))
    assert silent(NAME, talk).checked == 2


@BOTH
def test_an_ephemeral_node_does_not_vanish_while_its_session_writes(script: type[Watching]):
    talk = script()
    talk.make(1, Z(10), ephemeral=True)
    talk.leave(2, Z(10))
    talk.fire(3.1, Z(11), "DELETED")
    talk.ping(3.2, Z(11))
    talk.write(4, Z(12), key="/keys/other")
    assert kinds(NAME, talk) == ["no-transaction"]


def test_a_read_that_was_given_up_may_have_left_the_watch():
    talk = told_once(Watching())
    talk.lose(4, "get", ask={"watch": True}, session=1, life="app1/1")
    talk.write(5, Z(13))
    talk.fire(5.1, Z(13))
    talk.lose(6, "children", key="/keys", ask={"watch": True}, session=0, conn=0, life="app1/1")
    talk.make(7, Z(14), key="/keys/new")
    talk.fire(7.1, Z(14), "CHILD", "/keys")
    talk.lose(8, "add-watch", key="/keys", ask={"mode": "recursive"}, session=1, life="app1/1")
    talk.write(9, Z(15), key="/keys/new")
    talk.fire(9.1, Z(15), key="/keys/new")
    assert silent(NAME, talk).checked == 4


@BOTH
def test_a_watch_that_stays_is_not_used_up(script: type[Watching]):
    talk = script()
    talk.stay(1, Z(10), "recursive", key="/keys")
    talk.stay(1.1, Z(10), key=KEY)
    talk.leave(1.2, Z(10))
    for number in (11, 12, 13):
        talk.write(number, Z(number))
        talk.fire(number + 0.1, Z(number))
    parts = [{"f": "set", "key": KEY, "data": "a"}, {"f": "set", "key": KEY, "data": "b"}]
    talk.ask(14, "multi", Z(14), key="", ask=parts, value=[{"czxid": 1}] * 2, **WRITER)
    talk.fire(14.1, Z(14))
    talk.fire(14.1, Z(14))
    assert silent(NAME, talk).checked == 5


def test_a_watch_that_stays_is_told_twice_of_one_change():
    talk = Watching()
    talk.stay(1, Z(10), "recursive", key="/keys")
    talk.write(2, Z(11))
    talk.fire(2.1, Z(11))
    talk.fire(2.2, Z(11))
    assert kinds(NAME, talk) == ["fired-twice"]


def test_the_end_of_a_session_is_told_once_for_each_of_its_nodes():
    talk = Watching()
    talk.stay(1, Z(9), key="/keys")
    for number in (10, 11):
        talk.make(number, Z(number), key=f"/keys/e{number}", ephemeral=True)
        talk.fire(number + 0.1, Z(number), "CHILD", "/keys")
    talk.make(11.2, Z(12), key="/keys/deleted", ephemeral=True)
    talk.fire(11.3, Z(12), "CHILD", "/keys")
    talk.remove(11.4, Z(13), key="/keys/deleted")
    talk.fire(11.5, Z(13), "CHILD", "/keys")
    talk.meet(12, "closed", session=9, life="app9/1", z=Z(14))
    talk.fire(12.1, Z(14), "CHILD", "/keys")
    talk.fire(12.1, Z(14), "CHILD", "/keys")
    assert silent(NAME, talk).checked == 6
    talk.fire(12.2, Z(14), "CHILD", "/keys")
    assert kinds_of(talk) == ["fired-twice"]


def test_a_late_event_is_told_apart_from_the_next_one():
    talk = Watching()
    talk.leave(1, Z(10))
    talk.write(2, Z(11))
    talk.leave(3, Z(12))
    talk.fire(3.1, Z(11))
    talk.write(4, Z(13))
    talk.fire(4.1, Z(13))
    assert silent(NAME, talk).checked == 2


def test_a_recursive_watch_is_not_told_of_children():
    talk = Watching()
    talk.stay(1, Z(10), "recursive", key="/keys")
    talk.make(2, Z(11))
    talk.fire(2.1, Z(11), "CHILD", "/keys")
    assert kinds(NAME, talk) == ["wrong-type"]


def test_a_fresh_leader_may_claim_too_much_for_a_moment():
    epoch = (Z(0) >> 32) + 1 << 32
    talk = told_once(Watching())
    talk.leave(4, epoch + 3)
    talk.write(5, epoch + 2)
    talk.fire(5.1, epoch + 2)
    assert silent(NAME, talk).checked == 2


def test_a_run_that_was_cut_off_may_lack_the_reason():
    talk = Watching()
    talk.phase(0.5, "workload")
    talk.node(0.6, "app1", "started")
    talk.node(0.6, "app9", "started")
    talk.leave(1, Z(10))
    talk.fire(2.1, Z(11))
    talk.get(3, Z(12))
    assert check(NAME, talk.history()).verdict is Verdict.VALID
    talk.write(4, Z(13), key="/keys/other")
    assert kinds_of(talk) == ["no-transaction"]


def kinds_of(talk: Watching) -> list[str]:
    return [violation.kind for violation in check(NAME, talk.history()).violations]


@pytest.mark.parametrize("torn", ["no zxid", "no parts"])
def test_a_write_that_does_not_tell_what_it_did_excuses_all(torn: str):
    talk = told_once(Watching())
    parts = [{"f": "set", "key": KEY, "data": "m"}]
    if torn == "no zxid":
        talk.write(4, 0)
    else:
        talk.ask(4, "multi", Z(13), key="", ask=parts, **WRITER)
    talk.leave(5, Z(12), conn=1)
    talk.fire(6, Z(13))
    assert silent(NAME, talk).checked == 2


def test_without_events_or_positions_nothing_is_known():
    talk = Watching(plan=a_plan())
    talk.leave(1, Z(10))
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
    assert check(NAME, without_wire(told_once(talk))).verdict is Verdict.UNKNOWN
