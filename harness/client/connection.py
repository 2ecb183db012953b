"""The connection of a recording client: kazoo's own, with everything kept that kazoo drops.

kazoo answers a call with its result alone. This subclass notes, on the connection's own thread and so in the
order of the wire, what was really sent and when, the header and position of every reply, every watch event
and every ping. It also reads and writes in batches, where kazoo makes a system call and a selector for every
few bytes: recording must not cost more than it saves.

It relies on kazoo's internals, and tests/unit/test_kazoo_canary.py fails when they move.
"""

import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kazoo.exceptions import ConnectionDropped
from kazoo.protocol.connection import (
    AUTH_XID,
    CLOSE_RESPONSE,
    PING_XID,
    WATCH_XID,
    ConnectionHandler,
)
from kazoo.protocol.serialization import Auth, Close, Connect, Watch

from harness.client.call import Call, Reply

if TYPE_CHECKING:
    from harness.client.recording_client import RecordingClient

REQUEST = struct.Struct("!iii")
"""Length of the rest, xid, type of operation."""

RECEIVE = 1 << 18
"""Bytes to read from the socket at a time."""

MOST_AT_ONCE = 1 << 20
"""Bytes of requests after which a batch is full."""

LAST_XID = 2**31 - 1

WATCH_TYPES = {1: "CREATED", 2: "DELETED", 3: "CHANGED", 4: "CHILD"}


class RecordingConnection(ConnectionHandler):  # type: ignore[misc]  # kazoo is not typed
    """The connection thread's part. `number` counts connections from 1, `server` is the current one."""

    client: "RecordingClient"

    def __init__(self, client: Any, retry_sleeper: Any, logger: Any, sasl_options: Any):
        super().__init__(client, retry_sleeper, logger=logger, sasl_options=sasl_options)
        self.number = 0
        self.server = ""
        self.timeout = 0
        """Negotiated session timeout in ms."""
        self.reading = False
        """Replies are being read; what is queued meanwhile is sent right after, without being waked up."""
        self._wire = 0
        self._received = 0
        self._header_zxid = 0
        self._buffer = bytearray()
        self._start = 0
        """Where in the buffer the unread bytes begin."""
        self._written = 0
        """How many bytes of the last batch have left."""
        self._patience = 0.0
        self._last_sent = (0, 0)
        """Session and xid of the last request."""

    def _connect(self, host: str, hostip: str, port: int) -> Any:
        self.number = self._next_number()
        self.server = f"{hostip}:{port}"
        self._wire, self._buffer, self._start = 0, bytearray(), 0
        read_timeout, connect_timeout = super()._connect(host, hostip, port)
        self._patience = connect_timeout / 1000
        session, xid = self._last_sent
        if self.client.monotonic_xid and session == self.client.session:
            self._xid = xid
        return read_timeout, connect_timeout

    def _next_number(self) -> int:
        """Count the connections of the session; raises ConnectionDropped when there must be no other one."""
        with self.client.connections.lock:
            if self.client.passed_on:
                raise ConnectionDropped("another client goes on with the session")
            return self.client.connections.next()

    def break_off(self) -> None:
        """End the present connection, if there is one, as if the network had."""
        with suppress(OSError, AttributeError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _invoke(self, timeout: float, request: Any, xid: int | None = None) -> Any:
        result = super()._invoke(timeout, request, xid)
        if isinstance(request, Connect):
            self.timeout = result[0].time_out
        return result

    def _read_socket(self, read_timeout: float) -> Any:
        """Read every reply that is there, then send what the answers led to."""
        self.reading = True
        try:
            response = super()._read_socket(read_timeout)
            while response != CLOSE_RESPONSE and self._holds_a_frame():
                response = super()._read_socket(read_timeout)
        finally:
            self.reading = False
        if response != CLOSE_RESPONSE:
            self._send_queued()
        return response

    def _holds_a_frame(self) -> bool:
        there = len(self._buffer) - self._start
        return there >= 4 and there >= 4 + int.from_bytes(self._buffer[self._start : self._start + 4], "big")

    def _read(self, length: int, timeout: float) -> bytes:
        while len(self._buffer) - self._start < length:
            self._receive(timeout)
        end = self._start + length
        data = bytes(self._buffer[self._start : end])
        if end == len(self._buffer):
            self._buffer, self._start = bytearray(), 0
        else:
            self._start = end
        return data

    def _receive(self, timeout: float) -> None:
        with self._socket_error_handling():
            try:
                chunk = self._socket.recv(RECEIVE)
            except BlockingIOError:
                if not self.handler.select([self._socket], [], [], timeout)[0]:
                    raise self.handler.timeout_exception("socket time-out during read") from None
                return
        self._received = time.monotonic_ns()
        if not chunk:
            raise ConnectionDropped("socket connection broken")
        if self._start:
            del self._buffer[: self._start]
            self._start = 0
        self._buffer += chunk

    def _read_header(self, timeout: float) -> Any:
        header, data, offset = super()._read_header(timeout)
        self._wire += 1
        self._header_zxid = max(header.zxid, 0)
        if header.xid == PING_XID:
            self.client.ponged(self._heard(PING_XID))
        return header, data, offset

    def _read_watch_event(self, buffer: Any, offset: int) -> None:
        event, _ = Watch.deserialize(buffer, offset)
        if event.type not in WATCH_TYPES:
            return  # kazoo knows no others either
        self.client.watch_fired(WATCH_TYPES[event.type], event.path, self._heard(WATCH_XID))
        super()._read_watch_event(buffer, offset)

    def _heard(self, xid: int) -> Reply:
        """Describe what has just been read and answers no call."""
        return Reply(
            self.client.session,
            self.number,
            xid,
            self._header_zxid,
            self.server,
            self._wire,
            0,
            self._received,
        )

    def _read_response(self, header: Any, buffer: Any, offset: int) -> Any:
        self._bring_forward(header.xid)
        request, call, xid = self.client._pending[0]
        if isinstance(call, Call):
            call.answered(self._header_zxid, self._wire, self._received)
        elif isinstance(request, Close):
            self.client.closing = self._heard(xid)
        return super()._read_response(header, buffer, offset)

    def _bring_forward(self, xid: int) -> None:
        """Put the request that is answered first in line; kazoo would die of an answer out of order.

        A checker finds the disorder in the positions on the wire.
        """
        pending = self.client._pending
        if pending and pending[0][2] == xid:
            return
        found = next((place for place, entry in enumerate(pending) if entry[2] == xid), None)
        if found is None:
            raise ConnectionDropped(f"an answer to request {xid}, which was not asked")
        entry = pending[found]
        del pending[found]
        pending.appendleft(entry)

    def _send_request(self, read_timeout: float, connect_timeout: float) -> None:  # noqa: ARG002 - kazoo's
        with suppress(BlockingIOError):
            self._read_sock.recv(4096, socket.MSG_DONTWAIT)
        self._send_queued()

    def _send_queued(self) -> None:
        """Write what waits in the queue, in one go; the recorder is told before anything leaves."""
        queue = self.client._queue
        while queue:
            batch: list[Any] = []
            size = 0
            while queue and size < MOST_AT_ONCE:
                request, call = queue.popleft()
                body = request.serialize()
                size += len(body)
                batch.append((request, call, body))
            self.client.before_sending()
            self._send_batch(batch)

    def _send_batch(self, batch: list[Any]) -> None:
        client = self.client
        session, number, server, now = client.session, self.number, self.server, time.monotonic_ns()
        frames = bytearray()
        starts: list[tuple[int, Call]] = []
        for request, call, body in batch:
            auth = request.type == Auth.type
            xid = AUTH_XID if auth else self._xid % LAST_XID + 1
            if isinstance(call, Call):
                if not call.leave(Reply(session, number, xid, 0, server, 0, now, 0)):
                    continue
                starts.append((len(frames), call))
            if not auth:
                self._xid = xid
            frames += REQUEST.pack(len(body) + 8, xid, request.type)
            frames += body
            client._pending.append((request, call, xid))
        self._last_sent = (session, self._xid)
        try:
            self._write(frames, self._patience)
        except (ConnectionDropped, self.handler.timeout_exception):
            for start, call in starts:
                if start >= self._written:
                    call.stay()
            raise

    def _write(self, msg: Any, timeout: float) -> None:
        view = memoryview(msg)
        self._written = 0
        with self._socket_error_handling():
            while self._written < len(view):
                try:
                    self._written += self._socket.send(view[self._written :])
                except BlockingIOError:
                    if not self.handler.select([], [self._socket], [], timeout)[1]:
                        raise self.handler.timeout_exception("socket time-out during write") from None
