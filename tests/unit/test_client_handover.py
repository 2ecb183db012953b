"""Sessions that one client hands to another: numbers, events, and what becomes of who comes too late."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.client import Cast, Line, Participant
from harness.client.operation import exists
from harness.client.ticket import Connections, Ticket
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_zookeeper import FakeZooKeeper, Reply, Request, stat
from tests.unit.test_client_program import decoded, until

WITHIN = 5.0
SESSION, PASSWORD = 0x77, b"p" * 16


class Heir(Participant):
    """Waits; the test does the rest."""

    ticket: Ticket | None = None

    def __init__(self, program: Any, number: int = 0):
        self.heard: list[str] = []
        super().__init__(program, number)
        self.program = program

    def client_options(self) -> dict[str, Any]:
        return {"ticket": self.ticket} if self.ticket else {}

    def turn(self) -> None:
        self.stopping.wait()

    def on_session(self, state: str) -> None:
        self.heard.append(state)


class LateHeir(Heir):
    """Goes on with a session of an earlier life."""

    ticket = Ticket(SESSION, PASSWORD, 0, Connections(1 << 20))


def answer(request: Request) -> Reply:
    return Reply(5, stat(1, 1))


@contextmanager
def running(server: FakeZooKeeper, role: type[Heir] = Heir) -> Iterator[tuple[Any, Callable[[], list[Line]]]]:
    out = io.BytesIO()
    plan = a_node_plan("session", "reattach", server.address)
    program = Cast(plan, out, [(role, "")])
    thread = threading.Thread(target=program.main)
    thread.start()
    try:
        yield program.participants[0], lambda: decoded(out.getvalue())
    finally:
        program.stop()
        thread.join(WITHIN)
        assert not thread.is_alive()


def told(lines: list[Line]) -> list[tuple[str, int, int]]:
    """State, connection and number of the client of every session event."""
    return [
        (line.value["state"], line.conn, line.value.get("client", 0)) for line in lines if line.f == "session"
    ]


def test_another_client_goes_on_with_a_session_that_was_passed_on() -> None:
    with FakeZooKeeper(answer) as server:
        with running(server) as (heir, lines):
            until(heir.connected.is_set)
            old, session = heir.client, heir.client.session
            ticket = old.pass_on()
            old.leave()
            heir.client = heir.program.replace(old, heir, ticket)
            until(lambda: heir.client.session == session and heir.client.connected)
        assert told(lines()) == [
            ("connected", 1, 0),
            ("detached", 1, 0),
            ("attaching", 0, 1),
            ("connected", 2, 1),
            ("closed", 2, 0),
        ]
        assert {line.session for line in lines() if line.f == "session"} == {session}
        assert [request.type for request in server.requests].count(-11) == 1, "only the heir closes it"
        assert heir.heard == ["connected", "connected", "closed"]


def test_who_passed_a_session_on_goes_on_until_its_connection_breaks_and_makes_no_other() -> None:
    with FakeZooKeeper(answer) as server, running(server) as (heir, lines):
        until(heir.connected.is_set)
        old = heir.client
        heir.client = heir.program.replace(old, heir, old.pass_on())
        until(lambda: heir.client.connected)
        assert old.ask(exists("/").request, WITHIN).reply.conn == 1
        assert heir.client.ask(exists("/").request, WITHIN).reply.conn == 2
        server.drop_all()
        until(lambda: ("connected", 3, 1) in told(lines()))
        assert ("detached", 1, 0) in told(lines())
        assert not old.connected
        old.leave()
        assert server.connections == 3


def test_a_session_is_not_passed_on_while_it_is_not_connected() -> None:
    with FakeZooKeeper(answer) as server, running(server) as (heir, _):
        until(heir.connected.is_set)
        server.silent = True
        server.drop_all()
        until(lambda: "suspended" in heir.heard)
        assert heir.client.pass_on() is None
        assert not heir.client.passed_on
        server.silent = False


def test_the_next_life_goes_on_with_the_session_and_counts_its_connections_from_elsewhere() -> None:
    with FakeZooKeeper(answer) as server, running(server, LateHeir) as (heir, lines):
        until(heir.connected.is_set)
        assert heir.client.session == SESSION
        ((first, _, _), (second, number, _)) = told(lines())
        assert (first, second) == ("attaching", "connected")
        assert number >= 1 << 20


def test_who_comes_too_late_hears_that_the_session_is_lost() -> None:
    with FakeZooKeeper(answer) as server:
        server.expired.add(SESSION)
        with running(server, LateHeir) as (heir, lines):
            until(heir.connected.is_set)
            assert heir.heard == ["lost", "connected"]
            assert heir.client.session not in {0, SESSION}
        events = [(line.value["state"], line.session == SESSION) for line in lines() if line.f == "session"]
        assert events[:3] == [("attaching", True), ("lost", True), ("connected", False)]


def test_a_connection_that_is_dropped_is_followed_by_another_one_of_the_same_session() -> None:
    with FakeZooKeeper(answer) as server, running(server) as (heir, lines):
        until(heir.connected.is_set)
        session = heir.client.session
        heir.client.drop()
        until(lambda: heir.heard == ["connected", "suspended", "connected"])
        assert heir.client.session == session
        assert [conn for _, conn, _ in told(lines())] == [1, 1, 2]
