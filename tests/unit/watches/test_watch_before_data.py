"""watch-before-data: an answer that shows a change before its event is caught."""

import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import KEY, Z, check, kinds, silent
from tests.unit.watches.watching import Old, Watching, told_once, without_wire

NAME = "watch-before-data"


def late(talk: Watching, heard: str = "read", z: int = 11) -> Watching:
    """Show a write before its event comes."""
    talk.leave(1, Z(10))
    talk.write(2, Z(11))
    if heard == "ping":
        talk.ping(3, Z(z))
    else:
        talk.get(3, Z(z), key="/keys/other")
    talk.fire(3.1, Z(11))
    talk.ping(4, Z(11))
    return talk


@pytest.mark.parametrize("script", [Watching, Old])
def test_events_before_data_are_fine(script: type[Watching]):
    assert silent(NAME, told_once(script())).checked == 1


@pytest.mark.parametrize("script", [Watching, Old])
@pytest.mark.parametrize("heard", ["read", "ping"])
def test_an_answer_shows_the_change_before_the_event(script: type[Watching], heard: str):
    talk = late(script(), heard)
    assert kinds(NAME, talk) == ["data-first"]
    assert f"only then the event CHANGED of {KEY}" in check(NAME, talk.history()).sentence
    assert check("no-missed-watch", talk.history()).verdict is Verdict.VALID


def test_an_answer_that_does_not_show_it_yet_is_fine():
    assert silent(NAME, late(Watching(), z=10)).checked == 1


def test_another_connection_may_show_it_earlier():
    talk = Watching()
    talk.leave(1, Z(10))
    talk.write(2, Z(11))
    talk.get(3, Z(12), session=2, life="app2/1")
    talk.fire(3.1, Z(11))
    talk.ping(4, Z(12))
    assert silent(NAME, talk).checked == 1


@pytest.mark.parametrize("script", [Watching, Old])
def test_a_watch_that_stays_is_late_too(script: type[Watching]):
    talk = script()
    talk.stay(0.5, Z(9), "recursive", key="/keys")
    talk.write(2, Z(11))
    talk.get(3, Z(11), key="/keys/other")
    talk.fire(3.1, Z(11))
    assert kinds(NAME, talk) == ["data-first"]


def test_the_event_of_another_change_is_no_late_one():
    talk = Watching()
    talk.leave(1, Z(10))
    talk.write(2, Z(11))
    talk.ping(3, Z(11))
    talk.write(4, Z(12))
    talk.fire(4.1, Z(12))
    assert kinds("no-missed-watch", talk) == ["missed"]
    assert check(NAME, talk.history()).verdict is Verdict.VALID


def test_without_positions_nothing_is_known():
    assert check(NAME, without_wire(late(Watching()))).verdict is Verdict.UNKNOWN
