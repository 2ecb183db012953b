"""A kazoo client that keeps what kazoo drops: the header of every reply, and what was really sent.

kazoo answers a call with its result alone. The two subclasses below note, on the connection's own
thread, the reply header's zxid, the request id, the connection and the server, and whether a request
that got no answer had left the client at all.
"""

from dataclasses import dataclass
from typing import Any

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException, RolledBackError, RuntimeInconsistency
from kazoo.handlers.threading import KazooTimeoutError
from kazoo.protocol.connection import ConnectionHandler
from kazoo.protocol.serialization import Close, Connect, Transaction


@dataclass(frozen=True, slots=True)
class Reply:
    """Header of one reply and where it came from."""

    session: int
    conn: int
    xid: int
    zxid: int
    server: str
    """address:port"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered to one request."""

    value: Any
    reply: Reply


class Refused(Exception):
    """The server answered with an error: the request certainly had no effect."""

    def __init__(self, error: KazooException, reply: Reply):
        super().__init__(type(error).__name__)
        self.error = error
        self.reply = reply


class NotSent(Exception):
    """The request never left the client: it certainly had no effect."""


class Unanswered(Exception):
    """The request was sent and not answered: nobody knows."""


class RecordingConnection(ConnectionHandler):  # type: ignore[misc]  # kazoo is not typed
    """The connection thread's part. `number` counts connections from 1, `server` is the current one."""

    number = 0
    server = ""
    timeout = 0

    def _connect(self, host: str, hostip: str, port: int) -> Any:
        self.number += 1
        self.server = f"{hostip}:{port}"
        return super()._connect(host, hostip, port)

    def _invoke(self, timeout: float, request: Any, xid: int | None = None) -> Any:
        result = super()._invoke(timeout, request, xid)
        if isinstance(request, Connect):
            self.timeout = result[0].time_out
        return result

    def _read_response(self, header: Any, buffer: Any, offset: int) -> Any:
        if self.client._pending:
            request, result, xid = self.client._pending[0]
            reply = Reply(self.client._session_id, self.number, xid, header.zxid, self.server)
            if isinstance(request, Close):
                self.client.closing = reply
            elif result is not None:
                # Before the result is set, so that whoever waits for it finds the header.
                result.reply = reply
        return super()._read_response(header, buffer, offset)


class RecordingClient(KazooClient):  # type: ignore[misc]  # kazoo is not typed
    """A KazooClient whose `ask` sends one request and returns its result with the reply's header."""

    closing: Reply | None = None
    """The reply to the closing of the session, which names the zxid at which its ephemerals vanished."""

    def __init__(self, **options: Any):
        super().__init__(**options)
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

    def ask(self, request: Any, within: float) -> Answer:
        """Send one request of kazoo.protocol.serialization, exactly once, and wait for its answer.

        Raises Refused (the server said no), NotSent or Unanswered.
        """
        result = self.handler.async_result()
        self._call(request, result)
        try:
            value = result.get(timeout=within)
        except KazooTimeoutError as error:
            raise Unanswered(f"no answer within {within:g} s") from error
        except KazooException as error:
            reply = getattr(result, "reply", None)
            if reply is not None:
                raise Refused(error, reply) from error
            if getattr(result, "unsent", True):
                raise NotSent(type(error).__name__) from error
            raise Unanswered(type(error).__name__) from error
        if isinstance(request, Transaction):
            _raise_if_refused(value, result.reply)
        return Answer(value, result.reply)

    def _notify_pending(self, state: Any) -> None:
        # What waits in `_pending` was sent; what waits in `_queue`, or never came as far, was not.
        for _, result, _ in list(self._pending):
            if result is not None:
                result.unsent = False
        super()._notify_pending(state)


def _raise_if_refused(results: list[Any], reply: Reply) -> None:
    """A transaction that failed comes back as a list with the errors in it; only one of them is the cause."""
    failures = [result for result in results if isinstance(result, KazooException)]
    bystanders = (RolledBackError, RuntimeInconsistency)
    cause = next((failure for failure in failures if not isinstance(failure, bystanders)), None)
    if failures:
        raise Refused(cause or failures[0], reply)
