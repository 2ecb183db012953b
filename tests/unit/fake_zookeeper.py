"""A tiny ZooKeeper on a loopback socket: it speaks the wire protocol and does what a test tells it to.

Own packing, not kazoo's: a client that is tested against its own serializer proves nothing.
"""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

CREATE, DELETE, EXISTS, GET_DATA, SET_DATA, CHILDREN, CHECK, MULTI, CLOSE = 1, 2, 3, 4, 5, 8, 13, 14, -11
PING_XID = -2

PASSWORD = b"p" * 16


@dataclass(frozen=True)
class Request:
    """One request as it came off the wire."""

    session: int
    conn: int
    """Number of the connection, from 1."""
    xid: int
    type: int
    body: bytes


@dataclass(frozen=True)
class Reply:
    """Header and body of a reply; `err` is ZooKeeper's code, 0 for success."""

    zxid: int
    body: bytes = b""
    err: int = 0
    events: tuple[tuple[int, bytes], ...] = ()
    """Watch events that it causes: (connection's number, frame). Those on its own connection come first."""


@dataclass(frozen=True)
class Frames:
    """What a server sends of its own making, frame by frame and in one piece."""

    frames: tuple[bytes, ...]


Action = Reply | Frames | Literal["drop", "hang"]
"""What to do with a request: answer it, send frames, close the connection, or be silent until `release`."""


class FakeZooKeeper:
    """Asks `answer` what to do with each request; pings and handshakes it does itself.

    It breaks the connection at the header of a frame of more than `limit` bytes.
    """

    def __init__(self, answer: Callable[[Request], Action], *, timeout: int = 4000, limit: int = 1 << 30):
        self._answer = answer
        self._timeout = timeout
        self._limit = limit
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._next_session = 0x100000000000001
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self._open: dict[int, tuple[socket.socket, threading.Lock]] = {}
        """By their numbers the connections that have shaken hands, each with what one sender holds."""
        self.requests: list[Request] = []
        self.expired: set[int] = set()
        """Sessions that a reconnecting client is told to be gone."""
        self._released = threading.Event()
        self.silent = False
        """Accept connections and never shake hands."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "FakeZooKeeper":
        self._spawn(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.release()
        self.drop_all()
        for thread in self._threads:
            thread.join(5)

    def release(self) -> None:
        """Break the connections that fell silent, now and from now on."""
        self._released.set()

    def drop_all(self) -> None:
        """Break every connection."""
        for connection in self._sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _tell(self, writer: int, events: tuple[tuple[int, bytes], ...]) -> None:
        """Send watch events on the connections that did not cause them, where those are still open."""
        for number, frame in events:
            if number != writer:
                connection, sending = self._open[number]
                with sending, suppress(OSError):
                    _send(connection, frame)

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(connection)
            self.connections += 1
            self._spawn(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError, EOFError):
            session = self._shake_hands(connection)
            sending = threading.Lock()
            self._open[number] = connection, sending
            while session:
                frame = _read_frame(connection, self._limit)
                xid, kind = struct.unpack_from("!ii", frame)
                with sending:
                    if xid == PING_XID:
                        _send(connection, struct.pack("!iqi", xid, 1, 0))
                        continue
                    request = Request(session, number, xid, kind, frame[8:])
                    self.requests.append(request)
                    action = self._answer(request)
                    frames = frames_of(action, number, xid)
                    connection.sendall(b"".join(map(buffer, frames)))
                if action == "hang":
                    self._released.wait()
                if isinstance(action, str):
                    _end(connection)
                    return
                if isinstance(action, Reply):
                    self._tell(number, action.events)
                if kind == CLOSE:
                    return

    def _shake_hands(self, connection: socket.socket) -> int:
        frame = _read_frame(connection)
        if self.silent:
            _read_frame(connection)
        _, _, _, session = struct.unpack_from("!iqiq", frame)
        if session in self.expired:
            _send(connection, struct.pack("!iiq", 0, 0, 0) + buffer(b"\0" * 16) + b"\0")
            return 0
        if not session:
            session, self._next_session = self._next_session, self._next_session + 1
        _send(connection, struct.pack("!iiq", 0, self._timeout, session) + buffer(PASSWORD) + b"\0")
        return session


def buffer(data: bytes) -> bytes:
    """Length and bytes: a buffer or a string on the wire."""
    return struct.pack("!i", len(data)) + data


def string_at(data: bytes, offset: int = 0) -> str:
    """Read a string off the wire."""
    (length,) = struct.unpack_from("!i", data, offset)
    return data[offset + 4 : offset + 4 + max(length, 0)].decode()


def stat(czxid: int = 1, mzxid: int = 1, *, version: int = 0, owner: int = 0) -> bytes:
    """A Stat on the wire."""
    return struct.pack("!qqqqiiiqiiq", czxid, mzxid, 0, 0, version, 0, 0, owner, 0, 0, czxid)


def frames_of(action: Action, conn: int, xid: int) -> tuple[bytes, ...]:
    """What is sent on the connection of a request, in this order."""
    if isinstance(action, Reply):
        return (*(frame for number, frame in action.events if number == conn), reply_frame(xid, action))
    return action.frames if isinstance(action, Frames) else ()


def reply_frame(xid: int, reply: Reply) -> bytes:
    """A reply to the request with this xid."""
    return struct.pack("!iqi", xid, reply.zxid, reply.err) + reply.body


def event_frame(kind: int, path: str, zxid: int = -1) -> bytes:
    """A watch event; up to 3.8 its zxid is -1."""
    return struct.pack("!iqiii", -1, zxid, 0, kind, 3) + buffer(path.encode())


def ping_frame(zxid: int) -> bytes:
    """The answer to a ping."""
    return struct.pack("!iqi", PING_XID, zxid, 0)


def strings(values: list[str]) -> bytes:
    """A vector of strings."""
    return struct.pack("!i", len(values)) + b"".join(buffer(value.encode()) for value in values)


def multi_ok(*results: tuple[int, bytes]) -> bytes:
    """The body of a transaction that went through: (type, result) of each operation."""
    parts = [struct.pack("!iBi", kind, 0, 0) + body for kind, body in results]
    return b"".join(parts) + struct.pack("!iBi", -1, 1, -1)


def multi_failed(*codes: int) -> bytes:
    """The body of a transaction that failed: an error code of each operation."""
    parts = [struct.pack("!iBi", -1, 0, code) + struct.pack("!i", code) for code in codes]
    return b"".join(parts) + struct.pack("!iBi", -1, 1, -1)


def _end(connection: socket.socket) -> None:
    """End the stream in good order: closed over unread requests, it would take back answers on their way."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(1 << 16):
        pass


def _read_frame(connection: socket.socket, limit: int = 1 << 30) -> bytes:
    (length,) = struct.unpack("!i", _read(connection, 4))
    if length > limit:
        raise EOFError
    return _read(connection, length)


def _read(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        chunk = connection.recv(length - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(buffer(data))
