"""Rate: a thin link, on which packets queue up."""

from collections.abc import Mapping
from typing import Any, ClassVar

from nemesis.arena import Arena, Node
from nemesis.fault import Proof
from nemesis.link.clean import run
from nemesis.link.counters import Counters, look
from nemesis.link.disturbance import Disturbance
from nemesis.link.peers import BETWEEN, addresses, peers_of, probe
from nemesis.link.rules import shape
from nemesis.parameters import Number, Parameter

FLOOD, GLANCE = 0.5, 0.1
"""Seconds of a measurement while it is on, and when it is over."""

ENOUGH = 100.0
"""Kbit that a measurement needs on a very thin link."""

ABOVE = 1.3
"""How far a measurement may lie above the rate: what the bucket holds leaves at once."""


class Rate(Disturbance):
    """Limits the bits per second that a node sends."""

    name = "rate"
    summary = "limits the kbit per second that the node sends to its peers"
    effect = "rate"
    target = "leader"
    requires = frozenset({"tbf"})
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "kbit": Number(1000, "kbit per second", 32, 50_000),
        **BETWEEN,
    }
    takes = 3.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._thin: set[str] = set()

    def disturb(self, node: Node, peers: list[Node]) -> None:
        """A token bucket for what goes to the peers; what queues for longer than 400 ms is dropped."""
        bucket = f"tbf rate {self.params['kbit']:g}kbit burst 32kbit latency 400ms"
        run(node.pod, shape(addresses(peers), 0, bucket))
        self._thin.add(node.name)

    def bites(self, node: Node, before: Counters) -> Proof | None:  # noqa: ARG002
        """Packets had to wait, and as many as can be sent are no more than the rate."""
        measured = self._measure(node, max(FLOOD, ENOUGH / self.params["kbit"]))
        now = look(node.pod)
        if not now.qdisc.get("overlimits") or not 0 < measured <= ABOVE * self.params["kbit"]:
            return None
        return {"measured_kbit": measured, **now.qdisc}

    def _measure(self, node: Node, seconds: float) -> float:
        peer = peers_of(self.arena, node, self.params["between"])[0]
        return round(float(probe(node, "flood", peer.pod.address, seconds)), 1)

    def sum_up(self, node: Node, last: Counters) -> Proof:  # noqa: ARG002
        """What the bucket let through and dropped."""
        return dict(last.qdisc)

    def recovered(self, node: Node) -> bool:
        """More than the rate can be sent again, in the time that the bucket needs to empty."""
        return node.name not in self._thin or self._measure(node, GLANCE) > ABOVE * self.params["kbit"]
