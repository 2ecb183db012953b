"""An ensemble that keeps its promises: one order of transactions, servers that lag, sessions, leaders."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.frames import Frame, Request
from tests.simulation.loop import MS, Loop
from tests.simulation.plans import SERVERS, wall
from tests.simulation.server import Connection, Server
from tests.simulation.tree import Draft, Moment, Outcome, Tree, Znode, apply, execute, owned_by


@dataclass(frozen=True, slots=True)
class Transaction:
    """One place in the order, and whom to tell of it."""

    zxid: int
    outcome: Outcome
    session: int = 0
    connection: Connection | None = None
    request: Request | None = None
    opens: int = 0
    closes: int = 0
    """Sessions that it creates and ends."""


@dataclass(slots=True)
class Session:
    """What the leader knows of a session; times in ns."""

    id: int
    timeout: int
    expires: int = 0
    owner: int = 0
    """Number of the connection that wrote last: a write through an older one comes too late."""


class Ensemble:
    """Servers, their leader, and the log that all of them apply."""

    def __init__(self, dice: random.Random, loop: Loop, tick: int):
        self.dice = dice
        self.loop = loop
        self.tick = tick
        self.grace = 0
        """How much too late sessions expire (ns)."""
        self.epoch = 1
        self.counter = 0
        self.log: list[Transaction] = []
        self.times: dict[int, int] = {}
        """When each transaction happened (ns)."""
        self.tree: Tree = {"/": Znode(0, 0, 0, 0, 0)}
        self.sessions: dict[int, Session] = {}
        self.servers = [Server(self, name, self.tree) for name in SERVERS]
        self.lag = {server.name: dice.choice((1, 1, 20)) * MS for server in self.servers}
        self.leader: Server | None = self.servers[0]
        self._ids = iter(range(0x1_0000_0000_0000, 2**63, 0x1_0001))
        self._known: dict[int, Session] = {}
        loop.after(tick // 2, self._tick)

    # -- transactions

    def delay(self) -> float:
        """Return how long a message takes (ns)."""
        return self.dice.uniform(0.1, 2.5) * MS

    def handle(self, server: Server, connection: Connection, request: Request) -> None:
        """Do what a server handed on to the leader."""
        session = self.sessions.get(connection.session)
        if request.f == "open":
            self._open(connection, request)
        elif request.f == "reopen":
            self._reopen(server, connection, request, session)
        elif session is None or session.owner > connection.number:
            return
        elif request.f == "sync":
            self._send_back(server, connection, request)
        elif request.f == "close":
            self.end(session.id, connection, request)
        else:
            session.owner = connection.number
            self.carry_out(connection, request)

    def carry_out(self, connection: Connection, request: Request) -> None:
        """Make a transaction of a write."""
        moment = self.next_moment(connection.session)
        outcome = execute(self.tree, request.f, request.key, request.value, moment)
        self.commit(Transaction(moment.zxid, outcome, connection.session, connection, request))

    def _open(self, connection: Connection, request: Request) -> None:
        """Create a session, which takes a transaction."""
        session = Session(next(self._ids), request.timeout)
        self.sessions[session.id] = self._known[session.id] = session
        self._touch(session)
        connection.session = session.id
        zxid = self.next_moment().zxid
        self.commit(Transaction(zxid, Outcome(), session.id, connection, request, opens=session.id))

    def _reopen(
        self, server: Server, connection: Connection, request: Request, session: Session | None
    ) -> None:
        if session is not None:
            self._touch(session)
        self._send_back(server, connection, request, "" if session else "SessionExpiredError")

    def end(self, session: int, connection: Connection | None = None, request: Request | None = None) -> None:
        """Close a session, because its client asked for it or because it expired."""
        del self.sessions[session]
        moment = self.next_moment(session)
        outcome = self.end_session(moment).outcome()
        self.commit(Transaction(moment.zxid, outcome, session, connection, request, closes=session))

    def end_session(self, moment: Moment) -> Draft:
        """Let all ephemeral nodes of a session vanish."""
        draft = Draft(self.tree, moment)
        for path in list(owned_by(self.tree, moment.session)):
            draft.delete(path, {})
        return draft

    def next_moment(self, session: int = 0) -> Moment:
        """Take the next zxid."""
        self.counter += 1
        return Moment(self.epoch << 32 | self.counter, wall(self.loop.now), session)

    def commit(self, transaction: Transaction) -> None:
        """Append a transaction and hand it out."""
        apply(self.tree, transaction.outcome.changes)
        self.times[transaction.zxid] = self.loop.now
        self.log.append(transaction)
        for server in self.servers:
            if server.up:
                self._hand_out(server, len(self.log))

    def _hand_out(self, server: Server, position: int) -> None:
        def arrive() -> None:
            if server.applied < position:
                server.apply(self.log[server.applied])

        self._send_down(server, arrive)

    def _send_back(self, server: Server, connection: Connection, request: Request, error: str = "") -> None:
        """Answer a server behind everything that was committed before."""

        def arrive() -> None:
            request.reply = Frame("reply", server.zxid, request.xid, error=error)
            connection.answer()

        self._send_down(server, arrive)

    def _send_down(self, server: Server, action: Callable[[], None]) -> None:
        """Send something from the leader to a server; it is lost where one of the two falls."""
        life, epoch = server.life, self.epoch

        def arrive() -> None:
            if server.life == life and self.epoch == epoch and self.leader is not None:
                action()

        server.inbound.send(self._way_to(server), arrive)

    def _way_to(self, server: Server) -> float:
        slow = server is not self.leader and self.dice.random() < 0.3
        return self.delay() + (self.dice.random() * self.lag[server.name] if slow else 0)

    # -- sessions

    def _touch(self, session: Session) -> None:
        """A leader counts in ticks: a session expires at the end of a tick."""
        session.expires = ((self.loop.now + session.timeout) // self.tick + 1) * self.tick

    def _tick(self) -> None:
        """Every half tick the leader hears of the sessions of the others, and ends those that are due."""
        if self.leader is not None:
            for server in self.servers:
                if server.up:
                    for session in sorted(server.touched & set(self.sessions)):
                        self._touch(self.sessions[session])
                    server.touched.clear()
            for late in [s.id for s in self.sessions.values() if s.expires + self.grace <= self.loop.now]:
                self.end(late)
        self.loop.after(self.tick // 2, self._tick)

    # -- faults

    def kill(self, server: Server) -> None:
        """Kill a server; its connections break, and without the leader all connections do."""
        server.up = False
        server.life += 1
        losers = [server] if server is not self.leader else self.servers
        if server is self.leader:
            self.leader = None
            self._forget_what_nobody_saw()
        for loser in losers:
            for connection in list(loser.connections):
                loser.hang_up(connection)

    def _forget_what_nobody_saw(self) -> None:
        """What no server has applied may be lost with the leader."""
        seen = max(server.applied for server in self.servers)
        del self.log[self.dice.randint(seen, len(self.log)) :]

    def elect(self) -> None:
        """Let another server lead: it and its followers first apply what there is."""
        up = [server for server in self.servers if server.up]
        self.leader = self.dice.choice(up)
        self.epoch += 1
        self.counter = 0
        for server in up:
            server.catch_up()
        self.tree = dict(self.leader.tree)
        self.leader.zxid = self.epoch << 32
        opened = [transaction.opens for transaction in self.log if transaction.opens]
        ended = {transaction.closes for transaction in self.log}
        self.sessions = {one: self._known[one] for one in opened if one not in ended}
        for session in self.sessions.values():
            self._touch(session)

    def restart(self, server: Server) -> None:
        """Start a killed server again."""
        server.up = True
        server.catch_up()
