"""A kazoo client that tells what really happened: of its requests, its watches and its pings."""

import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from kazoo.client import KazooClient
from kazoo.exceptions import AuthFailedError, ConnectionClosedError, SessionExpiredError
from kazoo.protocol.states import KazooState, KeeperState

from harness.client.call import Answer, Call, NotSent, Outcome, Refused, Reply, Unanswered
from harness.client.connection import RecordingConnection
from harness.client.ticket import Connections, Ticket

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
    `ponged(where)` when such a thing was read. `own_call(request, result)` is asked about every request that
    was made in kazoo's own way, with kazoo's AsyncResult; what it returns takes the result's place.

    With a `ticket` the client goes on with another one's session. It counts as suspended until it has
    connected, so that its listeners hear of it when it came too late.
    """

    def __init__(
        self,
        *,
        monotonic_xid: bool = False,
        before_sending: Callable[[], None] = lambda: None,
        watch_fired: Callable[[str, str, Reply], None] = lambda *_: None,
        ponged: Callable[[Reply], None] = lambda _: None,
        own_call: Callable[[Any, Any], Any] = lambda _request, result: result,
        ticket: Ticket | None = None,
        **options: Any,
    ):
        super().__init__(client_id=ticket and (ticket.session, ticket.password), **options)
        self.connections = ticket.connections if ticket else Connections()
        self.heir = ticket.heir if ticket else 0
        """Number of this client among those of one program that have shared its session."""
        self.passed_on = False
        """Another client goes on with the session."""
        if ticket:
            self.last_zxid, self.state = ticket.zxid, KazooState.SUSPENDED
        self.monotonic_xid = monotonic_xid
        self.before_sending = before_sending
        self.watch_fired = watch_fired
        self.ponged = ponged
        self.own_call = own_call
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

    def ticket(self) -> Ticket | None:
        """Return what a later program needs to go on with the session, None while it is not connected."""
        session, password = self.client_id or (0, b"")
        return Ticket(session, password, self.last_zxid, self.connections, self.heir) if session else None

    def pass_on(self) -> Ticket | None:
        """Make no other connection from now on, and return what another client needs to use the session.

        None, and nothing has changed, while it is not connected: a connection that is just being made could
        come after those of the other client. The present connection goes on until it breaks; see `leave`.
        """
        with self.connections.lock:
            ticket = self.ticket()
            if ticket is None:
                return None
            self._stopped.set()
            self.passed_on = True
            return ticket._replace(heir=self.heir + 1)

    def drop(self) -> None:
        """Break the connection; the next one is made to the next server that answers, to this one at last."""
        hosts = [f"{host}:{port}" for host, port in self.hosts]
        here = hosts.index(self.server) + 1 if self.server in hosts else 0
        self.set_hosts(",".join(hosts[here:] + hosts[:here]), randomize_hosts=False)
        self._connection.break_off()

    def leave(self) -> None:
        """End without closing the session, which `pass_on` has given to another client."""
        self._stopped.set()
        self._connection.break_off()
        self._safe_close()
        self.close()

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
        if not isinstance(async_object, Call):
            async_object = self.own_call(request, async_object)
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
