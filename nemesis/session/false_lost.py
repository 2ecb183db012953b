"""False LOST: a client is told that its session has expired while the servers keep it.

kazoo says LOST, gives the session up and makes another one when the answer to its connecting grants no
time; whether a server says so or a proxy with a wrong idea cannot be told from within. The old session
and its ephemeral nodes stay until its timeout: nodes of nobody.
"""

import json
from typing import Any

from harness.clock import wait_for
from harness.container import Container
from harness.errors import EnsembleError
from harness.sdk import Vanished
from nemesis.agents import source
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import APPS, Proof
from nemesis.session.clean import clean, dirt
from nemesis.session.cutting import destroy_connections, divert_servers
from nemesis.session.drop import back, given_up
from nemesis.session.dump import ask_dump
from nemesis.targets import HOLDERS

PROGRAM = "/tmp/zkchaos/impostor.py"  # noqa: S108 - in a container of its own
STATUS = "/tmp/zkchaos/impostor.json"  # noqa: S108
PORT = 21810

READY_WITHIN = 10.0
"""Seconds for the impostor to listen."""


class FalseLost(EachNode):
    """Tells the clients of app nodes that their sessions have expired, which is not so."""

    name = "false-lost"
    summary = "makes the app node believe that its sessions have expired while the servers keep them"
    effect = "false-lost"
    target = "holder"
    roles = APPS
    touches = frozenset({"session", "network", "process"})
    requires = frozenset({"nat", "socket-kill"})
    takes = 7.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._sessions: dict[str, list[int]] = {}
        self._lied: set[str] = set()

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Whoever led has stepped down, and is replaced when its orphan node is gone."""
        return ("new-leader-after-each",) if target in HOLDERS else ()

    def inject_on(self, node: Node) -> None:
        """Lead new connections to an impostor, then break those that there are."""
        sights = self.arena.board.sessions_of(node.name)
        sessions = [session for session, sight in sights.items() if sight.connected]
        if not sessions:
            raise EnsembleError(f"{node.name} has no session that it could believe to be lost.")
        holder = node.pod.holder
        clean(node.pod)
        holder.put({PROGRAM: source("impostor"), STATUS: "{}"})
        holder.spawn("python3", PROGRAM, str(PORT), *map(str, sessions))
        wait_for(
            lambda: _status(holder).get("ready"),
            within=READY_WITHIN,
            what=f"the impostor in {node.name}'s holder listens",
        )
        self._sessions[node.name] = sessions
        divert_servers(holder, PORT)
        destroy_connections(holder)

    def observe_on(self, node: Node) -> Proof | None:
        """Every client was lied to and tells that its session is lost, and the leader still lists it."""
        sessions = [one for one in self._sessions.get(node.name, []) if not given_up(self.arena, one)]
        if not sessions:
            return None
        if node.name not in self._lied:
            if not set(sessions) <= set(_status(node.pod.holder).get("told", [])):
                return None
            # Whoever makes a new session now shall reach the servers.
            clean(node.pod)
            self._lied.add(node.name)
        if any(self.arena.board.how_ended(session) != "lost" for session in sessions):
            return None
        there = ask_dump(self.arena)
        if there is None:
            return None
        gone = [session for session in sessions if session not in there.sessions]
        if gone:
            raise EnsembleError(f"the sessions {', '.join(map(hex, gone))} of {node.name} are really gone.")
        proofs = [
            {
                "session": session,
                "client": "lost",
                "dump": "session present",
                "ephemerals": there.ephemerals.get(session, []),
            }
            for session in sessions
        ]
        return proofs[0] if len(proofs) == 1 else {"orphaned": proofs}

    def heal_on(self, node: Node) -> None:
        """Take impostor and rules away; the orphaned sessions end by their timeouts."""
        clean(node.pod)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """No rule is left, the clients have new sessions, and the orphaned ones have expired."""
        there = back(self.arena, node, {})
        if there is None or dirt(node.pod):
            return None
        if self.alone:
            dump = ask_dump(self.arena)
            if dump is None or dump.sessions & set(self._sessions.get(node.name, [])):
                return None
        return there


def _status(holder: Container) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(holder.read(STATUS))
    except (Vanished, ValueError):
        return {}
    return said
