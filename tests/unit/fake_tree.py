"""Znodes behind the fake ZooKeeper: as much of a server as the candidates of an election need."""

import struct
import threading

from tests.unit.fake_zookeeper import (
    CHECK,
    CHILDREN,
    CLOSE,
    CREATE,
    DELETE,
    EXISTS,
    GET_DATA,
    MULTI,
    SET_DATA,
    Action,
    Reply,
    Request,
    buffer,
    event_frame,
    multi_failed,
    multi_ok,
    stat,
    string_at,
    strings,
)

NO_NODE, NODE_EXISTS = -101, -110
EPHEMERAL, SEQUENCE = 1, 2
DELETED, CHILD = 2, 4
"""Types of watch events."""

READS = {EXISTS, GET_DATA, CHILDREN}


class Tree:
    """Paths with their czxid and owner. Every request has a zxid: writes the next one, reads the last.

    Watches tell of nodes that vanish and of children that come and go.
    """

    def __init__(self) -> None:
        self.zxid = 0x100000000
        self.nodes: dict[str, tuple[int, int]] = {}
        """{path: (czxid, owner session)}"""
        self.data: dict[str, str] = {}
        """{path: what it was made with}"""
        self._watches: set[tuple[int, str, int]] = set()
        """(type, path, number of the connection)"""
        self._events: list[tuple[int, bytes]] = []
        self._sequence = 0
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Action:
        """Answer one request."""
        with self._lock:
            if request.type not in READS:
                self.zxid += 1
            self._events = []
            body, err = self._apply(request)
            return Reply(self.zxid, body, err, tuple(self._events))

    def _apply(self, request: Request) -> tuple[bytes, int]:
        if request.type == CLOSE:
            self._watches = {watch for watch in self._watches if watch[2] != request.conn}
            for path in [path for path, (_, owner) in self.nodes.items() if owner == request.session]:
                self._remove(path)
            return b"", 0
        if request.type == MULTI:
            return self._multi(request.body), 0
        path = string_at(request.body)
        if request.type == CREATE:
            return self._create(path, request)
        if request.type == CHILDREN:
            self._watch(CHILD, path, request)
            return strings([p.rpartition("/")[2] for p in self.nodes if p.startswith(f"{path}/")]), 0
        return self._existing(path, request)

    def _existing(self, path: str, request: Request) -> tuple[bytes, int]:
        if path not in self.nodes:
            return b"", NO_NODE
        if request.type == DELETE:
            self._remove(path)
            return b"", 0
        self._watch(DELETED, path, request)
        czxid, owner = self.nodes[path]
        data = buffer(self.data.get(path, "").encode()) if request.type == GET_DATA else b""
        return data + stat(czxid, self.zxid, owner=owner), 0

    def _create(self, path: str, request: Request) -> tuple[bytes, int]:
        (flags,) = struct.unpack("!i", request.body[-4:])
        data = string_at(request.body, 4 + len(path))
        if flags & SEQUENCE:
            path = f"{path}{self._sequence:010d}"
            self._sequence += 1
        if path in self.nodes:
            return b"", NODE_EXISTS
        self.nodes[path] = (self.zxid, request.session if flags & EPHEMERAL else 0)
        self.data[path] = data
        self._fire(CHILD, path.rpartition("/")[0])
        return struct.pack("!i", len(path)) + path.encode(), 0

    def _remove(self, path: str) -> None:
        del self.nodes[path]
        self._fire(DELETED, path)
        self._fire(CHILD, path.rpartition("/")[0])

    def _watch(self, kind: int, path: str, request: Request) -> None:
        if request.body[-1]:
            self._watches.add((kind, path, request.conn))

    def _fire(self, kind: int, path: str) -> None:
        fired = {watch for watch in self._watches if watch[:2] == (kind, path)}
        self._watches -= fired
        self._events += [(conn, event_frame(kind, path, self.zxid)) for _, _, conn in fired]

    def _multi(self, body: bytes) -> bytes:
        """Check one path and set another: all the transaction that the election knows."""
        fence = string_at(body, 9)
        if fence not in self.nodes:
            return multi_failed(NO_NODE, -2)
        return multi_ok((CHECK, b""), (SET_DATA, stat(1, self.zxid)))
