"""Loss: some packets never arrive, and TCP sends them again."""

from collections.abc import Mapping
from typing import ClassVar

from nemesis.arena import Node
from nemesis.fault import Proof
from nemesis.link.clean import run
from nemesis.link.counters import Counters, look
from nemesis.link.disturbance import Disturbance
from nemesis.link.peers import TO_PEERS, addresses, chat
from nemesis.link.rules import apply, received, sent
from nemesis.parameters import Number, Parameter, Word

CHATS = 5
"""Questions between two looks, so that there is something to lose."""


class Loss(Disturbance):
    """Drops packets at random."""

    name = "loss"
    summary = "loses some of the packets between the node and its peers"
    effect = "loss"
    target = "leader"
    requires = frozenset({"statistic"})
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "percent": Number(10, "how many packets of a hundred are lost", 0.1, 90),
        "direction": Word("both", "which packets, as the node sees them", ("both", "in", "out")),
        **TO_PEERS,
    }

    def disturb(self, node: Node, peers: list[Node]) -> None:
        """Drop by lot, in the kernel."""
        share, port = self.params["percent"] / 100, self.params["port"]
        action = f"-m statistic --mode random --probability {share:.5f} -j DROP"
        rules = []
        if self.params["direction"] != "out":
            rules += received(addresses(peers), port, action)
        if self.params["direction"] != "in":
            rules += sent(addresses(peers), port, action)
        run(node.pod, apply(rules))

    def bites(self, node: Node, before: Counters) -> Proof | None:
        """Packets were dropped, and the node's TCP has sent again what nobody acknowledged."""
        now = look(node.pod)
        dropped, again = now.packets("DROP"), now.tcp["RetransSegs"] - before.tcp["RetransSegs"]
        # What is lost on the way in, the peers send again.
        if dropped and (again > 0 or self.params["direction"] == "in"):
            return {"dropped": dropped, "retransmitted": again}
        chat(self.arena, node, self.params["between"], self.params["port"], CHATS)
        return None

    def sum_up(self, node: Node, last: Counters) -> Proof:  # noqa: ARG002
        """How many were lost."""
        return {"dropped": last.packets("DROP")}
