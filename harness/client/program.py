"""What runs on an app node: a program with a plan, clients, a recorder and an end."""

import itertools
import logging
import random
import threading
from abc import ABC, abstractmethod
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
from kazoo.client import KazooState
from kazoo.protocol.states import KeeperState
from kazoo.retry import KazooRetry

from harness.client.call import Reply
from harness.client.process import Process
from harness.client.recorder import Recorder
from harness.client.recording_client import RecordingClient


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


class Program(ABC):
    """Base of the client programs: owns one session after the other and everything that is recorded.

    Subclasses implement `run`, which returns soon after `stopping` is set, and may override
    `on_session` and `on_watch`, which are called on the connection's own thread and must neither block
    nor call ZooKeeper.
    """

    def __init__(self, plan: NodePlan, out: BinaryIO):
        self.plan = plan
        self.random = random.Random(plan.seed)
        journal = Path(plan.journal).open("wb", buffering=0) if plan.journal else None  # noqa: SIM115 - till the end
        self.recorder = Recorder(out, journal=cast("BinaryIO | None", journal))
        self.stopping = threading.Event()
        self.connected = threading.Event()
        # kazoo shuffles its server list with the global generator.
        random.seed(plan.seed)
        self.numbers = itertools.count(1)
        self.client = self.make_client()
        self.process = Process(self.client, self.recorder, self.numbers)

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer before the call counts as unanswered."""
        return self.plan.session_timeout * 2

    @abstractmethod
    def run(self) -> None:
        """Do the work until `stopping` is set."""

    def on_session(self, state: str) -> None:  # noqa: B027 - most programs need no word of it
        """Hear that the session is `connected`, `suspended`, `lost` or `closed`."""

    def on_watch(self, path: str) -> None:  # noqa: B027 - most programs need no word of it
        """Hear that a watch fired, after it was recorded."""

    def main(self) -> None:
        """Connect, run, and close the session in good order."""
        self.client.start_async()
        try:
            self.run()
        finally:
            self.close()

    def stop(self) -> None:
        """Ask the program to end; safe to call from a signal handler and more than once."""
        self.stopping.set()

    def event(self, f: str, **fields: Any) -> None:
        """Record something that nobody invoked, in the voice of process 0, which is never retired."""
        self.recorder.event(f, process=0, **fields)

    def make_client(self) -> RecordingClient:
        """Make a client, not started yet, whose sessions, watches and pings are recorded."""
        client = RecordingClient(
            hosts=",".join(self.plan.servers),
            timeout=self.plan.session_timeout,
            # Reconnect for as long as it takes, quickly: a nemesis is at work.
            connection_retry=KazooRetry(max_tries=-1, delay=0.05, backoff=1.5, max_delay=0.5),
            logger=logging.getLogger("kazoo"),
            monotonic_xid=bool(self.plan.params.get("monotonic_xid", 0)),
            before_sending=self.recorder.let_out,
            watch_fired=self._watch_fired,
            ponged=self._ponged,
        )
        client.add_listener(partial(self._session_changed, client))
        return client

    def close(self) -> None:
        """Close the session, and with it the recording."""
        self.end_session(self.client)
        self.recorder.close()

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

    def _watch_fired(self, kind: str, path: str, where: Reply) -> None:
        self._tell("watch", where, key=path, value={"type": kind})
        self.on_watch(path)

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

    def _session_changed(self, client: RecordingClient, state: str) -> None:
        if state == KazooState.CONNECTED:
            self.connected.set()
            name = "connected"
        elif state == KazooState.SUSPENDED:
            self.connected.clear()
            name = "suspended"
        elif client._state == KeeperState.EXPIRED_SESSION:
            self.connected.clear()
            name = "lost"
        else:
            # The end of the session by our own hand is recorded by `end_session`, with its zxid.
            self.connected.clear()
            self.on_session("closed")
            return
        # First the program: no event may say "suspended" while it still acts otherwise.
        self.on_session(name)
        value: dict[str, Any] = {"state": name}
        if name == "connected":
            value["timeout"] = client.negotiated_timeout
        self.event(
            "session",
            value=value,
            session=client.session,
            conn=client.connection_number,
            server=client.server,
        )
