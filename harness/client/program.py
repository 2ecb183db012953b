"""What runs on an app node: a program with a plan, clients whose sessions are told, a recorder and an end."""

import itertools
import logging
import random
import threading
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
from kazoo.client import KazooState
from kazoo.protocol.states import KeeperState
from kazoo.retry import KazooRetry

from harness.client.call import Reply
from harness.client.hearer import Hearer
from harness.client.own_calls import OwnCalls
from harness.client.recorder import Recorder
from harness.client.recording_client import RecordingClient
from harness.client.ticket import Ticket


class NodePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an app node is told, as JSON in the environment variable ZKCHAOS_PLAN."""

    node: str
    workload: str
    variant: str
    params: dict[str, Any]
    seed: str
    servers: tuple[str, ...]
    """address:port of every server."""
    session_timeout: float
    """Seconds."""
    deadline: int
    """Time on CLOCK_MONOTONIC (ns) at which the program ends by itself, whatever happens."""
    journal: str = ""
    """File that survives the program, where lines may be out before they are printed; empty without one."""
    code: str = ""
    """FILE:NAME of a user's own Python workload in the image; empty for one of the catalogue."""


class Program(ABC):
    """Base of the client programs: makes the clients, and owns everything that is recorded.

    Subclasses make their clients when they are made themselves, and implement `run`, which returns soon
    after `stopping` is set.
    """

    def __init__(self, plan: NodePlan, out: BinaryIO):
        self.plan = plan
        self.random = random.Random(plan.seed)
        journal = Path(plan.journal).open("wb", buffering=0) if plan.journal else None  # noqa: SIM115 - till the end
        self.recorder = Recorder(out, journal=cast("BinaryIO | None", journal))
        self.stopping = threading.Event()
        # kazoo shuffles its server list with the global generator.
        random.seed(plan.seed)
        self.numbers = itertools.count(1)
        self.clients: list[RecordingClient] = []
        self._own_calls = OwnCalls(self.recorder, self.numbers)

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer before the call counts as unanswered."""
        return self.plan.session_timeout * 2

    @abstractmethod
    def run(self) -> None:
        """Do the work until `stopping` is set."""

    def main(self) -> None:
        """Connect, run, and close all sessions in good order."""
        for client in self.clients:
            client.start_async()
        try:
            self.run()
        finally:
            self.close()

    def stop(self) -> None:
        """Ask the program to end; called on a thread of its own, and maybe more than once."""
        self.stopping.set()

    def event(self, f: str, **fields: Any) -> None:
        """Record something that nobody invoked, in the voice of process 0, which is never retired."""
        self.recorder.event(f, process=0, **fields)

    def make_client(self, hearer: Hearer, **options: Any) -> RecordingClient:
        """Make a client, started with the program, whose sessions, watches and pings are recorded.

        `options` go to the client: a `ticket` to go on with another client's session, and what kazoo knows.
        What is asked of the client in kazoo's own way (`client.create`, a recipe's calls) is recorded too.
        """
        client = RecordingClient(
            hosts=",".join(self.plan.servers),
            timeout=self.plan.session_timeout,
            # Reconnect for as long as it takes, quickly: a nemesis is at work.
            connection_retry=KazooRetry(max_tries=-1, delay=0.05, backoff=1.5, max_delay=0.5),
            logger=logging.getLogger("kazoo"),
            monotonic_xid=bool(self.plan.params.get("monotonic_xid", 0)),
            before_sending=self.recorder.let_out,
            watch_fired=partial(self._watch_fired, hearer),
            ponged=self._ponged,
            own_call=self._own_calls.take_over,
            **options,
        )
        client.add_listener(partial(self._session_changed, client, hearer))
        self.clients.append(client)
        ticket = options.get("ticket")
        if ticket:
            value = {"state": "attaching"} | _heir(client)
            self.event("session", value=value, session=ticket.session, zxid=ticket.zxid)
        return client

    def replace(self, client: RecordingClient, hearer: Hearer, ticket: Ticket) -> RecordingClient:
        """Make and start a client that goes on with the session that another one has passed on."""
        heir = self.make_client(hearer, ticket=ticket)
        self.clients.remove(client)
        heir.start_async()
        return heir

    def close(self) -> None:
        """Close all sessions, and with them the recording."""
        self.end_sessions()
        self.recorder.close()

    def end_sessions(self) -> None:
        """Close the sessions of all clients, side by side."""
        with ThreadPoolExecutor(max(len(self.clients), 1)) as pool:
            list(pool.map(self.end_session, self.clients))

    def end_session(self, client: RecordingClient) -> None:
        """Close a client's session and record the zxid at which it ended.

        Where the servers could not be reached the session is left to expire: `abandoned`.
        """
        session, number, server = client.session, client.connection_number, client.server
        client.closing = None
        client.stop()
        client.close()
        closing = client.closing
        self.event(
            "session",
            value={"state": "closed" if closing else "abandoned"},
            session=closing.session if closing else session,
            conn=closing.conn if closing else number,
            server=closing.server if closing else server,
            zxid=closing.zxid if closing else 0,
            wire=closing.wire if closing else 0,
            received=closing.received if closing else 0,
        )

    def _watch_fired(self, hearer: Hearer, kind: str, path: str, where: Reply) -> None:
        self._tell("watch", where, key=path, value={"type": kind})
        hearer.on_watch(path)

    def _ponged(self, where: Reply) -> None:
        self._tell("ping", where)

    def _tell(self, f: str, where: Reply, **fields: Any) -> None:
        """Record what was read from a connection; it may wait as an answer may."""
        self.recorder.record(
            "event",
            f,
            at=where.received,
            hold=True,
            process=0,
            session=where.session,
            conn=where.conn,
            zxid=where.zxid,
            server=where.server,
            wire=where.wire,
            received=where.received,
            **fields,
        )

    def _session_changed(self, client: RecordingClient, hearer: Hearer, state: str) -> None:
        if state == KazooState.CONNECTED:
            name = "connected"
        elif state == KazooState.SUSPENDED:
            name = "suspended"
        elif client._state == KeeperState.EXPIRED_SESSION:
            name = "lost"
        else:
            # The end of the session by our own hand is recorded by `end_session`, with its zxid.
            if not client.passed_on:
                hearer.hear("closed")
            return
        if client.passed_on:
            # Whoever goes on with the session tells what becomes of it.
            name = "detached"
        else:
            # First the program: no event may say "suspended" while it still acts otherwise.
            hearer.hear(name)
        value: dict[str, Any] = {"state": name} | _heir(client)
        if name == "connected":
            value["timeout"] = client.negotiated_timeout
        self.event(
            "session",
            value=value,
            session=client.session,
            conn=client.connection_number,
            server=client.server,
        )


def _heir(client: RecordingClient) -> dict[str, int]:
    """Tell which of several clients that share a session this is, where it is not the first."""
    return {"client": client.heir} if client.heir else {}
