"""Crews: many calls under way at once, one for each member, all of them settled, at the pace asked for."""

import io
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
from kazoo.retry import KazooRetry

from harness.client import Answer, Crew, Line, Member, Operation, Outcome, Recorder, RecordingClient
from harness.client.operation import set_data
from harness.clock import wait_for
from tests.unit.fake_zookeeper import CLOSE, Action, FakeZooKeeper, Reply, Request, stat

WITHIN = 5.0


class Sets:
    """A source of one kind of operation; counts what it heard."""

    def __init__(self) -> None:
        self.heard: list[Outcome] = []
        self.asked = 0

    def next(self, member: Member) -> Operation:
        self.asked += 1
        return set_data(f"/{self.asked}", b"")

    def learn(self, operation: Operation, outcome: Outcome) -> None:
        self.heard.append(outcome)


class Team:
    """A crew at work on a fake server."""

    def __init__(self, server: FakeZooKeeper, *, clients: int, size: int, rate: float, patience: float):
        self.out = io.BytesIO()
        self.recorder = Recorder(self.out)
        self.clients = [
            RecordingClient(
                hosts=server.address,
                timeout=4.0,
                before_sending=self.recorder.let_out,
                connection_retry=KazooRetry(max_tries=-1, delay=0.01, max_delay=0.05),
            )
            for _ in range(clients)
        ]
        for client in self.clients:
            client.start(timeout=WITHIN)
        self.source = Sets()
        self.crew = Crew(
            self.clients,
            self.recorder,
            itertools.count(1),
            self.source,
            size=size,
            rate=rate,
            patience=patience,
        )
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self.crew.run, args=(self.stopping,))
        self._thread.start()

    def end(self, within: float = WITHIN) -> None:
        self.stopping.set()
        self._thread.join(WITHIN)
        self.crew.finish(within)
        self.recorder.close()

    def lines(self) -> list[Line]:
        return [msgspec.json.decode(text, type=Line) for text in self.out.getvalue().splitlines()]


@contextmanager
def at_work(
    answer: Callable[[Request], Action],
    *,
    clients: int = 1,
    size: int = 4,
    rate: float = 0.0,
    patience: float = WITHIN,
) -> Iterator[tuple[Team, FakeZooKeeper]]:
    with FakeZooKeeper(answer) as server:
        team = Team(server, clients=clients, size=size, rate=rate, patience=patience)
        try:
            yield team, server
        finally:
            team.end(0.1)
            server.release()
            for client in team.clients:
                client.stop()
                client.close()


def served(request: Request) -> Action:
    return Reply(request.xid, stat())


def check_discipline(lines: list[Line]) -> None:
    """One call at a time for each process, none by a retired one, and every call completed."""
    outstanding: set[int] = set()
    retired: set[int] = set()
    for line in lines:
        assert line.process not in retired
        if line.type == "invoke":
            assert line.process not in outstanding
            outstanding.add(line.process)
        else:
            outstanding.remove(line.process)
            if line.type == "info":
                retired.add(line.process)
    assert outstanding == set()


def test_without_a_limit_every_member_works_all_the_time() -> None:
    with at_work(served) as (team, _):
        wait_for(lambda: len(team.source.heard) > 200, within=WITHIN, what="much is done")
        team.end()
        lines = team.lines()
        check_discipline(lines)
        assert {line.process for line in lines} == {1, 2, 3, 4}
        assert team.source.asked == len(team.source.heard)
        assert all(isinstance(outcome, Answer) for outcome in team.source.heard)


def test_several_calls_of_one_session_are_under_way_at_once() -> None:
    gate = threading.Event()

    def answer(request: Request) -> Action:
        gate.wait(WITHIN)
        return Reply(request.xid, stat())

    with at_work(answer, size=6) as (team, _):
        wait_for(lambda: len(team.crew._outstanding) == 6, within=WITHIN, what="all members wait")
        assert team.source.asked == 6
        gate.set()
        wait_for(lambda: len(team.source.heard) >= 6, within=WITHIN, what="all have their answers")


def test_an_invocation_is_out_before_its_request_arrives() -> None:
    early: list[int] = []
    teams: list[Team] = []

    def answer(request: Request) -> Action:
        if request.type != CLOSE and teams:
            told = sum(line.type == "invoke" for line in teams[0].lines())
            if told < request.xid:
                early.append(request.xid)
        return Reply(request.xid, stat())

    with at_work(answer, size=3) as (team, _):
        teams.append(team)
        wait_for(lambda: len(team.source.heard) > 30, within=WITHIN, what="something is done")
        assert early == []


def test_members_are_spread_over_the_sessions() -> None:
    with at_work(served, clients=3, size=6) as (team, server):
        wait_for(lambda: len(team.source.heard) > 100, within=WITHIN, what="much is done")
        sessions = Counter(request.session for request in server.requests)
        assert len(sessions) == 3
        assert min(sessions.values()) > 5


def test_a_lost_connection_is_unknown_for_what_was_sent_and_work_goes_on() -> None:
    def answer(request: Request) -> Action:
        return "drop" if request.conn == 1 and request.xid == 10 else Reply(request.xid, stat())

    with at_work(answer) as (team, _):
        wait_for(lambda: len(team.source.heard) > 60, within=WITHIN, what="work goes on")
        team.end()
        lines = team.lines()
        check_discipline(lines)
        unknown = [line for line in lines if line.type == "info"]
        assert 1 <= len(unknown) <= 4
        assert all((line.conn, line.error) == (1, "ConnectionLoss") and line.xid for line in unknown)
        assert max(line.process for line in lines) == 4 + len(unknown)


def test_silence_is_given_up_after_the_patience() -> None:
    with at_work(lambda r: "hang", size=2, patience=0.2) as (team, server):
        wait_for(lambda: len(team.source.heard) >= 2, within=WITHIN, what="both are given up")
        server.release()
        team.end(0.1)
        lines = team.lines()
        check_discipline(lines)
        assert "no answer within 0.2 s" in {line.error for line in lines}


def test_what_is_under_way_at_the_end_is_given_up() -> None:
    with at_work(lambda r: "hang", size=3) as (team, _):
        wait_for(lambda: len(team.crew._outstanding) == 3, within=WITHIN, what="all members wait")
        team.end(0.05)
        lines = team.lines()
        check_discipline(lines)
        assert {(line.type, line.error) for line in lines if line.type != "invoke"} == {
            ("info", "the program ends")
        }


@pytest.mark.parametrize("size", [1, 3])
def test_a_source_is_asked_once_for_each_call(size: int) -> None:
    with at_work(served, size=size) as (team, _):
        wait_for(lambda: len(team.source.heard) > 20, within=WITHIN, what="some is done")
        team.end()
        assert sum(line.type == "invoke" for line in team.lines()) == team.source.asked
