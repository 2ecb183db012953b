"""Kills: a process ends at once, as by kill -9, and is started again."""

from typing import ClassVar

from kazoo.protocol.serialization import Exists

from harness.ensemble import Server
from harness.errors import EnsembleError
from harness.visitor import visit
from nemesis.fault import AppLeaderFault, Fault, Proof


class KillLeader(Fault):
    """Kills the ZooKeeper server that leads."""

    name = "kill-leader"
    summary = "kills the ZooKeeper server that leads (SIGKILL) and starts it again"
    effect = "kill"
    role = "server"
    target = "leader"
    evidence: ClassVar = ("new-leader-after-each", "writes-overlap-each-fault")

    _before: Proof | None = None
    _noted = False

    @property
    def server(self) -> Server:
        """The server that is killed."""
        return self.arena.ensemble[self.target_name]

    def inject(self) -> None:
        """Kill it, after noting which process it was and what role it had."""
        there = self.server.status()
        self._before = {
            "mode": there.mode,
            "zxid": there.zxid,
            "pid": self.server.container.state().pid,
        }
        self.server.kill()

    def observe(self) -> Proof | None:
        """Its process is gone from the engine's host and nobody answers at its port."""
        state = self.server.container.state()
        if state.running or self.server.status(within=0.5).mode != "down":
            return None
        if not self._noted:
            self._noted = True
            self.server.died()
        return {"before": self._before, "exit_code": state.exit_code, "srvr": "no answer"}

    def heal(self) -> None:
        """Start it, unless it runs."""
        if not self.server.container.state().running:
            self.server.start()

    def observe_healed(self) -> Proof | None:
        """It has a role again and answers a read of a client."""
        there = self.server.status()
        if not there.serves:
            return None
        try:
            answer = visit(self.server.host_address, [Exists("/", None)], within=2)[0]
        except EnsembleError:
            return None
        return {"mode": there.mode, "epoch": there.epoch, "read_at_zxid": answer.reply.zxid}


class KillAppLeader(AppLeaderFault):
    """Kills the app node that leads the election."""

    name = "kill-app-leader"
    summary = "kills the app node that leads (SIGKILL) and starts it again after its session has expired"
    effect = "kill"
    outlasts_session = True
    evidence: ClassVar = ("new-leader-after-each", "writes-overlap-each-fault")

    def inject(self) -> None:
        """Kill it."""
        self.app.kill()

    def observe(self) -> Proof | None:
        """Its process is gone and its stream has ended."""
        state = self.app.container.state()
        if state.running or self.app.streaming:
            return None
        return {"exit_code": state.exit_code, "life": self.app.life}

    def heal(self) -> None:
        """Start it, unless it runs."""
        if not self.app.container.state().running:
            self.app.start()

    def observe_healed(self) -> Proof | None:
        """It has a session again, a new one."""
        session = self.arena.board.snapshot().sessions.get(self.target_name)
        if session is None or not self.app.container.state().running:
            return None
        return {"life": self.app.life, "session": session}
