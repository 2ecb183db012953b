"""Broken connections: the client loses its TCP connection, and its session goes on."""

from typing import Any

from harness.board import SessionSight
from harness.errors import EnsembleError
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import APPS, Proof
from nemesis.session.cutting import connections, destroy_connections


class DropConnection(EachNode):
    """Breaks all connections of app nodes to ZooKeeper, once."""

    name = "drop-connection"
    summary = "breaks the app node's connections to ZooKeeper and keeps its sessions"
    effect = "disconnect"
    target = "holder"
    roles = APPS
    touches = frozenset({"session", "process"})
    requires = frozenset({"socket-kill"})

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._before: dict[str, dict[int, SessionSight]] = {}
        self._ports: dict[str, list[int]] = {}

    def inject_on(self, node: Node) -> None:
        """Destroy the sockets that the node has now; whatever it connects afterwards is left alone."""
        sights = self.arena.board.sessions_of(node.name)
        self._before[node.name] = {session: sight for session, sight in sights.items() if sight.connected}
        ports = destroy_connections(node.pod.holder)
        if not ports:
            raise EnsembleError(f"{node.name} has no connection to break.")
        self._ports[node.name] = ports

    def observe_on(self, node: Node) -> Proof | None:
        """The sockets are gone and every client has told that its connection broke."""
        if node.name not in self._ports:
            return None
        before, now = self._before[node.name], self.arena.board.sessions_of(node.name)
        told = [session for session, sight in before.items() if broke(sight, now.get(session))]
        if not before or len(told) < len(before):
            return None
        ports = self._ports[node.name]
        if set(connections(node.pod.holder)) & set(ports):
            return None
        return {"sockets_destroyed": ports, "sessions_disconnected": told}

    def heal_on(self, node: Node) -> None:
        """Nothing to undo: the client connects again by itself."""

    def observe_healed_on(self, node: Node) -> Proof | None:
        """Every client is connected again, with its session or, where that had ended meanwhile, another."""
        return back(self.arena, node, self._before.get(node.name, {}))


def given_up(arena: Arena, session: int) -> bool:
    """Tell whether a client has ended a session of its own accord: nothing more can be seen of it."""
    return arena.board.how_ended(session) in {"closed", "abandoned"}


def broke(before: SessionSight, now: SessionSight | None) -> bool:
    """Tell whether a session has lost the connection that it had before."""
    return now is None or not now.connected or now.conn > before.conn


def back(arena: Arena, node: Node, before: dict[int, SessionSight]) -> Proof | None:
    """Show that all clients of a node are connected, and which of its former sessions go on."""
    now = arena.board.sessions_of(node.name)
    if not now or len(now) < len(before) or not all(sight.connected for sight in now.values()):
        return None
    kept = [session for session in before if session in now]
    return {"sessions_kept": kept, "servers": sorted({sight.server for sight in now.values()})}
