"""Crews by a clock of the test's own: the pace, the patience, rest, retirement and the end, step by step."""

import io
import itertools
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
from kazoo.exceptions import BadVersionError, ConnectionLoss

from harness.client import Call, Crew, Line, Member, NotSent, Operation, Outcome, Recorder, Reply, Unanswered
from harness.client.operation import set_data, sync


class Server:
    """Stands for a client and its server: takes requests, answers when it is told to."""

    def __init__(self) -> None:
        self.connected = True
        self.waiting: deque[Call] = deque()
        self.taken = 0

    def send(self, call: Call) -> None:
        self.taken += 1
        call.leave(Reply(7, 1, self.taken, 0, "zk", 0, 1, 0))
        self.waiting.append(call)

    def answer(self, how: Callable[[Call], None] = lambda call: call.set(None)) -> None:
        """Answer the oldest request."""
        call = self.waiting.popleft()
        call.answered(100 + self.taken, self.taken, 2)
        how(call)

    def answer_all(self) -> None:
        """Answer what waits now, not what that leads to."""
        for _ in range(len(self.waiting)):
            self.answer()


class Sets:
    """A source of one kind of operation."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        """Numbers of the processes that were chosen for."""
        self.heard: list[Outcome] = []

    def next(self, member: Member) -> Operation:
        self.asked.append(member.number)
        return set_data(f"/{len(self.asked)}", b"")

    def learn(self, operation: Operation, outcome: Outcome) -> None:
        self.heard.append(outcome)


class Team:
    """A crew whose time stands still until it is moved."""

    def __init__(self, *, size: int = 2, rate: float = 0, patience: float = 10, servers: int = 1):
        self.now = 1000.0
        self.servers = [Server() for _ in range(servers)]
        self.source = Sets()
        self.out = io.BytesIO()
        self.recorder = Recorder(self.out, clock=itertools.count(10).__next__)
        self.crew = Crew(
            cast("Any", self.servers),
            self.recorder,
            itertools.count(1),
            self.source,
            size=size,
            rate=rate,
            patience=patience,
            clock=lambda: self.now,
        )

    @property
    def server(self) -> Server:
        return self.servers[0]

    def pass_time(self, seconds: float, *, step: float = 0.01) -> None:
        """Let time pass in small steps; every request is answered at once."""
        for _ in range(round(seconds / step)):
            self.now += step
            self.crew.tick()
            self.server.answer_all()

    def lines(self) -> list[Line]:
        self.recorder.close()
        return [msgspec.json.decode(text, type=Line) for text in self.out.getvalue().splitlines()]


@pytest.mark.parametrize("rate", [3, 50, 400])
def test_the_rate_is_kept(rate: int) -> None:
    team = Team(size=8, rate=rate)
    team.pass_time(10)
    assert team.server.taken == pytest.approx(10 * rate, abs=2)


def test_a_pause_is_not_made_up_for() -> None:
    team = Team(size=50, rate=100)
    team.pass_time(1)
    team.crew.rest(cast("Any", team.server))
    team.pass_time(60)
    before = team.server.taken
    team.crew.resume(cast("Any", team.server))
    team.pass_time(0.5)
    # Half a second's work, and what a tenth of a second may be behind.
    assert team.server.taken - before == pytest.approx(60, abs=2)


def test_a_slow_answer_slows_no_other_member_down() -> None:
    team = Team(size=2, rate=100)
    team.now += 0.015
    team.crew.tick()
    (slow,) = team.server.waiting
    team.server.waiting.clear()
    team.pass_time(1)
    assert slow.outcome is None
    assert team.server.taken == pytest.approx(100, abs=2)


def test_nothing_is_begun_on_a_session_that_rests_or_is_not_connected() -> None:
    team = Team(size=2)
    team.crew.rest(cast("Any", team.server))
    team.crew.tick()
    assert team.server.taken == 0
    team.crew.resume(cast("Any", team.server))
    team.server.connected = False
    team.crew.tick()
    assert team.server.taken == 0
    team.server.connected = True
    team.crew.tick()
    assert team.server.taken == 2


def test_the_next_call_waits_until_the_connection_is_back() -> None:
    team = Team(size=1)
    team.crew.tick()
    team.server.connected = False
    team.server.answer()
    assert team.server.taken == 1
    team.server.connected = True
    team.crew.tick()
    assert team.server.taken == 2


def test_one_session_without_a_connection_holds_up_no_other() -> None:
    team = Team(size=4, servers=2)
    team.server.connected = False
    team.crew.tick()
    assert [server.taken for server in team.servers] == [0, 2]


def test_a_member_has_one_call_at_a_time_and_the_next_one_at_once() -> None:
    team = Team(size=2)
    for _ in range(3):
        team.crew.tick()
    assert team.source.asked == [1, 2]
    team.server.answer()
    assert team.source.asked == [1, 2, 1]


def test_refused_or_not_the_process_goes_on() -> None:
    team = Team(size=1)
    team.crew.tick()
    team.server.answer(lambda call: call.set_exception(BadVersionError()))
    assert team.source.asked == [1, 1]
    call, fail, _ = team.lines()
    assert (call.type, fail.type, fail.error, fail.zxid) == ("invoke", "fail", "BadVersionError", 101)


def test_who_gets_no_answer_is_retired_and_goes_on_under_a_new_number_at_the_next_look() -> None:
    team = Team(size=2)
    team.crew.tick()
    team.server.waiting.popleft().set_exception(ConnectionLoss())
    assert team.source.asked == [1, 2]
    team.crew.tick()
    assert team.source.asked == [1, 2, 3]
    (outcome,) = team.source.heard
    assert isinstance(outcome, Unanswered)


def test_what_was_never_sent_retires_nobody() -> None:
    team = Team(size=1)
    team.crew.tick()
    call = team.server.waiting.popleft()
    call.stay()
    call.set_exception(ConnectionLoss())
    team.crew.tick()
    assert team.source.asked == [1, 1]
    assert isinstance(team.source.heard[0], NotSent)


def test_patience_ends_when_it_is_over_and_the_late_answer_is_no_second_one() -> None:
    team = Team(size=1, patience=5)
    team.crew.tick()
    late = team.server.waiting.popleft()
    team.now += 4.9
    team.crew.tick()
    assert late.outcome is None
    team.now += 0.2
    team.crew.tick()
    assert isinstance(late.outcome, Unanswered)
    late.answered(9, 9, 9)
    late.set(None)
    assert len(team.source.heard) == 1
    lines = team.lines()
    assert [(line.type, line.process, line.error) for line in lines] == [
        ("invoke", 1, ""),
        ("info", 1, "no answer within 5 s"),
        ("invoke", 2, ""),
    ]
    assert (lines[1].zxid, lines[1].wire, lines[1].xid) == (0, 0, 1)


def test_what_a_member_does_next_may_be_fixed() -> None:
    team = Team(size=1)

    class Pairs(Sets):
        def next(self, member: Member) -> Operation:
            member.then = sync("/then")
            return super().next(member)

    team.crew._source = Pairs()
    team.crew.tick()
    for _ in range(5):
        team.server.answer()
    assert [line.f for line in team.lines() if line.type == "invoke"] == ["set", "sync"] * 3


def test_nothing_is_begun_after_the_end_and_what_is_under_way_is_given_up() -> None:
    team = Team(size=3)
    team.crew.tick()
    team.server.answer()
    team.crew.finish(0.01)
    team.crew.tick()
    assert (team.server.taken, len(team.source.heard)) == (4, 4)
    errors = [line.error for line in team.lines() if line.type == "info"]
    assert errors == ["the program ends"] * 3


def test_the_end_waits_for_answers() -> None:
    team = Team(size=2)
    team.crew.tick()
    ending = threading.Thread(target=team.crew.finish, args=(60,))
    ending.start()
    while not team.crew._ended:
        pass
    team.server.answer_all()
    ending.join(10)
    assert not ending.is_alive()
    assert {line.type for line in team.lines()} == {"invoke", "ok"}
    assert team.server.taken == 2
