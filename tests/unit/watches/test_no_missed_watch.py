"""no-missed-watch: what was due and never came is caught; what nobody could demand is not."""

import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import KEY, Z, check, kinds, silent
from tests.unit.watches.watching import WRITER, Old, Watching, told_once, without_wire

NAME = "no-missed-watch"


@pytest.mark.parametrize("script", [Watching, Old])
def test_every_kind_of_watch_that_is_told_is_fine(script: type[Watching]):
    talk = told_once(script())
    talk.leave(4, Z(12), "exists", key="/keys/new")
    talk.leave(4.1, Z(12), "children", key="/keys")
    talk.make(5, Z(13), key="/keys/new")
    talk.fire(5.1, Z(13), "CREATED", "/keys/new")
    talk.fire(5.1, Z(13), "CHILD", "/keys")
    talk.leave(6, Z(13), key="/keys/new")
    talk.leave(6.1, Z(13), "children", key="/keys/new")
    talk.remove(7, Z(14), key="/keys/new")
    talk.fire(7.1, Z(14), "DELETED", "/keys/new")
    talk.ping(8, Z(14))
    assert silent(NAME, talk).checked == 4


@pytest.mark.parametrize("script", [Watching, Old])
@pytest.mark.parametrize("heard", ["ping", "read", "write"])
def test_a_later_answer_betrays_the_event_that_never_came(script: type[Watching], heard: str):
    talk = script()
    talk.leave(1, Z(10))
    talk.write(2, Z(11))
    if heard == "ping":
        talk.ping(3, Z(11))
    elif heard == "read":
        talk.get(3, Z(12), key="/keys/other")
    else:
        talk.write(3, Z(13), key="/keys/other", session=1, life="app1/1")
    assert kinds(NAME, talk) == ["missed"]
    sentence = check(NAME, talk.history()).sentence
    assert f"app9 wrote {KEY} by set in transaction {hex(Z(11))}" in sentence
    assert "never came" in sentence


@pytest.mark.parametrize(
    ("f", "key", "deed"),
    [
        ("exists", KEY, "make"),
        ("children", "/keys", "make"),
        ("children", KEY, "remove"),
        ("get", KEY, "remove"),
    ],
)
def test_every_kind_of_trigger_counts(f: str, key: str, deed: str):
    talk = Watching()
    talk.leave(1, Z(10), f, key=key)
    getattr(talk, deed)(2, Z(11))
    talk.ping(3, Z(11))
    assert kinds(NAME, talk) == ["missed"]


def test_a_part_of_a_multi_counts():
    talk = Watching()
    talk.leave(1, Z(10))
    parts = [{"f": "check", "key": "/keys"}, {"f": "set", "key": KEY, "data": "m"}]
    talk.ask(2, "multi", Z(11), key="", ask=parts, value=[None, {"czxid": 1}], **WRITER)
    talk.ping(3, Z(11))
    assert kinds(NAME, talk) == ["missed"]


def test_fenced_work_counts_once():
    talk = Watching()
    talk.stay(1, Z(10), key="/work")
    talk.ask(2, "work", Z(11), key="/work", ask={"token": 1}, value={"token": 1}, **WRITER)
    talk.fire(2.1, Z(11), key="/work")
    talk.ping(3, Z(11))
    assert silent(NAME, talk).checked == 1
    talk.ask(4, "work", Z(12), key="/work", ask={"token": 1}, value={"token": 1}, **WRITER)
    talk.ping(5, Z(12))
    assert kinds(NAME, talk) == ["missed"]


def test_the_end_of_a_session_removes_what_it_owned():
    talk = Watching()
    talk.make(1, Z(10), ephemeral=True)
    talk.leave(2, Z(10))
    talk.meet(3, "closed", session=9, life="app9/1", z=Z(11))
    talk.ping(4, Z(11))
    assert kinds(NAME, talk) == ["missed"]
    assert (
        f"the end of session 0x9, transaction {hex(Z(11))}, removed {KEY}"
        in check(NAME, talk.history()).sentence
    )


@pytest.mark.parametrize("lost", ["delete", "multi"])
def test_what_an_unknown_delete_may_have_removed_is_not_demanded(lost: str):
    talk = Watching()
    talk.make(1, Z(10), ephemeral=True)
    talk.lose(1.5, lost, ask=[{"f": "delete", "key": KEY}] if lost == "multi" else None)
    talk.leave(2, Z(10))
    talk.meet(3, "closed", session=9, life="app9/1", z=Z(11))
    talk.ping(4, Z(11))
    talk.leave(5, Z(11), key="/keys/other")
    talk.write(6, Z(12), key="/keys/other")
    talk.fire(6.1, Z(12), key="/keys/other")
    talk.ping(7, Z(12))
    assert silent(NAME, talk).checked == 1


def test_watches_die_with_their_connection():
    talk = told_once(Watching())
    talk.leave(4, Z(12))
    talk.write(5, Z(13))
    talk.get(6, Z(14), conn=2)
    assert silent(NAME, talk).checked == 1


def test_what_was_deleted_before_its_session_ended_is_not_demanded():
    talk = told_once(Watching())
    talk.make(4, Z(13), key="/keys/e", ephemeral=True)
    talk.remove(5, Z(14), key="/keys/e")
    talk.leave(6, Z(14), "exists", key="/keys/e")
    talk.meet(7, "closed", session=9, life="app9/1", z=Z(15))
    talk.ping(8, Z(15))
    assert silent(NAME, talk).checked == 1


def test_a_watch_left_in_a_state_older_than_one_seen_before_is_another_matter():
    talk = told_once(Watching())
    talk.ping(4, Z(20))
    talk.leave(5, Z(12))
    talk.write(6, Z(15))
    assert silent(NAME, talk).checked == 1


def test_an_unknown_write_may_use_the_watch_up():
    talk = told_once(Watching())
    talk.leave(4, Z(12))
    talk.lose(5, "set", ask={"data": "lost"})
    talk.fire(5.1, Z(13))
    talk.write(6, Z(14))
    talk.ping(7, Z(14))
    assert silent(NAME, talk).checked == 2


def test_refused_reads_and_writes_do_nothing():
    talk = told_once(Watching())
    talk.refuse(4, "get", Z(12), "NoNodeError", key="/keys/no", ask={"watch": True})
    talk.make(5, Z(13), key="/keys/no")
    talk.leave(6, Z(13), key="/keys/no")
    talk.refuse(7, "set", Z(14), "BadVersionError", key="/keys/no", ask={"data": "no"}, **WRITER)
    talk.ping(8, Z(14))
    assert silent(NAME, talk).checked == 1


@pytest.mark.parametrize("script", [Watching, Old])
def test_a_watch_that_stays_is_told_of_every_change(script: type[Watching]):
    talk = script()
    talk.stay(1, Z(10), "recursive", key="/keys")
    talk.stay(1.1, Z(10), key=KEY)
    for number in range(11, 15):
        talk.write(number, Z(number))
        talk.fire(number + 0.1, Z(number))
    talk.make(20, Z(20), key=f"{KEY}/c")
    talk.fire(20.1, Z(20), "CREATED", f"{KEY}/c")
    talk.fire(20.1, Z(20), "CHILD", KEY)
    talk.ping(21, Z(20))
    assert silent(NAME, talk).checked == 6


@pytest.mark.parametrize("script", [Watching, Old])
@pytest.mark.parametrize("mode", ["persistent", "recursive"])
def test_a_watch_that_stays_misses_one_change_of_many(script: type[Watching], mode: str):
    talk = script()
    talk.stay(1, Z(10), mode, key=KEY if mode == "persistent" else "/keys")
    for number in range(11, 15):
        talk.write(number, Z(number))
        if number != 14:
            talk.fire(number + 0.1, Z(number))
    talk.ping(15, Z(14))
    assert kinds(NAME, talk) == ["missed"]


def test_old_servers_forget_one_of_two_kinds_of_watches_on_one_node():
    talk = told_once(Old())
    talk.stay(4, Z(12), key="/keys/two")
    talk.leave(5, Z(12), key="/keys/two")
    for number in (13, 14):
        talk.write(number, Z(number), key="/keys/two")
        if number == 13:
            talk.fire(number + 0.1, Z(number), key="/keys/two")
    talk.ping(15, Z(14))
    assert silent(NAME, talk).checked == 1


def test_a_fresh_leader_may_claim_too_much_for_a_moment():
    early = Z(0) & ~0xFFFFFFFF
    talk = told_once(Watching())
    talk.leave(4, early + (1 << 32) + 1)
    talk.ping(5, early + (1 << 32) + 3)
    talk.write(4.5, early + (1 << 32) + 2, took=1.0)
    talk.ping(6, early + (1 << 32) + 1)
    assert silent(NAME, talk).checked == 1


@pytest.mark.parametrize("how", ["nothing", "no watch", "no wire", "nothing due"])
def test_without_evidence_nothing_is_known(how: str):
    talk = Watching()
    if how == "no watch":
        talk.get(1, Z(10))
    elif how == "nothing due":
        talk.leave(1, Z(10))
        talk.write(2, Z(11))
    elif how == "no wire":
        told_once(talk)
    history = without_wire(talk) if how == "no wire" else talk.history()
    result = check(NAME, history)
    assert result.verdict is Verdict.UNKNOWN
    assert len(result.missing) == 1


def test_only_the_first_violations_are_told():
    talk = Watching()
    for number in range(30):
        talk.leave(1 + number / 100, Z(10), key=f"/keys/n{number}")
    for number in range(30):
        talk.write(2 + number, Z(11 + number), key=f"/keys/n{number}")
    talk.ping(50, Z(50))
    result = check(NAME, talk.history())
    assert len(result.violations) == 20
    assert result.measures["missed"] == 30
