"""One server: a prefix of the transactions, its connections, and their watches."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tests.simulation.frames import Frame, Request
from tests.simulation.loop import Channel
from tests.simulation.plans import ADDRESSES
from tests.simulation.reading import READS, read
from tests.simulation.tree import Tree, Trigger, apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.ensemble import Ensemble, Transaction


class Connection:
    """The server's end of a connection, with the watches that live and die with it."""

    def __init__(
        self,
        server: Server,
        session: int,
        number: int,
        deliver: Callable[[Frame], None],
        broken: Callable[[], None],
    ):
        self.server = server
        self.session = session
        self.number = number
        self.alive = True
        self.deliver = deliver
        self.broken = broken
        self.pending: deque[Request] = deque()
        self.data: set[str] = set()
        self.child: set[str] = set()
        self.persistent: set[tuple[str, str]] = set()
        self.down = Channel(server.ensemble.loop)

    def send(self, frame: Frame) -> None:
        """Put a frame on its way; it is lost where the connection breaks before it arrives."""

        def arrive() -> None:
            if self.alive:
                self.deliver(frame)

        self.down.send(self.server.ensemble.delay(), arrive)

    def trigger(self, path: str, kind: str, zxid: int) -> None:
        """Send at most one event for what happened to a path, and use up the one-shot watches."""
        wanted = False
        if kind != "CHILD" and path in self.data:
            self.data.discard(path)
            wanted = True
        if kind in {"CHILD", "DELETED"} and path in self.child:
            self.child.discard(path)
            wanted = True
        if wanted or any(_covers(base, mode, path, kind) for base, mode in self.persistent):
            self.send(Frame("watch", zxid, value={"type": kind}, path=path))

    def receive(self, request: Request) -> None:
        """Take a request: writes and syncs go on to the leader, everything is answered in order."""
        self.server.touched.add(self.session)
        self.pending.append(request)
        if request.f not in READS:
            self.server.forward(self, request)
        self.answer()

    def answer(self) -> None:
        """Answer as many requests as can be, the oldest first."""
        while self.alive and self.pending:
            request = self.pending[0]
            if request.f in READS:
                request.reply = read(self, request)
            if request.reply is None:
                return
            self.pending.popleft()
            self.send(request.reply)


def _covers(base: str, mode: str, path: str, kind: str) -> bool:
    if mode == "persistent":
        return path == base
    return kind != "CHILD" and (path == base or path.startswith(f"{base}/"))


class Server:
    """A member of the ensemble. `applied` counts transactions, `zxid` is what its replies carry."""

    def __init__(self, ensemble: Ensemble, name: str, tree: Tree):
        self.ensemble = ensemble
        self.name = name
        self.up = True
        self.life = 1
        self.tree = dict(tree)
        self.applied = 0
        self.zxid = ensemble.epoch << 32
        self.connections: list[Connection] = []
        self.touched: set[int] = set()
        """Sessions heard of since the leader last asked."""
        self.inbound = Channel(ensemble.loop)
        self.outbound = Channel(ensemble.loop)

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return ADDRESSES[self.name]

    @property
    def serves(self) -> bool:
        """Tell whether it accepts clients: there must be a leader."""
        return self.up and self.ensemble.leader is not None

    def forward(self, connection: Connection, request: Request) -> None:
        """Send a request to the leader; it is lost where the leader changes meanwhile."""
        epoch = self.ensemble.epoch

        def arrive() -> None:
            if self.ensemble.leader is not None and self.ensemble.epoch == epoch:
                self.ensemble.handle(self, connection, request)

        slow = self.ensemble.dice.random() < 0.05
        self.outbound.send(self.ensemble.delay() * (40 if slow else 1), arrive)

    def catch_up(self) -> None:
        """Apply everything there is, as a server does before it serves in a new epoch."""
        for transaction in self.ensemble.log[self.applied :]:
            self.apply(transaction)

    def apply(self, transaction: Transaction) -> None:
        """Apply the next transaction: the tree, then the watches, then the answer to who asked for it."""
        apply(self.tree, transaction.outcome.changes)
        self.applied += 1
        self.zxid = transaction.zxid
        for trigger in transaction.outcome.triggers:
            self._fire(trigger, transaction.zxid)
        self._settle(transaction)

    def _fire(self, trigger: Trigger, zxid: int) -> None:
        for connection in list(self.connections):
            connection.trigger(*trigger, zxid)

    def _settle(self, transaction: Transaction) -> None:
        request, connection = transaction.request, transaction.connection
        if request is not None and connection is not None and connection.server is self:
            outcome = transaction.outcome
            request.reply = Frame(
                "reply",
                transaction.zxid,
                request.xid,
                outcome.value,
                outcome.stat if not outcome.error else None,
                outcome.error,
            )
            connection.answer()
        if transaction.closes:
            for ended in [c for c in self.connections if c.session == transaction.closes]:
                if ended is connection:
                    self.connections.remove(ended)
                else:
                    self.hang_up(ended)

    def hang_up(self, connection: Connection) -> None:
        """Break a connection; its client hears of it."""
        self.drop(connection)
        self.ensemble.loop.after(self.ensemble.delay(), connection.broken)

    def drop(self, connection: Connection) -> None:
        """Forget a connection, its watches, what it had asked, and what is on its way to its client."""
        connection.alive = False
        connection.pending.clear()
        if connection in self.connections:
            self.connections.remove(connection)
