"""A single znode behind the fake ZooKeeper, with mishaps that befall its sets."""

import struct
import threading
from collections.abc import Callable
from typing import Literal

from tests.unit.fake_zookeeper import EXISTS, SET_DATA, Action, Reply, Request, buffer, stat

GET_DATA, SYNC = 4, 9
BAD_VERSION = -103

Mishap = Literal["lost-request", "lost-answer", "overtaken"]
"""A set that does not arrive; one that is done but not answered; the same, and others write after it."""


class OneZnode:
    """Holds the data of one znode; `mishaps` says what befalls the n-th set, counted from 1."""

    def __init__(self, mishaps: dict[int, Mishap], others: Callable[[bytes], bytes]):
        self.data = b""
        self.version = 0
        self.sets = 0
        """How many requests to set it there were."""
        self._mishaps = mishaps
        self._others = others
        self._zxid = 0x100000000
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Action:
        """Answer one request."""
        with self._lock:
            if request.type == GET_DATA:
                return self._reply(buffer(self.data) + self._stat())
            if request.type == EXISTS:
                return self._reply(self._stat())
            if request.type == SET_DATA:
                return self._set(request.body)
            # Creates and syncs answer a path, which nobody here looks at.
            return self._reply(buffer(b"/") if request.type > 0 else b"")

    def _set(self, body: bytes) -> Action:
        self.sets += 1
        mishap = self._mishaps.get(self.sets)
        (length,) = struct.unpack_from("!i", body)
        (size,) = struct.unpack_from("!i", body, 4 + length)
        (expected,) = struct.unpack_from("!i", body, 8 + length + size)
        if mishap == "lost-request":
            return "drop"
        if expected not in {-1, self.version}:
            return self._reply(err=BAD_VERSION)
        self._write(body[8 + length : 8 + length + size])
        if mishap == "overtaken":
            for _ in range(2):
                self._write(self._others(self.data))
        return "drop" if mishap else self._reply(self._stat())

    def _write(self, data: bytes) -> None:
        self.data = data
        self.version += 1
        self._zxid += 1

    def _stat(self) -> bytes:
        return stat(1, self._zxid, version=self.version)

    def _reply(self, body: bytes = b"", err: int = 0) -> Reply:
        return Reply(self._zxid, body, err)
