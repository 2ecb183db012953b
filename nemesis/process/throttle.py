"""Throttling: processes get a small share of one processor, like those of an overbooked machine."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from harness.ensemble import Server
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import ANY, Proof
from nemesis.parameters import Number, Parameter
from nemesis.process.clean import release
from nemesis.process.life import owed_when_slow, start_if_down, works

if TYPE_CHECKING:
    from harness.container import ContainerUsage

MILLISECOND = 1_000_000


class Throttle(EachNode):
    """Limits the processor time of servers or app nodes."""

    name = "throttle"
    summary = "limits the process to a share of one processor"
    effect = "throttle"
    target = "leader"
    roles = ANY
    # The engine's limit is refused below a hundredth.
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "cpus": Number(0.05, "share of one processor that it may use", low=0.01, high=1)
    }
    takes = 5.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._injected: set[str] = set()
        self._first: dict[str, ContainerUsage] = {}
        self._healed: dict[str, ContainerUsage] = {}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Whoever leads may or may not be replaced, but the ensemble goes on."""
        return owed_when_slow(target)

    def inject_on(self, node: Node) -> None:
        """Limit it."""
        node.container.limit(cpus=float(self.params["cpus"]))
        self._injected.add(node.name)

    def observe_on(self, node: Node) -> Proof | None:
        """Processors were withheld from it since the limit, in the count of its control group.

        Nobody notices a limit who has nothing to do: a server is asked something each time, and in an app
        node something short is run.
        """
        if node.name not in self._injected:
            return None
        mode = ""
        asked = time.monotonic_ns()
        if isinstance(node, Server):
            mode = node.status().mode
        else:
            node.container.spawn("true")
        answered = time.monotonic_ns()
        now = node.container.usage()
        first = self._first.setdefault(node.name, now)
        if now.cpu_ns < first.cpu_ns:
            # Another process, counted from its start on.
            first = self._first[node.name] = now
        if now.throttled_periods <= first.throttled_periods or now.throttled_ns <= first.throttled_ns:
            return None
        proof: Proof = {
            "cpus": node.container.limits()[0],
            "periods": now.periods - first.periods,
            "throttled_periods": now.throttled_periods - first.throttled_periods,
            "throttled_ms": (now.throttled_ns - first.throttled_ns) // MILLISECOND,
        }
        # One that is `down` did not answer within the second for which it was waited.
        return proof | ({"mode": mode, "answered_ms": (answered - asked) // MILLISECOND} if mode else {})

    def heal_on(self, node: Node) -> None:
        """Take the limit away."""
        release(node.container)
        start_if_down(node)
        self._healed.pop(node.name, None)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It works, has used its processor since the healing, and nobody has counted whether it may."""
        working = works(self, node)
        if working is None:
            return None
        now = node.container.usage()
        before, self._healed[node.name] = self._healed.get(node.name), now
        # Less than before: another process, which the next look will compare with this one.
        if before is None or now.cpu_ns <= before.cpu_ns or now.periods != before.periods:
            return None
        return working | {"throttled_periods": now.throttled_periods - before.throttled_periods}
