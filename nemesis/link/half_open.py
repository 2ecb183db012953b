"""Half-open connections: one end is silent or gone, and the other believes that all is well."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.errors import EnsembleError
from harness.zoo_config import CLIENT_PORT
from nemesis.arena import Arena, Node
from nemesis.fault import Proof
from nemesis.link.clean import run
from nemesis.link.counters import ESTABLISHED, Counters, look, parse_connections
from nemesis.link.disturbance import Disturbance, owed_when_broken
from nemesis.link.peers import HANDSHAKES, TO_PEERS, addresses, peers_of, probe
from nemesis.link.rules import Connection, apply, of_connections, ss_filter
from nemesis.parameters import Parameter, Word


class HalfOpen(Disturbance):
    """Lets no packet of the present connections through, and new connections as they please."""

    name = "half-open"
    summary = "silences the present connections between the node and its peers, while new ones work"
    effect = "half-open"
    target = "leader"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "end": Word("silent", "what becomes of the node's own end of each connection", ("silent", "gone")),
        **TO_PEERS,
    }

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._old: dict[str, list[Connection]] = {}
        self._believed: dict[str, tuple[Node, int]] = {}
        """A peer of each target, and how many of the old connections it still had."""

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Where a quorum keeps its connections, writes go on."""
        return owed_when_broken(target)

    def disturb(self, node: Node, peers: list[Node]) -> None:
        """Silence what is established now; without a connection there is nothing to do yet."""
        what = ss_filter(addresses(peers), self.params["port"])
        old = parse_connections(run(node.pod, f"{ESTABLISHED} '{what}'"))
        if not old:
            return
        script = apply(of_connections(old, "-j DROP"))
        if self.params["end"] == "gone":
            # What the kernel sends to say so is dropped: the rules are there already.
            script += f"ss -K -tnH state established '{what}' >/dev/null\n"
        run(node.pod, script)
        self._old[node.name] = old

    def bites(self, node: Node, before: Counters) -> Proof | None:  # noqa: ARG002
        """Packets are dropped, a peer still has its connections, and a new one between the two works.

        Raises EnsembleError as long as there was no connection, after trying again.
        """
        old = self._old.get(node.name)
        if not old:
            self.disturb(node, peers_of(self.arena, node, self.params["between"]))
            raise EnsembleError(f"{node.name} has no connection that could be half-open.")
        # Before anything else: who believes in a connection does so for a few seconds only.
        peer, believed = self._believers(node, old)
        now = look(node.pod)
        own_ends = set(old) & set(now.connections)
        if not believed or not now.packets("DROP") or (own_ends and self.params["end"] == "gone"):
            return None
        asking, asked = (peer, node) if node.role == "server" else (node, peer)
        new = probe(asking, "rtt", asked.pod.address, self.params["port"] or CLIENT_PORT, HANDSHAKES)
        if not new:
            return None
        return {
            "connections": len(old),
            "dropped": now.packets("DROP"),
            "own_ends": len(own_ends),
            "peer": peer.name,
            "established_at_peer": believed,
            "new_connection_ms": round(min(new) * 1000, 2),
        }

    def _believers(self, node: Node, old: list[Connection]) -> tuple[Node, int]:
        """A peer that was seen to have connections which are silent already, and how many."""
        if node.name not in self._believed:
            ends = {(there, port, own, own_port) for own, own_port, there, port in old}
            for peer in peers_of(self.arena, node, self.params["between"]):
                if any(peer.pod.address == end[0] for end in ends):
                    believed = len(ends & set(look(peer.pod).connections))
                    if believed:
                        self._believed[node.name] = peer, believed
                        break
        return self._believed.get(node.name, (node, 0))

    def sum_up(self, node: Node, last: Counters) -> Proof:  # noqa: ARG002
        """How many packets nobody got."""
        return {"dropped": last.packets("DROP")}
