"""Moves: a client has to leave its server, and takes its session to another one."""

from typing import TYPE_CHECKING, Any

from harness.errors import EnsembleError
from harness.four_letter import ask
from harness.plan import Plan
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import APPS, Proof
from nemesis.session.clean import clean, dirt
from nemesis.session.cutting import destroy_connections, refusals, refuse_server
from nemesis.session.drop import back, given_up

if TYPE_CHECKING:
    from harness.board import SessionSight


class Move(EachNode):
    """Refuses app nodes the server that they are connected to, until they are elsewhere and beyond."""

    name = "move"
    summary = "refuses the app node its present server, so that it takes its session to another one"
    effect = "move"
    target = "holder"
    roles = APPS
    touches = frozenset({"session", "network", "process"})
    requires = frozenset({"socket-kill"})

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._before: dict[str, dict[int, SessionSight]] = {}
        """{app node: the sessions that it had at the server that is refused to it}"""

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Any) -> str:  # noqa: ARG003
        """There has to be another server."""
        return (
            "" if plan.servers + plan.observers > 1 else "an ensemble of one server has no other to move to"
        )

    def inject_on(self, node: Node) -> None:
        """Refuse the server of the youngest session, then break the connections to it."""
        sights = self.arena.board.sessions_of(node.name)
        servers = [sight.server for sight in sights.values() if sight.connected]
        if not servers:
            raise EnsembleError(f"{node.name} is connected to no server.")
        self._before[node.name] = {
            session: sight for session, sight in sights.items() if sight.server == servers[-1]
        }
        address = servers[-1].rpartition(":")[0]
        refuse_server(node.pod.holder, address)
        destroy_connections(node.pod.holder, address)

    def observe_on(self, node: Node) -> Proof | None:
        """Every client of that server tells, and another server confirms, that its session is there now."""
        before = self._before.get(node.name)
        if not before:
            return None
        now = self.arena.board.sessions_of(node.name)
        moved = {}
        for session, sight in before.items():
            if given_up(self.arena, session):
                continue
            there = now.get(session)
            if there is None or not there.connected or there.server == sight.server:
                return None
            if not self._holds(there.server, session):
                return None
            moved[session] = there.server
        if not moved:
            return None
        left = next(iter(before.values())).server
        return {
            "from": left,
            "moved": [{"session": session, "to": server} for session, server in moved.items()],
            "packets_refused": refusals(node.pod.holder),
        }

    def _holds(self, address: str, session: int) -> bool:
        """Tell whether a server lists a connection of a session."""
        host = address.rpartition(":")[0]
        server = next((s for s in self.arena.ensemble.servers if s.pod.address == host), None)
        if server is None:
            return False
        try:
            return f"sid={session & (2**64 - 1):#x}," in ask(server.host_address, "cons")
        except OSError as error:
            raise EnsembleError(f"{server.name} did not answer `cons`: {error}.") from error

    def heal_on(self, node: Node) -> None:
        """Allow every server again; the client stays where it is."""
        clean(node.pod)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """No rule is left, and the clients are connected."""
        there = back(self.arena, node, {})
        return None if there is None or dirt(node.pod) else there
