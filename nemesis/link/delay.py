"""Delay: packets arrive late, in the order in which they were sent or not."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.plan import Plan
from nemesis.arena import Arena, Node
from nemesis.fault import Proof
from nemesis.link.clean import run
from nemesis.link.counters import Counters, look
from nemesis.link.disturbance import Disturbance
from nemesis.link.peers import TO_PEERS, addresses, round_trip
from nemesis.link.queueing import hold_packets, sum_up, watch
from nemesis.link.rules import shape
from nemesis.parameters import Number, Parameter, Word

NETEM_ROOM = 100_000
"""Packets that netem may hold; its own default loses some under load."""

ENOUGH, LITTLE = 0.7, 0.5
"""Parts of the delay that have to be felt while it is on, and may be felt when it is over."""


class Delay(Disturbance):
    """Holds packets, by netem where the kernel has it, else by a netfilter queue."""

    name = "delay"
    summary = "delays the packets between the node and its peers"
    effect = "delay"
    target = "leader"
    requires = frozenset({"nfqueue"})
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "ms": Number(100, "by how many milliseconds each round trip gets longer", 1, 3000),
        "jitter": Number(0, "by how many milliseconds more or less", 0, 3000),
        "distribution": Word("uniform", "how the jitter is spread", ("uniform", "normal", "pareto")),
        "order": Word("kept", "whether late packets may be overtaken", ("kept", "free")),
        "by": Word("auto", "netem where the kernel has it, or always our own queue", ("auto", "nfqueue")),
        **TO_PEERS,
    }

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._normal: dict[str, float] = {}
        self._by: dict[str, str] = {}

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:
        """No packet arrives before it was sent."""
        if params["jitter"] > params["ms"]:
            return f"a jitter of {params['jitter']:g} ms is more than the delay of {params['ms']:g} ms"
        return super().refuse(plan, target, params)

    def disturb(self, node: Node, peers: list[Node]) -> None:
        """Try netem where it can do what is wanted, then the queue."""
        wanted = self.params
        self._normal[node.name] = round_trip(self.arena, node, wanted["between"], wanted["port"])
        # With jitter netem lets packets overtake one another.
        fits = not wanted["jitter"] or wanted["order"] == "free"
        if wanted["by"] == "auto" and fits and self._by_netem(node, peers):
            self._by[node.name] = "netem"
            return
        hold_packets(
            node,
            peers,
            wanted["port"],
            ms=wanted["ms"],
            jitter=wanted["jitter"],
            distribution=wanted["distribution"],
            order=wanted["order"],
        )
        self._by[node.name] = "nfqueue"

    def _by_netem(self, node: Node, peers: list[Node]) -> bool:
        """Delay what the node sends, which makes round trips longer as well; tell whether the kernel can."""
        script = shape(addresses(peers), self.params["port"], netem_words(self.params))
        told = run(node.pod, f"({script}) >/dev/null 2>&1 && echo done || tc qdisc del dev eth0 root; true")
        return told.strip() == "done"

    def bites(self, node: Node, before: Counters) -> Proof | None:  # noqa: ARG002
        """Packets were held, and a peer's handshake with the node takes so much longer."""
        by = self._by[node.name]
        measured = round_trip(self.arena, node, self.params["between"], self.params["port"])
        now = watch(node) if by == "nfqueue" else look(node.pod)
        held = now.agent.get("delayed", 0) if by == "nfqueue" else now.qdisc.get("sent", 0)
        if not held or measured - self._normal[node.name] < ENOUGH * self.params["ms"]:
            return None
        return {"by": by, "held": held, "normal_ms": self._normal[node.name], "measured_ms": measured}

    def sum_up(self, node: Node, last: Counters) -> Proof:
        """What was held in all."""
        return sum_up(last) if self._by.get(node.name) == "nfqueue" else dict(last.qdisc)

    def recovered(self, node: Node) -> bool:
        """A handshake is as quick as before."""
        normal = self._normal.get(node.name)
        if normal is None:
            return True
        measured = round_trip(self.arena, node, self.params["between"], self.params["port"])
        return measured - normal < LITTLE * float(self.params["ms"])


def netem_words(params: Mapping[str, Any]) -> str:
    """The delay as netem takes it."""
    words = f"netem limit {NETEM_ROOM} delay {params['ms']:g}ms"
    if params["jitter"]:
        words += f" {params['jitter']:g}ms"
        if params["distribution"] != "uniform":
            words += f" distribution {params['distribution']}"
    return words
