"""Reset: established connections end with a bang, once or again and again."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.errors import EnsembleError
from nemesis.agents import source
from nemesis.arena import Arena, Node
from nemesis.fault import Proof
from nemesis.link.clean import PLACE, run
from nemesis.link.counters import ESTABLISHED, RESET_COUNTER, Counters, look, parse_connections
from nemesis.link.disturbance import Disturbance, owed_when_broken
from nemesis.link.peers import TO_PEERS, addresses, peers_of
from nemesis.link.rules import Connection, ss_filter
from nemesis.parameters import Number, Parameter

PROGRAM = f"{PLACE}/link_reset.py"


class Reset(Disturbance):
    """Aborts connections in the node's kernel, which tells both ends."""

    name = "reset"
    summary = "resets the established connections between the node and its peers"
    requires = frozenset({"socket-kill"})
    effect = "reset"
    target = "leader"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "every": Number(0, "milliseconds after which it is done again; 0: it is done once", 0, 60_000),
        **TO_PEERS,
    }

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._old: dict[str, list[Connection]] = {}
        self._witness: dict[str, tuple[Node, Counters]] = {}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Where a quorum keeps its connections, writes go on."""
        return owed_when_broken(target)

    def disturb(self, node: Node, peers: list[Node]) -> None:
        """Have the kernel do what a peer's RST does; without a connection there is nothing to do yet."""
        what = ss_filter(addresses(peers), self.params["port"])
        there = parse_connections(run(node.pod, f"{ESTABLISHED} '{what}'"))
        if not there:
            return
        witness = next(peer for peer in peers if peer.pod.address == there[0][2])
        self._witness[node.name] = witness, look(witness.pod)
        if self.params["every"]:
            node.pod.holder.put({PROGRAM: source("link_reset")})
            node.pod.holder.spawn("python3", PROGRAM, RESET_COUNTER, f"{self.params['every']:g}", what)
            self._old[node.name] = there
        else:
            self._old[node.name] = parse_connections(run(node.pod, f"ss -K -tnH state established '{what}'"))

    def bites(self, node: Node, before: Counters) -> Proof | None:
        """None of the old connections is left, and a peer has received resets.

        Raises EnsembleError as long as there was no connection, after trying again.
        """
        old = self._old.get(node.name)
        if not old:
            self.disturb(node, peers_of(self.arena, node, self.params["between"]))
            raise EnsembleError(f"{node.name} has no connection that could be reset.")
        now = look(node.pod)
        if set(old) & set(now.connections) or (self.params["every"] and not now.resets):
            return None
        witness, earlier = self._witness[node.name]
        received = look(witness.pod).tcp["EstabResets"] - earlier.tcp["EstabResets"]
        if received <= 0:
            return None
        return {
            "connections": len(old),
            "resets_sent": now.tcp["OutRsts"] - before.tcp["OutRsts"],
            "witness": witness.name,
            "resets_received": received,
        }

    def sum_up(self, node: Node, last: Counters) -> Proof:  # noqa: ARG002
        """How many there were in all, where they went on."""
        return {"resets": last.resets} if self.params["every"] else {}
