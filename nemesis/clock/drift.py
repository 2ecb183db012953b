"""Drift: the wall clock goes too fast or too slow."""

from collections.abc import Mapping
from typing import Any

from harness.fake_clock import OFFSET
from harness.plan import Plan
from nemesis.agents import source
from nemesis.arena import Arena, Node
from nemesis.clock.clean import AGENT, clean
from nemesis.clock.wall_clock import CLOSE, WallClockFault, seen_offset
from nemesis.fault import Proof
from nemesis.parameters import Number

LEAST = 0.03
"""A smaller difference from 1 does not show within the time for a proof."""


class ClockDrift(WallClockFault):
    """Lets wall clocks go at another rate, until the healing sets them right."""

    name = "clock-drift"
    summary = "lets the wall clock of the process go too fast or too slow, the monotonic clock goes on"
    parameters = {  # noqa: RUF012
        "factor": Number(1.5, "how fast it goes; 1 is the true rate", low=0.1, high=100),
    }

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._first: dict[str, tuple[float, float] | None] = {}

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Refuse a rate that cannot be told from the true one."""
        if abs(params["factor"] - 1) < LEAST:
            return f"a clock with factor={params['factor']:g} is as good as right; take {1 + LEAST:g} or so"
        return ""

    def inject_on(self, node: Node) -> None:
        """Let a program in the holder push the clock on."""
        clean(node.pod)
        node.pod.holder.put({AGENT: source("wall_clock")})
        node.pod.holder.spawn("python3", AGENT, OFFSET, "drift", str(self.params["factor"]))
        self._first[node.name] = None

    def observe_on(self, node: Node) -> Proof | None:
        """Between two looks the clock has gone further, or less far, by more than any error."""
        if node.name not in self._first:
            return None
        offset, now = seen_offset(node)
        first = self._first[node.name]
        if first is None:
            # Counted from a look at a clock that drifts already: on a busy machine the program starts late.
            self._first[node.name] = (offset, now) if abs(offset) > CLOSE else None
            return None
        gained, passed = offset - first[0], now - first[1]
        if abs(gained) < 2 * CLOSE or (gained > 0) != (self.params["factor"] > 1):
            return None
        rate = 1 + gained / passed
        return {"gained_s": round(gained, 3), "within_s": round(passed, 3), "rate": round(rate, 3)}
