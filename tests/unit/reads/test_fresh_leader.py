"""A leader that has just taken over may claim a state that it does not show yet; later nobody may."""

import pytest

from tests.unit.checkers.talk import Talk, Z, kinds, silent

EARLY, LATER = 3, 17
"""Counters of the new epoch: within the leader's first moments, and behind them."""


def new(counter):
    """Return a zxid of the new leader's epoch."""
    return 2 << 32 | counter


def an_election(counter):
    """Somebody writes under the old leader, and the state of the new one is told by its header."""
    talk = Talk()
    talk.servers()
    talk.set(1, Z(20), "app2/1-1", session=2, life="app2/1")
    talk.set(2, new(counter), "app2/1-2", made=1, session=2, life="app2/1")
    return talk


@pytest.mark.parametrize(("counter", "expected"), [(EARLY, []), (LATER, ["stale"])])
def test_a_read_shows_less_than_its_header_says(counter, expected):
    talk = an_election(counter)
    talk.get(3, new(counter), "app2/1-1", mzxid=Z(20))
    talk.get(4, new(counter + 20), "app2/1-2", mzxid=new(counter), stat=None)
    assert kinds("prefix-reads", talk) == expected


@pytest.mark.parametrize(
    ("name", "counter", "expected"),
    [
        ("client-order", EARLY, []),
        ("client-order", LATER, ["older-read"]),
        ("single-system-image", EARLY, []),
        ("single-system-image", LATER, ["went-back"]),
    ],
)
def test_the_next_header_is_lower(name, counter, expected):
    talk = an_election(counter)
    talk.get(3, new(counter))
    talk.get(4, new(1))
    assert kinds(name, talk) == expected


@pytest.mark.parametrize(("counter", "expected"), [(EARLY, []), (LATER, ["moved-back"])])
def test_the_next_server_is_behind_what_was_claimed(counter, expected):
    talk = an_election(counter)
    talk.get(3, new(counter))
    talk.get(4, new(1), conn=2)
    assert kinds("single-system-image", talk) == expected


def test_an_answer_to_a_write_is_exact():
    talk = an_election(EARLY)
    talk.get(3, new(EARLY - 1), session=2, life="app2/1")
    assert kinds("client-order", talk) == ["older-read"]


@pytest.mark.parametrize(("counter", "expected"), [(EARLY, []), (LATER, ["read-behind-sync"])])
def test_a_sync_claims_too_much(counter, expected):
    talk = an_election(LATER)
    talk.ask(1.5, "sync", new(counter))
    talk.get(1.6, new(1))
    assert kinds("sync-read", talk) == expected


@pytest.mark.parametrize(("counter", "expected"), [(EARLY, []), (LATER, ["read-after-end"])])
def test_a_read_of_a_session_claims_its_end(counter, expected):
    talk = an_election(LATER)
    talk.get(3, new(counter))
    talk.meet(4, "closed", z=new(2))
    assert kinds("no-resurrection", talk) == expected


def test_in_the_oldest_epoch_everybody_knows():
    talk = Talk()
    talk.get(1, 1 << 32 | EARLY)
    talk.get(2, 1 << 32 | 1)
    assert kinds("single-system-image", talk) == ["went-back"]


def test_what_is_as_it_should_be_stays_silent():
    talk = an_election(EARLY)
    talk.get(3, new(EARLY), "app2/1-2", mzxid=new(EARLY))
    silent("client-order", talk)
