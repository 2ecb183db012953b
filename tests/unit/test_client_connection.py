"""The recording client on the wire: reply headers are kept, and what was never sent is told apart."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kazoo.exceptions import (
    BadVersionError,
    KazooException,
    NodeExistsError,
    NoNodeError,
    NotEmptyError,
)
from kazoo.protocol.serialization import (
    CheckVersion,
    Create,
    Delete,
    Exists,
    GetChildren,
    SetData,
    Transaction,
)
from kazoo.retry import KazooRetry
from kazoo.security import OPEN_ACL_UNSAFE

from harness.client import NotSent, RecordingClient, Refused, Unanswered
from tests.unit.fake_zookeeper import (
    CHECK,
    CLOSE,
    CREATE,
    SET_DATA,
    Action,
    FakeZooKeeper,
    Reply,
    Request,
    buffer,
    multi_failed,
    multi_ok,
    stat,
    strings,
)

WITHIN = 5.0


@contextmanager
def connected(server: FakeZooKeeper) -> Iterator[RecordingClient]:
    client = RecordingClient(
        hosts=server.address,
        timeout=4.0,
        connection_retry=KazooRetry(max_tries=-1, delay=0.01, max_delay=0.05),
    )
    client.start(timeout=WITHIN)
    try:
        yield client
    finally:
        server.release()
        client.stop()
        client.close()


def always(action: Action) -> Callable[[Request], Action]:
    return lambda request: Reply(0x999) if request.type == CLOSE else action


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("request_", "body", "value"),
    [
        (Create("/a", b"x", OPEN_ACL_UNSAFE, 0), buffer(b"/a"), "/a"),
        (GetChildren("/", None), strings(["b", "c"]), ["b", "c"]),
        (Delete("/a", -1), b"", True),
    ],
)
def test_an_answer_has_its_header(request_: Any, body: bytes, value: Any) -> None:
    with FakeZooKeeper(always(Reply(0x500000007, body))) as server, connected(server) as client:
        answer = client.ask(request_, WITHIN)
        assert answer.value == value
        assert answer.reply.zxid == 0x500000007
        assert (answer.reply.conn, answer.reply.xid) == (1, 1)
        assert answer.reply.server == server.address == client.server
        assert answer.reply.session == client.session == server.requests[0].session
        assert client.negotiated_timeout == 4000


def test_each_answer_has_the_header_of_its_own_reply() -> None:
    def answer(request: Request) -> Action:
        return Reply(1000 + request.xid, stat(czxid=request.xid))

    with FakeZooKeeper(answer) as server, connected(server) as client:
        answers = [client.ask(Exists("/a", None), WITHIN) for _ in range(5)]
        assert [(a.reply.xid, a.reply.zxid, a.value.czxid) for a in answers] == [
            (xid, 1000 + xid, xid) for xid in range(1, 6)
        ]


def test_many_threads_on_one_client_do_not_mix_their_headers_up() -> None:
    def answer(request: Request) -> Action:
        return Reply(request.xid, stat(czxid=request.xid, mzxid=request.xid))

    wrong: list[Any] = []

    def work(client: RecordingClient) -> None:
        for _ in range(50):
            answer = client.ask(SetData("/a", b"", -1), WITHIN)
            if not answer.value.mzxid == answer.reply.zxid == answer.reply.xid:
                wrong.append(answer)

    with FakeZooKeeper(answer) as server, connected(server) as client:
        threads = [threading.Thread(target=work, args=(client,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert sum(request.type == SET_DATA for request in server.requests) == 200


def test_a_missing_node_is_an_answer_to_exists_and_a_refusal_elsewhere() -> None:
    with FakeZooKeeper(always(Reply(42, err=-101))) as server, connected(server) as client:
        answer = client.ask(Exists("/a", None), WITHIN)
        assert (answer.value, answer.reply.zxid) == (None, 42)
        with pytest.raises(Refused):
            client.ask(Delete("/a", -1), WITHIN)


@pytest.mark.parametrize(
    ("err", "kind"),
    [(-101, NoNodeError), (-103, BadVersionError), (-110, NodeExistsError), (-111, NotEmptyError)],
)
def test_a_refusal_has_its_reason_and_its_zxid(err: int, kind: type[KazooException]) -> None:
    with FakeZooKeeper(always(Reply(0x300000001, err=err))) as server, connected(server) as client:
        with pytest.raises(Refused, match=f"^{kind.__name__}$") as caught:
            client.ask(Delete("/a", 3), WITHIN)
        assert isinstance(caught.value.error, kind)
        assert (caught.value.reply.zxid, caught.value.reply.xid) == (0x300000001, 1)
        assert caught.value.reply.server == server.address


FENCED = Transaction([CheckVersion("/lock", 0), SetData("/a", b"", -1)])


@pytest.mark.parametrize(
    ("codes", "cause"),
    [
        ((0, -103), BadVersionError),
        ((-101, -2), NoNodeError),
        ((0, 0, -111, -2), NotEmptyError),
    ],
)
def test_a_failed_transaction_is_refused_for_its_real_cause(
    codes: tuple[int, ...], cause: type[KazooException]
) -> None:
    reply = Reply(0x700000003, multi_failed(*codes))
    with FakeZooKeeper(always(reply)) as server, connected(server) as client:
        with pytest.raises(Refused, match=f"^{cause.__name__}$") as caught:
            client.ask(FENCED, WITHIN)
        assert isinstance(caught.value.error, cause)
        assert caught.value.reply.zxid == 0x700000003


def test_a_transaction_that_went_through_gives_every_result() -> None:
    reply = Reply(9, multi_ok((CHECK, b""), (SET_DATA, stat(1, 9, version=4)), (CREATE, buffer(b"/n"))))
    with FakeZooKeeper(always(reply)) as server, connected(server) as client:
        answer = client.ask(FENCED, WITHIN)
        assert (answer.value[0], answer.value[1].version, answer.value[2]) == (True, 4, "/n")
        assert answer.reply.zxid == 9


def test_what_was_sent_and_not_answered_is_unknown() -> None:
    with FakeZooKeeper(always("drop")) as server, connected(server) as client:
        with pytest.raises(Unanswered, match=r"^ConnectionLoss$"):
            client.ask(SetData("/a", b"", -1), WITHIN)
        assert [request.type for request in server.requests] == [SET_DATA]


def test_silence_is_unknown_after_the_time_given() -> None:
    with FakeZooKeeper(always("hang")) as server, connected(server) as client:
        began = time.monotonic()
        with pytest.raises(Unanswered, match=r"^no answer within 0\.2 s$"):
            client.ask(SetData("/a", b"", -1), 0.2)
        assert 0.2 <= time.monotonic() - began < 2
        assert [request.type for request in server.requests] == [SET_DATA]


def test_what_waited_for_a_connection_that_never_came_was_not_sent() -> None:
    outcome: list[Exception] = []

    def ask(client: RecordingClient) -> None:
        try:
            client.ask(SetData("/a", b"", -1), WITHIN)
        except (NotSent, Unanswered) as error:
            outcome.append(error)

    with FakeZooKeeper(always("hang")) as server, connected(server) as client:
        server.silent = True
        server.expired.add(client.session)
        server.drop_all()
        until(lambda: not client.connected)
        thread = threading.Thread(target=ask, args=(client,))
        thread.start()
        until(lambda: client._queue)
        server.silent = False
        server.drop_all()
        thread.join()
        (error,) = outcome
        assert isinstance(error, NotSent)
        assert str(error) == "SessionExpiredError"
        assert [request for request in server.requests if request.type == SET_DATA] == []


def test_a_closed_client_sends_nothing() -> None:
    with FakeZooKeeper(always(Reply(1))) as server:
        with connected(server) as client:
            pass
        with pytest.raises(NotSent, match=r"^ConnectionClosedError$"):
            client.ask(Exists("/a", None), WITHIN)
        assert [request.type for request in server.requests] == [CLOSE]


def test_the_closing_reply_is_kept_with_its_zxid() -> None:
    with FakeZooKeeper(always(Reply(1, stat()))) as server:
        with connected(server) as client:
            client.ask(Exists("/a", None), WITHIN)
            session = client.session
            assert client.closing is None
        assert client.closing is not None
        assert (client.closing.zxid, client.closing.session, client.closing.xid) == (0x999, session, 2)


def test_a_closing_without_an_answer_is_none() -> None:
    with FakeZooKeeper(lambda request: "drop") as server:
        with connected(server) as client:
            pass
        assert client.closing is None


def test_a_new_connection_keeps_the_session_and_counts_requests_anew() -> None:
    with FakeZooKeeper(always(Reply(1, stat()))) as server, connected(server) as client:
        first = [client.ask(Exists("/a", None), WITHIN).reply for _ in range(2)]
        server.drop_all()
        until(lambda: client.connected and client.connection_number == 2)
        second = client.ask(Exists("/a", None), WITHIN).reply
        assert [(r.conn, r.xid) for r in [*first, second]] == [(1, 1), (1, 2), (2, 1)]
        assert second.session == first[0].session


def test_an_expired_session_is_followed_by_another() -> None:
    with FakeZooKeeper(always(Reply(1, stat()))) as server, connected(server) as client:
        before = client.session
        server.expired.add(before)
        server.drop_all()
        until(lambda: client.connected and client.session not in {0, before})
        reply = client.ask(Exists("/a", None), WITHIN).reply
        assert reply.session == client.session != before
        assert reply.conn == client.connection_number == 3
