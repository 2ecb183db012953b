"""watch-order: events out of the order of their transactions are caught, with and without their zxids."""

import pytest

from checkers.result import Verdict
from tests.unit.checkers.build import at
from tests.unit.checkers.talk import KEY, Z, check, kinds, silent
from tests.unit.watches.watching import Old, Watching, told_once, without_wire

NAME = "watch-order"


def two(talk: Watching, *order: int) -> Watching:
    """Change two watched nodes, and tell of it in an order."""
    for number in (1, 2):
        talk.leave(number / 10, Z(10), key=f"/keys/k{number}")
        talk.write(number, Z(10 + number), key=f"/keys/k{number}")
    for number in order:
        talk.fire(3 + 0.1 * len(talk.rows), Z(10 + number), key=f"/keys/k{number}")
    talk.ping(20, Z(12))
    return talk


@pytest.mark.parametrize("script", [Watching, Old])
def test_events_in_order_are_fine(script: type[Watching]):
    assert silent(NAME, two(script(), 1, 2)).checked == 2


@pytest.mark.parametrize("script", [Watching, Old])
def test_a_later_event_comes_first(script: type[Watching]):
    talk = two(script(), 2, 1)
    assert kinds(NAME, talk) == ["out-of-order"]
    sentence = check(NAME, talk.history()).sentence
    assert f"transaction {hex(Z(12))} came after transaction {hex(Z(11))}" in sentence


def test_several_events_of_one_transaction_are_fine():
    talk = Watching()
    talk.leave(1, Z(10))
    talk.leave(1.1, Z(10), "children", key="/keys")
    talk.remove(2, Z(11))
    talk.fire(2.1, Z(11), "DELETED")
    talk.fire(2.1, Z(11), "CHILD", "/keys")
    assert silent(NAME, talk).checked == 2


def test_connections_are_independent():
    talk = two(Watching(), 2)
    talk.leave(21, Z(10), session=2, key=KEY)
    talk.fire(22, Z(11), session=2)
    assert silent(NAME, talk).checked == 2


def test_an_unknown_write_may_be_what_an_old_event_tells_of():
    talk = Old()
    talk.lose(0.5, "set", ask={"data": "lost"}, key="/keys/k1")
    two(talk, 2, 1)
    assert silent(NAME, talk).checked == 1


def test_an_old_event_of_a_watch_that_stays_may_be_of_any_change():
    talk = Old()
    talk.stay(0.5, Z(10), key="/keys/k1")
    talk.leave(0.6, Z(10), key="/keys/k2")
    for number, key in ((11, "/keys/k1"), (12, "/keys/k2"), (13, "/keys/k1")):
        talk.write(number, Z(number), key=key)
        talk.fire(number + 0.1, Z(number), key=key)
    talk.ping(20, Z(13))
    assert silent(NAME, talk).checked == 1


def test_in_a_run_that_was_cut_off_an_old_event_is_of_nothing_certain():
    talk = Old()
    talk.phase(0.05, "workload")
    talk.node(0.06, "app9", "started")
    two(talk, 2, 1)
    talk.rows = [row for row in talk.rows if row["time"] <= at(5)]
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
    talk.phase(21, "closed")
    assert check(NAME, talk.history()).verdict is Verdict.VIOLATION


def test_without_events_or_positions_nothing_is_known():
    talk = Watching()
    talk.leave(1, Z(10))
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
    assert check(NAME, without_wire(told_once(talk))).verdict is Verdict.UNKNOWN
