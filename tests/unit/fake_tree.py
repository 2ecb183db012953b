"""Znodes behind the fake ZooKeeper: as much of a server as one election candidate needs."""

import struct
import threading

from tests.unit.fake_zookeeper import (
    CHECK,
    CHILDREN,
    CLOSE,
    CREATE,
    DELETE,
    EXISTS,
    MULTI,
    SET_DATA,
    Action,
    Reply,
    Request,
    multi_failed,
    multi_ok,
    stat,
    string_at,
    strings,
)

NO_NODE, NODE_EXISTS = -101, -110
EPHEMERAL, SEQUENCE = 1, 2


class Tree:
    """Paths with their czxid and owner. Every request has a zxid: writes the next one, reads the last."""

    def __init__(self) -> None:
        self.zxid = 0x100000000
        self.nodes: dict[str, tuple[int, int]] = {}
        """{path: (czxid, owner session)}"""
        self._sequence = 0
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Action:
        """Answer one request."""
        with self._lock:
            if request.type not in {EXISTS, CHILDREN}:
                self.zxid += 1
            body, err = self._apply(request)
            return Reply(self.zxid, body, err)

    def _apply(self, request: Request) -> tuple[bytes, int]:
        if request.type == CLOSE:
            self.nodes = {path: node for path, node in self.nodes.items() if node[1] != request.session}
            return b"", 0
        if request.type == MULTI:
            return self._multi(request.body), 0
        path = string_at(request.body)
        if request.type == CREATE:
            return self._create(path, request)
        if request.type == CHILDREN:
            return strings([p.rpartition("/")[2] for p in self.nodes if p.startswith(f"{path}/")]), 0
        return self._existing(path, request)

    def _existing(self, path: str, request: Request) -> tuple[bytes, int]:
        if path not in self.nodes:
            return b"", NO_NODE
        if request.type == DELETE:
            del self.nodes[path]
            return b"", 0
        czxid, owner = self.nodes[path]
        return stat(czxid, self.zxid, owner=owner), 0

    def _create(self, path: str, request: Request) -> tuple[bytes, int]:
        (flags,) = struct.unpack("!i", request.body[-4:])
        if flags & SEQUENCE:
            path = f"{path}{self._sequence:010d}"
            self._sequence += 1
        if path in self.nodes:
            return b"", NODE_EXISTS
        self.nodes[path] = (self.zxid, request.session if flags & EPHEMERAL else 0)
        return struct.pack("!i", len(path)) + path.encode(), 0

    def _multi(self, body: bytes) -> bytes:
        """Check one path and set another: all the transaction that the election knows."""
        fence = string_at(body, 9)
        if fence not in self.nodes:
            return multi_failed(NO_NODE, -2)
        return multi_ok((CHECK, b""), (SET_DATA, stat(1, self.zxid)))
