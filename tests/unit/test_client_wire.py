"""What the connection sees and kazoo drops: positions on the wire, times, watch events, pings, disorder."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kazoo.exceptions import BadVersionError
from kazoo.retry import KazooRetry

from harness.client import Answer, Call, NotSent, RecordingClient, Refused, Reply, Unanswered
from harness.client.requests import Exists, GetData, SetData
from harness.clock import wait_for
from tests.unit import fake_zookeeper as fake
from tests.unit.fake_zookeeper import CLOSE, EXISTS, Action, FakeZooKeeper, Frames, Request, stat

WITHIN = 5.0


class Witness:
    """What a client told of its connection."""

    def __init__(self) -> None:
        self.watches: list[tuple[str, str, Reply]] = []
        self.pings: list[Reply] = []
        self.order: list[str] = []

    def watch_fired(self, kind: str, path: str, where: Reply) -> None:
        self.watches.append((kind, path, where))

    def before_sending(self) -> None:
        self.order.append("before")


@contextmanager
def watched(server: FakeZooKeeper, **options: Any) -> Iterator[tuple[RecordingClient, Witness]]:
    witness = Witness()
    client = RecordingClient(
        hosts=server.address,
        timeout=4.0,
        connection_retry=KazooRetry(max_tries=-1, delay=0.01, max_delay=0.05),
        watch_fired=witness.watch_fired,
        ponged=witness.pings.append,
        before_sending=witness.before_sending,
        **options,
    )
    client.start(timeout=WITHIN)
    try:
        yield client, witness
    finally:
        server.release()
        client.stop()
        client.close()


def after(before: Callable[[Request], tuple[bytes, ...]]) -> Callable[[Request], Action]:
    """Answer every request, but send other frames first."""

    def answer(request: Request) -> Action:
        if request.type == CLOSE:
            return fake.Reply(0x999)
        own = fake.reply_frame(request.xid, fake.Reply(100 + request.xid, stat(version=request.xid)))
        return Frames((*before(request), own))

    return answer


def test_every_frame_counts_on_the_wire() -> None:
    frames = {1: (), 2: (fake.ping_frame(7), fake.event_frame(3, "/a")), 3: (fake.ping_frame(8),)}
    with FakeZooKeeper(after(lambda r: frames[r.xid])) as server, watched(server) as (client, witness):
        replies = [client.ask(Exists("/a"), WITHIN).reply for _ in range(3)]
        assert [reply.wire for reply in replies] == [1, 4, 6]
        assert [(ping.wire, ping.zxid, ping.conn) for ping in witness.pings] == [(2, 7, 1), (5, 8, 1)]
        ((kind, path, where),) = witness.watches
        assert (kind, path, where.wire, where.zxid) == ("CHANGED", "/a", 3, 0)
        assert (where.session, where.conn, where.server) == (client.session, 1, server.address)


def test_positions_begin_anew_on_each_connection() -> None:
    with FakeZooKeeper(after(lambda _: ())) as server, watched(server) as (client, _):
        assert client.ask(Exists("/a"), WITHIN).reply.wire == 1
        server.drop_all()
        wait_for(lambda: client.connected and client.connection_number == 2, within=WITHIN, what="again")
        assert client.ask(Exists("/a"), WITHIN).reply.wire == 1


def test_times_lie_around_the_answer() -> None:
    with FakeZooKeeper(after(lambda _: ())) as server, watched(server) as (client, _):
        before = time.monotonic_ns()
        reply = client.ask(Exists("/a"), WITHIN).reply
        assert before <= reply.sent <= reply.received <= time.monotonic_ns()


@pytest.mark.parametrize(("number", "name"), [(1, "CREATED"), (2, "DELETED"), (3, "CHANGED"), (4, "CHILD")])
def test_watch_events_are_told_whether_or_not_anybody_waits_for_them(number: int, name: str) -> None:
    before = (fake.event_frame(number, "/x/y", 0x500000001),)
    with FakeZooKeeper(after(lambda _: before)) as server, watched(server) as (client, witness):
        client.ask(Exists("/a"), WITHIN)
        ((kind, path, where),) = witness.watches
        assert (kind, path, where.zxid) == (name, "/x/y", 0x500000001)


def test_events_that_are_about_no_znode_are_not_told() -> None:
    before = (fake.event_frame(-1, ""), fake.event_frame(7, "/a"))
    with FakeZooKeeper(after(lambda _: before)) as server, watched(server) as (client, witness):
        assert client.ask(Exists("/a"), WITHIN).reply.wire == 3
        assert witness.watches == []


@pytest.mark.parametrize(("monotonic", "xids"), [(False, [1, 2, 1, 2]), (True, [1, 2, 3, 4])])
def test_xids_on_the_next_connection_of_a_session(monotonic: bool, xids: list[int]) -> None:
    server = FakeZooKeeper(after(lambda _: ()))
    with server, watched(server, monotonic_xid=monotonic) as (client, _):
        for connection in (1, 2):
            if connection == 2:
                server.drop_all()
                wait_for(
                    lambda: client.connected and client.connection_number == 2, within=WITHIN, what="again"
                )
            for _ in range(2):
                client.ask(Exists("/a"), WITHIN)
        assert [request.xid for request in server.requests if request.type == EXISTS] == xids


def test_monotonic_xids_begin_anew_with_a_new_session() -> None:
    server = FakeZooKeeper(after(lambda _: ()))
    with server, watched(server, monotonic_xid=True) as (client, _):
        client.ask(Exists("/a"), WITHIN)
        before = client.session
        server.expired.add(before)
        server.drop_all()
        wait_for(lambda: client.connected and client.session not in {0, before}, within=WITHIN, what="new")
        assert client.ask(Exists("/a"), WITHIN).reply.xid == 1


def test_answers_out_of_order_go_to_their_requests_and_show_on_the_wire() -> None:
    held: list[int] = []

    def answer(request: Request) -> Action:
        if request.type == CLOSE:
            return fake.Reply(1)
        held.append(request.xid)
        if len(held) < 3:
            return Frames(())
        return Frames(tuple(fake.reply_frame(xid, fake.Reply(xid, stat(version=xid))) for xid in (2, 3, 1)))

    with FakeZooKeeper(answer) as server, watched(server) as (client, _):
        outcomes = client.ask_all([Exists("/a")] * 3, WITHIN)
        found = [(o.reply.xid, o.reply.wire, o.value.version) for o in outcomes if isinstance(o, Answer)]
        assert found == [(1, 3, 1), (2, 1, 2), (3, 2, 3)]


def test_an_answer_to_no_request_breaks_the_connection_and_not_the_client() -> None:
    def answer(request: Request) -> Action:
        if request.type == CLOSE or request.conn > 1:
            return fake.Reply(1, stat())
        return Frames((fake.reply_frame(77, fake.Reply(5, stat())),))

    with FakeZooKeeper(answer) as server, watched(server) as (client, _):
        with pytest.raises(Unanswered, match=r"^ConnectionLoss$"):
            client.ask(Exists("/a"), WITHIN)
        wait_for(lambda: client.connected, within=WITHIN, what="it is connected again")
        assert client.ask(Exists("/a"), WITHIN).reply.conn == 2


def test_requests_are_sent_in_one_go_and_answered_in_order() -> None:
    with FakeZooKeeper(after(lambda _: ())) as server, watched(server) as (client, _):
        outcomes = client.ask_all([SetData("/a", b"x" * 300_000) for _ in range(20)], WITHIN)
        assert [o.reply.xid for o in outcomes if isinstance(o, Answer)] == list(range(1, 21))


def test_a_refusal_among_many_is_that_of_its_own_request() -> None:
    def answer(request: Request) -> Action:
        return fake.Reply(request.xid, stat(), err=-103 if request.xid == 2 else 0)

    with FakeZooKeeper(answer) as server, watched(server) as (client, _):
        one, two, three = client.ask_all([SetData("/a")] * 3, WITHIN)
        assert isinstance(one, Answer)
        assert isinstance(three, Answer)
        assert isinstance(two, Refused)
        assert isinstance(two.error, BadVersionError)


def test_nothing_to_ask_is_nothing_to_wait_for() -> None:
    with FakeZooKeeper(after(lambda _: ())) as server, watched(server) as (client, _):
        assert client.ask_all([], WITHIN) == []


def test_whoever_records_is_told_before_a_request_leaves() -> None:
    witness: list[Witness] = []

    def answer(request: Request) -> Action:
        witness[0].order.append(f"arrived {request.type}")
        return fake.Reply(1, stat())

    with FakeZooKeeper(answer) as server, watched(server) as (client, found):
        witness.append(found)
        client.ask(Exists("/a"), WITHIN)
        assert found.order == ["before", "arrived 3"]


def test_what_waits_for_a_connection_until_its_time_is_over_was_and_will_not_be_sent() -> None:
    with FakeZooKeeper(after(lambda _: ())) as server, watched(server) as (client, _):
        server.silent = True
        server.drop_all()
        wait_for(lambda: not client.connected, within=WITHIN, what="it is cut off")
        with pytest.raises(NotSent, match=r"^no answer within 0\.1 s$"):
            client.ask(SetData("/late"), 0.1)
        server.silent = False
        server.drop_all()
        wait_for(lambda: client.connected, within=WITHIN, what="it is connected again")
        client.ask(Exists("/a"), WITHIN)
        assert [request.type for request in server.requests] == [EXISTS]


def test_a_large_frame_is_read_whole() -> None:
    data = b"app1/1-1|" + b"." * 3_000_000

    def answer(request: Request) -> Action:
        return fake.Reply(9, fake.buffer(data) + stat())

    with FakeZooKeeper(answer) as server, watched(server) as (client, _):
        content, _ = client.ask(GetData("/a"), WITHIN).value
        assert content == data


def test_a_call_is_settled_once() -> None:
    settled: list[Call] = []
    call = Call(Exists("/a"), settled.append)
    call.give_up("first")
    call.set_exception(BadVersionError())
    call.give_up("second")
    assert len(settled) == 1
    assert isinstance(call.outcome, NotSent)
    assert str(call.outcome) == "first"
    assert call.leave(Reply(1, 1, 1, 0, "", 0, 5, 0)) is False


def test_what_began_to_be_written_is_unknown_and_what_did_not_was_never_sent() -> None:
    server = FakeZooKeeper(after(lambda _: ()))
    with server, watched(server) as (client, _):
        connection = client._connection
        plain = connection._socket

        class Torn:
            """A socket that takes 10 bytes and then breaks."""

            def __init__(self) -> None:
                self.left = 10

            def send(self, view: Any) -> int:
                if not self.left:
                    raise BrokenPipeError("torn")
                sent, self.left = self.left, 0
                return plain.send(view[:sent])

            def __getattr__(self, name: str) -> Any:
                return getattr(plain, name)

        connection._socket = Torn()
        connection.reading = True  # so that both wait for the same batch
        first, second = (Call(SetData(path), lambda _: None) for path in ("/first", "/second"))
        client.send(first)
        client.send(second)
        connection.reading = False
        connection._write_sock.send(b"\0")
        wait_for(lambda: first.outcome and second.outcome, within=WITHIN, what="both are settled")
        assert isinstance(first.outcome, Unanswered)
        assert isinstance(second.outcome, NotSent)
