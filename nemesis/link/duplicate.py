"""Duplication: some packets arrive twice."""

from collections.abc import Mapping
from typing import ClassVar

from nemesis.arena import Node
from nemesis.fault import Proof
from nemesis.link.clean import run
from nemesis.link.counters import Counters, look
from nemesis.link.disturbance import Disturbance
from nemesis.link.peers import TO_PEERS, addresses, chat
from nemesis.link.rules import apply, sent
from nemesis.parameters import Number, Parameter

CHATS = 5
"""Questions between two looks, so that there is something to say twice."""


class Duplicate(Disturbance):
    """Sends packets twice, by the kernel's own copying."""

    name = "duplicate"
    summary = "sends some of the node's packets to its peers twice"
    effect = "duplicate"
    target = "leader"
    requires = frozenset({"statistic", "tee"})
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "percent": Number(20, "how many packets of a hundred are sent twice", 1, 100),
        **TO_PEERS,
    }

    def disturb(self, node: Node, peers: list[Node]) -> None:
        """Send a copy straight to the peer; the kernel copies no copy."""
        share = self.params["percent"] / 100
        action = f"-m statistic --mode random --probability {share:.5f} -j TEE --gateway {{peer}}"
        run(node.pod, apply(sent(addresses(peers), self.params["port"], action)))

    def bites(self, node: Node, before: Counters) -> Proof | None:
        """Copies were made, and the peers' TCP has told the node's that segments came twice (D-SACK)."""
        now = look(node.pod)
        copied = now.packets("TEE")
        reported = now.tcp["TCPDSACKRecv"] - before.tcp["TCPDSACKRecv"]
        if copied and reported > 0:
            return {"copied": copied, "reported_by_peers": reported}
        chat(self.arena, node, self.params["between"], self.params["port"], CHATS)
        return None

    def sum_up(self, node: Node, last: Counters) -> Proof:  # noqa: ARG002
        """How many were sent twice."""
        return {"copied": last.packets("TEE")}
