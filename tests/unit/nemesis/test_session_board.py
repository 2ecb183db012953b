"""What the board knows of every session of an app node, for the faults that befall them."""

from typing import Any

from harness.board import Board, SessionSight
from harness.history import Event


def tell(board: Board, state: str, session: int, **fields: Any) -> None:
    more = {"node": "app1", "process": "app1/1.0", "value": {"state": state}, "session": session}
    board.listen(Event(index=0, time=0, type="event", f="session", **{**more, **fields}))


def test_all_sessions_are_known_by_where_they_are_and_how_they_ended() -> None:
    board = Board()
    assert board.sessions_of("app1") == {}
    tell(board, "connected", 7, conn=1, server="a:1")
    tell(board, "connected", 8, conn=1, server="b:1")
    tell(board, "suspended", 7, conn=1, server="a:1")
    assert list(board.sessions_of("app1").items()) == [
        (7, SessionSight(False, 1, "a:1")),
        (8, SessionSight(True, 1, "b:1")),
    ]
    tell(board, "connected", 7, conn=2, server="c:1")
    assert board.sessions_of("app1")[7] == SessionSight(True, 2, "c:1")
    # Coming back makes a session no younger.
    assert board.snapshot().sessions == {"app1": 8}
    assert board.how_ended(8) == ""
    tell(board, "lost", 8)
    tell(board, "closed", 7)
    assert (board.how_ended(8), board.how_ended(7), board.how_ended(9)) == ("lost", "closed", "")
    assert board.sessions_of("app1") == {}


def test_a_session_that_was_never_seen_is_not_suspended_and_does_not_end() -> None:
    board = Board()
    tell(board, "suspended", 5, conn=1)
    tell(board, "lost", 5)
    assert (board.sessions_of("app1"), board.how_ended(5)) == ({}, "")


def test_sessions_of_a_dead_life_are_forgotten() -> None:
    board = Board()
    tell(board, "connected", 7, conn=1, server="a:1")
    died = {"node": "app1", "process": "harness", "value": {"state": "died"}}
    board.listen(Event(index=0, time=0, type="event", f="node", **died))
    assert board.sessions_of("app1") == {}


def believe(board: Board, f: str, token: int, session: int = 0) -> None:
    more = {"node": "app1", "process": "app1/1.0", "key": f"/line/{token}", "value": {"token": token}}
    board.listen(Event(index=0, time=0, type="event", f=f, session=session, **more))


def test_the_session_by_which_a_node_holds_is_known_until_it_or_the_holding_ends() -> None:
    board = Board()
    for session in (7, 8, 9):
        tell(board, "connected", session, conn=1, server="a:1")
    assert board.session_of_holder("app1") == 0
    believe(board, "holds", 5, session=7)
    believe(board, "leader", 6, session=8)
    assert board.session_of_holder("app1") == 8
    believe(board, "stepped-down", 6)
    assert board.session_of_holder("app1") == 7
    tell(board, "lost", 7)
    assert board.session_of_holder("app1") == 0
