"""Sessions for load from within a node's holder: plain sockets, many of them, on one thread.

Requests are sent without waiting for the answers before them, and of the answers only headers are read.
"""

import json
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from kazoo.protocol.serialization import (
    Close,
    Connect,
    Ping,
    int_int_struct,
    int_struct,
    reply_header_struct,
)

STATUS = Path("/tmp/zkchaos/load.json")  # noqa: S108 - a container of its own
TELL_EVERY = 0.1
TIMEOUT = 6000
"""ms to ask for; a server may grant less."""
PATIENCE = 10.0
"""Seconds for an answer."""
NODE_EXISTS = -110
PING, WATCH = -2, -1


class Stopped(Exception):
    """It is time to end."""


class Counters:
    """What happened so far, told to whoever reads the status file."""

    def __init__(self, lifetime: float):
        self.values: dict[str, Any] = dict.fromkeys(
            ("sent", "answered", "refused", "breaks", "rounds", "watches", "fired", "full", "rtt_ms"), 0
        )
        self.values["sessions"] = []
        self._end = time.monotonic() + lifetime
        self._next = 0.0
        self.stopped = False

    def check(self) -> None:
        """Tell how it goes, now and then; raises Stopped when it is time to end."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + TELL_EVERY
            self.tell()
        if self.stopped or now >= self._end:
            raise Stopped

    def tell(self) -> None:
        """Put the status in place in one go."""
        fresh = STATUS.with_suffix(".new")
        fresh.write_text(json.dumps(self.values))
        fresh.rename(STATUS)


class Session:
    """One session on one connection."""

    def __init__(self, counters: Counters, address: tuple[str, int], source: int = 0):
        self.counters = counters
        self.waiting: deque[tuple[int, float]] = deque()
        self._xid = 0
        self._buffer = bytearray()
        self.socket = socket.create_connection(
            address, timeout=PATIENCE, source_address=("", source) if source else None
        )
        try:
            body = bytes(Connect(0, 0, TIMEOUT, 0, b"\0" * 16, False).serialize())  # noqa: FBT003
            self.socket.sendall(int_struct.pack(len(body)) + body)
            granted, _ = Connect.deserialize(self._frame(), 0)
        except BaseException:
            self.socket.close()
            raise
        self.id, self.timeout = int(granted.session_id), granted.time_out / 1000
        self.last_sent = time.monotonic()
        counters.values["sessions"].append(self.id)

    def send(self, *requests: Any) -> None:
        """Send requests in one go."""
        frames = bytearray()
        now = time.monotonic()
        for request in requests:
            body = bytes(request.serialize())
            if request.type == Ping.type:
                xid = PING
            else:
                self._xid += 1
                xid = self._xid
                self.waiting.append((xid, now))
                self.counters.values["sent"] += 1
            frames += int_struct.pack(len(body) + 8) + int_int_struct.pack(xid, request.type) + body
        self.last_sent = now
        self.socket.sendall(frames)

    def _frame(self) -> bytes:
        while len(self._buffer) < 4 or len(self._buffer) < 4 + (
            length := int_struct.unpack_from(self._buffer)[0]
        ):
            chunk = self.socket.recv(1 << 18)
            if not chunk:
                raise ConnectionError("the server closed the connection")
            self._buffer += chunk
        frame = bytes(self._buffer[4 : 4 + length])
        del self._buffer[: 4 + length]
        return frame

    def hear(self) -> None:
        """Take in one frame: an answer, a ping's or a watch event."""
        xid, _, error = reply_header_struct.unpack_from(self._frame())
        values = self.counters.values
        if xid == WATCH:
            values["fired"] += 1
        elif xid != PING:
            _, sent = self.waiting.popleft()
            values["answered"] += 1
            values["refused"] += error not in {0, NODE_EXISTS}
            values["rtt_ms"] = max(values["rtt_ms"], round((time.monotonic() - sent) * 1000))

    @property
    def readable(self) -> bool:
        """Tell whether a whole frame was read already."""
        there = len(self._buffer)
        return there >= 4 and there >= 4 + int(int_struct.unpack_from(self._buffer)[0])

    def settle(self) -> None:
        """Wait for all answers."""
        while self.waiting:
            self.hear()
            self.counters.check()

    def ask_to_close(self) -> None:
        """Ask for the end of the session."""
        with suppress(OSError):
            self.send(Close)

    def close(self) -> None:
        """Wait for the end of the session where the server still answers."""
        with suppress(OSError), self.socket:
            while self.waiting:
                self.hear()


class Crew:
    """Several sessions and whoever of them has something to hear."""

    def __init__(self, counters: Counters, address: tuple[str, int], number: int):
        self.counters = counters
        self.selector = selectors.DefaultSelector()
        self.sessions: list[Session] = []
        try:
            for _ in range(number):
                self.join(Session(counters, address))
                counters.check()
        except BaseException:
            self.close()
            raise

    def join(self, session: Session) -> None:
        """Take in one more."""
        self.sessions.append(session)
        self.selector.register(session.socket, selectors.EVENT_READ, session)

    def hear(self, within: float) -> None:
        """Hear everything that arrives within so many seconds, and keep every session alive."""
        end = time.monotonic() + within
        while True:
            self.counters.check()
            left = end - time.monotonic()
            for key, _ in self.selector.select(max(0.0, min(left, TELL_EVERY))):
                key.data.hear()
                while key.data.readable:
                    key.data.hear()
            self._ping()
            if left <= 0:
                return

    def hear_until(self, done: Callable[[], bool]) -> None:
        """Hear until something is so; raises ConnectionError when it takes too long."""
        end = time.monotonic() + PATIENCE
        while not done():
            self.hear(0.005)
            if time.monotonic() > end:
                raise ConnectionError("what was waited for did not come")

    def _ping(self) -> None:
        now = time.monotonic()
        for session in self.sessions:
            if now - session.last_sent > session.timeout / 3:
                session.send(Ping)

    def close(self) -> None:
        """Close all sessions: first ask all, then wait for each."""
        self.selector.close()
        for session in self.sessions:
            session.ask_to_close()
        for session in self.sessions:
            session.close()
