"""A kazoo client that tells what really happened: of its requests, its watches and its pings."""

import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from kazoo.client import KazooClient
from kazoo.exceptions import AuthFailedError, ConnectionClosedError, SessionExpiredError
from kazoo.protocol.states import KeeperState

from harness.client.call import Answer, Call, NotSent, Outcome, Refused, Reply, Unanswered
from harness.client.connection import RecordingConnection

CLOSED = {
    KeeperState.AUTH_FAILED: AuthFailedError,
    KeeperState.CLOSED: lambda: ConnectionClosedError("Connection has been closed"),
    KeeperState.EXPIRED_SESSION: SessionExpiredError,
}
"""States in which nothing is accepted, and what kazoo then raises."""


class RecordingClient(KazooClient):  # type: ignore[misc]  # kazoo is not typed
    """A KazooClient with requests that are sent exactly once and answered with the reply's header.

    With `monotonic_xid` request ids go on counting over the connections of one session; kazoo starts
    at 1 on each, by which ZooKeeper may take an old request's answer for a new one's.

    The callables run on the connection's thread and must neither block nor call ZooKeeper:
    `before_sending` right before requests are written, `watch_fired(type, path, where)` and
    `ponged(where)` when such a thing was read.
    """

    def __init__(
        self,
        *,
        monotonic_xid: bool = False,
        before_sending: Callable[[], None] = lambda: None,
        watch_fired: Callable[[str, str, Reply], None] = lambda *_: None,
        ponged: Callable[[Reply], None] = lambda _: None,
        **options: Any,
    ):
        super().__init__(**options)
        self.monotonic_xid = monotonic_xid
        self.before_sending = before_sending
        self.watch_fired = watch_fired
        self.ponged = ponged
        self.closing: Reply | None = None
        """Reply to the closing of the last session: the zxid at which its ephemerals vanished."""
        plain: Any = self.__dict__["_connection"]
        self._connection = RecordingConnection(
            self, plain.retry_sleeper, logger=plain.logger, sasl_options=plain.sasl_options
        )

    @property
    def connection_number(self) -> int:
        """Number of the current connection, from 1."""
        return int(self._connection.number)

    @property
    def negotiated_timeout(self) -> int:
        """Session timeout in ms that the server agreed to."""
        return int(self._connection.timeout)

    @property
    def server(self) -> str:
        """The server of the current connection, address:port."""
        return str(self._connection.server)

    @property
    def session(self) -> int:
        """Id of the current session, 0 without one."""
        return int(self._session_id or 0)

    def send(self, call: Call) -> None:
        """Send a request exactly once, in the order of the calls of this; the outcome comes later.

        Whoever sends sees to it that `call.give_up` ends the waiting some time: while kazoo replaces a
        connection, a request may get lost.
        """
        self._call(call.request, call)

    def ask(self, request: Any, within: float) -> Answer:
        """Send one request, exactly once, and wait for its answer.

        Raises Refused (the server said no), NotSent or Unanswered.
        """
        done = threading.Event()
        call = Call(request, lambda _: done.set())
        self.send(call)
        if not done.wait(within):
            call.give_up(f"no answer within {within:g} s")
        outcome = call.outcome
        assert outcome is not None, "settled calls have an outcome"
        if isinstance(outcome, Refused | NotSent | Unanswered):
            raise outcome
        return outcome

    def ask_all(self, requests: Sequence[Any], within: float) -> list[Outcome]:
        """Send requests one right behind the other and wait for all of their outcomes, in the same order."""
        left = len(requests)
        if not left:
            return []
        done, lock = threading.Event(), threading.Lock()

        def settled(_: Call) -> None:
            nonlocal left
            with lock:
                left -= 1
                if not left:
                    done.set()

        calls = [Call(request, settled) for request in requests]
        for call in calls:
            self.send(call)
        if not done.wait(within):
            for call in calls:
                call.give_up(f"no answer within {within:g} s")
        return [call.outcome for call in calls if call.outcome is not None]

    def _call(self, request: Any, async_object: Any) -> bool:
        closed = CLOSED.get(self._state)
        if closed is not None:
            async_object.set_exception(closed())
            return False
        self._queue.append((request, async_object))
        connection = self._connection
        # The thread that reads sends what is queued meanwhile, before it sleeps.
        if not connection.reading:
            try:
                connection._write_sock.send(b"\0", socket.MSG_DONTWAIT)
            except BlockingIOError:
                pass  # so many wakings are on their way that none is needed
            except (OSError, AttributeError):
                async_object.set_exception(ConnectionClosedError("Connection has been closed"))
                return False
        return True
