"""Sessions that clients hand on: those who go on with one are no strangers, and see it with new eyes."""

from typing import Any

from tests.unit.checkers.talk import Talk, Z, kinds, silent


def meet(talk: Talk, second: float, state: str, conn: int = 0, client: int = 0, life: str = "app1/1") -> None:
    """Change the state of session 1 for one of the clients that share it."""
    value: dict[str, Any] = {"state": state, "client": client} if client else {"state": state}
    talk.say(second, "session", f"{life}.0", value=value, session=1, conn=conn)


def handed_over() -> Talk:
    """The first client of app1 attaches a second one, reads on, and is cut off."""
    talk = Talk()
    meet(talk, 1, "connected", 1)
    talk.get(2, Z(5))
    meet(talk, 3, "attaching", client=1)
    meet(talk, 4, "connected", 2, client=1)
    return talk


def test_a_second_client_of_one_life_that_said_so_is_no_stranger():
    talk = handed_over()
    talk.get(5, Z(6), conn=2)
    meet(talk, 6, "detached", 1)
    meet(talk, 7, "suspended", 2, client=1)
    meet(talk, 8, "connected", 3, client=1)
    silent("session-identity", talk)


def test_the_second_client_too_is_suspended_before_it_connects_again():
    talk = handed_over()
    meet(talk, 6, "connected", 3, client=1)
    assert kinds("session-identity", talk) == ["two-clients"]


def test_the_next_life_may_go_on_with_a_session():
    talk = Talk()
    meet(talk, 1, "connected", 1)
    talk.get(2, Z(5))
    meet(talk, 3, "attaching", life="app1/2")
    meet(talk, 4, "connected", 1 << 20, life="app1/2")
    talk.get(5, Z(6), conn=1 << 20, life="app1/2")
    silent("session-identity", talk)


def test_a_life_that_attaches_only_after_it_was_given_the_session_is_a_stranger():
    talk = Talk()
    meet(talk, 1, "connected", 1)
    meet(talk, 2, "connected", 2, life="app2/1")
    meet(talk, 3, "attaching", life="app2/1")
    assert kinds("session-identity", talk) == ["two-lives"]


def test_two_lives_that_did_not_say_so_are_strangers_whoever_else_did():
    talk = Talk()
    meet(talk, 1, "connected", 1)
    meet(talk, 2, "attaching", life="app1/2")
    meet(talk, 3, "connected", 5, life="app1/2")
    meet(talk, 4, "connected", 1, life="app2/1")
    assert kinds("session-identity", talk) == ["two-lives"]


def test_the_older_client_goes_on_reading_what_it_likes():
    talk = handed_over()
    talk.get(4.5, Z(9), conn=1)
    talk.get(5, Z(6), conn=2)
    silent("single-system-image", talk)
    silent("client-order", talk)


def test_the_next_life_remembers_nothing_and_its_own_view_never_goes_back():
    talk = Talk()
    meet(talk, 1, "connected", 1)
    talk.get(2, Z(5))
    meet(talk, 3, "attaching", life="app1/2")
    talk.get(4, Z(3), conn=9, life="app1/2")
    silent("single-system-image", talk)
    silent("client-order", talk)
    talk.get(5, Z(2), conn=10, life="app1/2")
    assert kinds("single-system-image", talk) == ["moved-back"]
    assert kinds("client-order", talk) == ["older-read"]


def test_each_of_several_clients_has_a_view_of_its_own():
    talk = handed_over()
    talk.get(5, Z(6), conn=2)
    meet(talk, 6, "attaching", client=2)
    meet(talk, 7, "connected", 3, client=2)
    talk.get(8, Z(4), conn=3)
    silent("single-system-image", talk)


def test_what_the_older_client_writes_does_not_come_after_a_write_of_the_newer_one():
    talk = handed_over()
    talk.set(5, Z(10), conn=2)
    talk.set(5.5, Z(9), conn=1)
    silent("single-owner", talk)
    talk.set(6, Z(11), conn=1)
    assert kinds("single-owner", talk) == ["old-owner"]
