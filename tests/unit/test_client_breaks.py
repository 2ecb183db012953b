"""Connections that break: what was sent is unknown, what was not is certain, and each keeps whose it was."""

import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from kazoo.retry import KazooRetry

from harness.client import Answer, Call, Line, NotSent, Process, Recorder, RecordingClient, Unanswered
from harness.client.operation import set_data
from harness.client.requests import Exists, SetData
from harness.clock import wait_for
from tests.unit import fake_zookeeper as fake
from tests.unit.fake_zookeeper import CLOSE, EXISTS, SET_DATA, Action, FakeZooKeeper, Request, stat

WITHIN = 5.0


@contextmanager
def connected(server: FakeZooKeeper, **options: Any) -> Iterator[RecordingClient]:
    client = RecordingClient(
        hosts=server.address,
        timeout=4.0,
        connection_retry=KazooRetry(max_tries=-1, delay=0.01, max_delay=0.05),
        **options,
    )
    client.start(timeout=WITHIN)
    try:
        yield client
    finally:
        server.release()
        client.stop()
        client.close()


def answered(request: Request) -> Action:
    return fake.Reply(request.xid, stat())


def reconnected(client: RecordingClient, number: int) -> None:
    wait_for(
        lambda: client.connected and client.connection_number >= number, within=WITHIN, what="it is back"
    )


def test_of_pipelined_requests_those_before_the_break_are_answered_and_the_others_unknown() -> None:
    def answer(request: Request) -> Action:
        return "drop" if request.conn == 1 and request.xid == 3 else answered(request)

    with FakeZooKeeper(answer) as server, connected(server) as client:
        session = client.session
        outcomes = client.ask_all([SetData(f"/{n}") for n in range(5)], WITHIN)
        assert [type(outcome) for outcome in outcomes] == [Answer, Answer, Unanswered, Unanswered, Unanswered]
        for xid, outcome in enumerate(outcomes, 1):
            assert isinstance(outcome, Answer | Unanswered)
            sending = outcome.sending if isinstance(outcome, Unanswered) else outcome.reply
            assert (sending.session, sending.conn, sending.xid) == (session, 1, xid)
            assert (sending.sent > 0, sending.received > 0) == (True, xid < 3)


def test_what_waits_in_the_queue_when_the_connection_breaks_was_never_sent() -> None:
    with FakeZooKeeper(answered) as server, connected(server) as client:
        # The connection believes that it reads: whatever comes in meanwhile waits for the end of that.
        client._connection.reading = True
        calls = [Call(SetData(f"/{n}"), lambda _: None) for n in range(3)]
        for call in calls:
            client.send(call)
        server.drop_all()
        wait_for(lambda: all(call.outcome for call in calls), within=WITHIN, what="all are settled")
        assert {type(call.outcome) for call in calls} == {NotSent}
        reconnected(client, 2)
        client.ask(Exists("/a"), WITHIN)
        assert [request.type for request in server.requests] == [EXISTS]


def test_an_unknown_outcome_keeps_the_session_it_was_sent_in() -> None:
    """The session is replaced between the sending and the moment at which the outcome is recorded."""

    def answer(request: Request) -> Action:
        if request.type == SET_DATA:
            server.expired.add(request.session)
            return "drop"
        return answered(request)

    with FakeZooKeeper(answer) as server:
        out = io.BytesIO()
        recorder = Recorder(out)
        with connected(server) as client:
            before = client.session
            process = Process(client, recorder, itertools.count(1))
            with pytest.raises(Unanswered):
                process.call(set_data("/a", b""), within=WITHIN)
            wait_for(lambda: client.session not in {0, before}, within=WITHIN, what="a new session")
            reconnected(client, 3)
            client.ask(Exists("/a"), WITHIN)
        recorder.close()
        call, info = [msgspec.json.decode(text, type=Line) for text in out.getvalue().splitlines()]
        assert (call.type, call.session, call.xid) == ("invoke", 0, 0)
        assert (info.type, info.session, info.conn, info.xid) == ("info", before, 1, 1)
        assert 0 < call.time <= info.sent <= info.time


def test_an_answer_after_the_time_given_changes_nothing() -> None:
    def answer(request: Request) -> Action:
        if request.type == CLOSE:
            return fake.Reply(1)
        if request.xid == 1:
            return fake.Frames(())
        return fake.Frames(tuple(fake.reply_frame(xid, fake.Reply(xid, stat())) for xid in (1, 2)))

    with FakeZooKeeper(answer) as server, connected(server) as client:
        settled: list[Call] = []
        late = Call(SetData("/late"), settled.append)
        client.send(late)
        wait_for(lambda: late.reply, within=WITHIN, what="it is sent")
        late.give_up("no answer within a moment")
        reply = client.ask(Exists("/a"), WITHIN).reply
        # The late answer was read before: it has the position in front.
        assert (reply.xid, reply.wire) == (2, 2)
        assert settled == [late]
        assert isinstance(late.outcome, Unanswered)
        sending = late.outcome.sending
        assert (sending.xid, sending.zxid, sending.wire, sending.received) == (1, 0, 0, 0)


LIMIT = 0xFFFFF
"""jute.maxbuffer."""


@pytest.mark.parametrize(("size", "kind"), [(LIMIT - 60, Answer), (LIMIT + 60, Unanswered)])
def test_a_request_that_is_too_long_breaks_the_connection_and_is_unknown(size: int, kind: type) -> None:
    with FakeZooKeeper(answered, limit=LIMIT) as server, connected(server) as client:
        large, after = client.ask_all([SetData("/large", b"x" * size), Exists("/a")], WITHIN)
        assert type(large) is kind
        if isinstance(large, Unanswered):
            assert (large.sending.conn, large.sending.xid) == (1, 1)
            # Whoever is quick breaks the connection before the second request is in the queue.
            assert isinstance(after, NotSent | Unanswered) or after.reply.conn == 2
            reconnected(client, 2)
            assert client.ask(Exists("/a"), WITHIN).reply.conn == 2


def test_an_answer_that_cannot_be_read_is_unknown_and_the_client_goes_on() -> None:
    def answer(request: Request) -> Action:
        return fake.Reply(5, b"\0" if request.xid == 1 else stat())

    with FakeZooKeeper(answer) as server, connected(server) as client:
        with pytest.raises(Unanswered, match=r"^error$") as caught:
            client.ask(SetData("/a"), WITHIN)
        assert (caught.value.sending.xid, caught.value.sending.wire) == (1, 0)
        assert client.ask(Exists("/a"), WITHIN).reply.wire == 2
