"""Clients: sessions on connections that break, and logical processes that make one call after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulation.frames import Frame, Request
from tests.simulation.loop import MS, Channel
from tests.simulation.server import Connection

if TYPE_CHECKING:
    import random
    from itertools import count

    from tests.simulation.ensemble import Ensemble
    from tests.simulation.history_builder import Book
    from tests.simulation.server import Server
    from tests.simulation.workload import Ask, Workload

_PING, _CLOSE = -2, -11
"""The ids of requests that are not calls, as ZooKeeper's clients use them."""


@dataclass(slots=True)
class Call:
    """A call that was sent."""

    process: Process
    f: str
    key: str
    where: dict[str, Any]
    """Session, connection, request id, time of sending and server, as the history shows them."""


class App:
    """One life of an app node."""

    def __init__(self, name: str, life: int, numbers: count[int], workload: Workload):
        self.name = name
        self.life = f"{name}/{life}"
        self.number = life
        self.numbers = numbers
        self.workload = workload
        self.clients: list[Client] = []
        self.alive = True

    @property
    def voice(self) -> str:
        """The process that tells of sessions and watches."""
        return f"{self.life}.0"


class Process:
    """A logical process."""

    def __init__(self, client: Client):
        self.client = client
        self.awake = self.busy = False
        self.renew()

    def renew(self) -> None:
        """Take a new number."""
        self.name = f"{self.client.app.life}.{next(self.client.app.numbers)}"

    def pause(self) -> None:
        """Come back after a while."""
        client = self.client
        self.busy = False
        client.loop.after(client.dice.expovariate(1 / client.think), self.turn)

    def turn(self) -> None:
        """Make a call, where there is a connection and nobody waits for an end."""
        client = self.client
        if not client.app.alive or client.ended:
            return
        if client.quiet or (client.state != "connected" and (client.todo or client.dice.random() < 0.9)):
            client.loop.after(5 * MS, self.turn)
            return
        self.busy = True
        ask = client.todo.pop(0) if client.todo else client.app.workload.draw()
        if client.state == "connected":
            client.call(self, ask)
        else:
            client.refuse(self, ask)


class Client:
    """One kazoo client of an app node."""

    def __init__(
        self, app: App, ensemble: Ensemble, book: Book, dice: random.Random, *, timeout: int, think: float
    ):
        self.app = app
        self.ensemble = ensemble
        self.loop = ensemble.loop
        self.book = book
        self.dice = dice
        self.timeout = timeout
        self.think = think
        """Mean time between two calls of a process (ns)."""
        self.todo: list[Ask] = []
        self.state = "new"
        self.quiet = False
        """No new calls, because the session is about to be closed."""
        self.leaving = self.ended = False
        """The closing that is to come is the last; it is over."""
        self.session = self.number = self.xid = self.wire = self.seen = 0
        self.calls: dict[int, Call] = {}
        self.connection: Connection | None = None
        self.processes: list[Process] = []

    # -- the connection

    def connect(self) -> None:
        """Try any server; one that is behind what this session has seen refuses."""
        if self.ended or not self.app.alive:
            return
        self.number += 1
        self.xid = self.wire = 0
        server = self.dice.choice(self.ensemble.servers)
        self.state = "connecting"
        self.loop.after(self.ensemble.delay(), lambda: self._knock(server))

    def _knock(self, server: Server) -> None:
        if not server.serves or server.zxid < self.seen or not self.app.alive:
            self.loop.after(self.dice.uniform(20, 100) * MS, self.connect)
            return
        connection = Connection(
            server, self.session, self.number, self._deliver, lambda: self._hear_end(connection)
        )
        self.connection = connection
        self.up = Channel(self.loop)
        server.connections.append(connection)
        f = "reopen" if self.session else "open"
        connection.receive(Request(f, timeout=self.timeout))

    def _hear_end(self, connection: Connection) -> None:
        if connection is self.connection:
            self.break_off()

    def break_off(self) -> None:
        """Lose the connection: nobody knows what became of the calls that were sent."""
        connection, self.connection = self.connection, None
        if connection is None or self.ended or not self.app.alive:
            return
        connection.server.drop(connection)
        for call in self.calls.values():
            self._complete(call.process, "info", call.f, call.key, error="ConnectionLoss", **call.where)
            call.process.renew()
        self.calls.clear()
        if self.state == "connected":
            self._say_session("suspended", connection)
        if self.quiet:
            self.abandon(connection)
            return
        patience = self.dice.choices((5 * MS, 200 * MS, self.timeout * 3), (5, 4, 1))[0]
        self.state = "suspended"
        self.loop.after(self.dice.uniform(1 * MS, patience), self.connect)

    def abandon(self, connection: Connection) -> None:
        """Give a session up without knowing whether its closing reached a server, and begin another one."""
        self._say_session("abandoned", connection)
        self._begin_again()

    def _begin_again(self) -> None:
        self.ended = self.leaving
        self.session = self.seen = 0
        self.quiet = False
        self.state = "new"
        self.connection = None
        self.loop.after(self.dice.uniform(1, 20) * MS, self.connect)

    def _say_session(self, state: str, connection: Connection, **fields: Any) -> None:
        value = {"state": state} | ({"timeout": self.timeout // MS} if state == "connected" else {})
        where = {"session": self.session, "conn": connection.number, "server": connection.server.address}
        self._say("session", value=value, **where, **fields)

    def _say(self, f: str, **fields: Any) -> None:
        self.book.tell(self.loop.now, "event", f, self.app.voice, node=self.app.name, **fields)

    # -- what is sent

    def call(self, process: Process, ask: Ask) -> None:
        """Send a call."""
        f, key, value = ask
        self.xid += 1
        now = self.loop.now
        assert self.connection is not None
        where: dict[str, Any] = {"session": self.session, "conn": self.number, "xid": self.xid}
        where |= {"sent": now + 2000, "server": self.connection.server.address}
        self.book.tell(now, "invoke", f, process.name, node=self.app.name, key=key, value=value)
        self.calls[self.xid] = Call(process, f, key, where)
        self._send(Request(f, key, value, self.xid))

    def refuse(self, process: Process, ask: Ask) -> None:
        """Let a call fail that never leaves the client."""
        f, key, value = ask
        now = self.loop.now
        self.book.tell(now, "invoke", f, process.name, node=self.app.name, key=key, value=value)
        self.loop.after(MS, lambda: self._complete(process, "fail", f, key, error="not sent: ConnectionLoss"))

    def ping(self) -> None:
        """Send a ping now and then."""
        if self.ended or not self.app.alive:
            return
        if self.state == "connected":
            self._send(Request("ping", xid=_PING))
        self.loop.after(self.timeout / 3, self.ping)

    def close(self) -> None:
        """Close the session once nothing is outstanding."""
        self.quiet = True
        if self.state != "connected" or self.ended or not self.app.alive:
            return
        if self.calls or any(process.busy for process in self.processes):
            self.loop.after(MS, self.close)
        else:
            self.state = "closing"
            self._send(Request("close", xid=_CLOSE))

    def _send(self, request: Request) -> None:
        connection = self.connection
        assert connection is not None

        def arrive() -> None:
            if connection.alive:
                connection.receive(request)

        self.up.send(self.ensemble.delay(), arrive)

    # -- what is received

    def _deliver(self, frame: Frame) -> None:
        connection = self.connection
        if connection is None or not self.app.alive:
            return
        if self.state == "connecting":
            self._greet(connection, frame)
            return
        self.wire += 1
        self.seen = max(self.seen, frame.zxid)
        here = {"wire": self.wire, "received": self.loop.now}
        whose = {"session": self.session, "conn": self.number, "server": connection.server.address}
        if frame.kind == "watch":
            self._say("watch", key=frame.path, value=frame.value, zxid=frame.zxid, **whose, **here)
        elif frame.kind == "ping":
            self._say("ping", zxid=frame.zxid, **whose, **here)
        elif frame.xid == _CLOSE:
            self._say_session("closed", connection, zxid=frame.zxid)
            connection.server.drop(connection)
            self._begin_again()
        else:
            self._hear(frame, here)

    def _greet(self, connection: Connection, frame: Frame) -> None:
        """Begin a connection, or learn that the session has expired."""
        if frame.error:
            self._say_session("lost", connection)
            connection.server.drop(connection)
            self._begin_again()
            return
        self.session = connection.session
        self.seen = max(self.seen, frame.zxid)
        self.state = "connected"
        self._say_session("connected", connection)
        if self.quiet:
            self.close()

    def _hear(self, frame: Frame, here: dict[str, Any]) -> None:
        call = self.calls.pop(frame.xid)
        fields = {"value": frame.value, "stat": frame.stat, "zxid": frame.zxid, "error": frame.error}
        kind = "fail" if frame.error else "ok"
        if frame.stat is not None and not frame.error:
            self.app.workload.versions[call.key] = frame.stat.version
        if call.f == "children" and not frame.error:
            self.app.workload.children_seen[call.key] = frame.value
        if call.f in {"create", "children"} and frame.xid % 2:
            # Half of these ask for the Stat.
            fields["stat"] = None
        self.loop.after(
            self.dice.uniform(0.005, 0.2) * MS,
            lambda: self._complete(call.process, kind, call.f, call.key, **fields, **call.where, **here),
        )

    def _complete(self, process: Process, kind: str, f: str, key: str, **fields: Any) -> None:
        if not self.app.alive:
            return
        self.book.tell(self.loop.now, kind, f, process.name, node=self.app.name, key=key, **fields)
        process.pause()
