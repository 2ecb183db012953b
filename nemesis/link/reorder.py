"""Reordering: some packets are overtaken by those sent after them."""

from collections.abc import Mapping
from typing import ClassVar

from nemesis.arena import Node
from nemesis.fault import Proof
from nemesis.link.counters import Counters
from nemesis.link.disturbance import Disturbance
from nemesis.link.peers import TO_PEERS, chat
from nemesis.link.queueing import hold_packets, sum_up, watch
from nemesis.parameters import Number, Parameter

CHATS = 5
"""Questions between two looks: each answer is several packets in a row."""


class Reorder(Disturbance):
    """Holds some packets back and lets the others pass."""

    name = "reorder"
    summary = "holds some of the packets that the node receives back, so that later ones overtake them"
    effect = "reorder"
    target = "leader"
    requires = frozenset({"nfqueue"})
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "percent": Number(25, "how many packets of a hundred are held back", 1, 99),
        "ms": Number(20, "for how many milliseconds", 1, 10_000),
        **TO_PEERS,
    }

    def disturb(self, node: Node, peers: list[Node]) -> None:
        """Hold some, in the order that comes of it."""
        hold_packets(
            node,
            peers,
            self.params["port"],
            ms=self.params["ms"],
            order="free",
            percent=self.params["percent"],
        )

    def bites(self, node: Node, before: Counters) -> Proof | None:
        """Packets were overtaken, and the node's TCP had to put segments back in order."""
        now = watch(node)
        overtaken = now.agent.get("reordered", 0)
        sorted_by_tcp = now.tcp["TCPOFOQueue"] - before.tcp["TCPOFOQueue"]
        if overtaken and sorted_by_tcp > 0:
            return {"overtaken": overtaken, "out_of_order_segments": sorted_by_tcp}
        chat(self.arena, node, self.params["between"], self.params["port"], CHATS)
        return None

    def sum_up(self, node: Node, last: Counters) -> Proof:  # noqa: ARG002
        """What the program did in all."""
        return sum_up(last)
