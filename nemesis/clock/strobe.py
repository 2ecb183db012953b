"""Strobes: the wall clock jumps ahead and back, many times a second."""

from typing import Any

from harness.fake_clock import OFFSET
from nemesis.agents import source
from nemesis.arena import Arena, Node
from nemesis.clock.clean import AGENT, clean
from nemesis.clock.wall_clock import CLOSE, WallClockFault, seen_offset
from nemesis.fault import Proof
from nemesis.parameters import Number


class ClockStrobe(WallClockFault):
    """Lets wall clocks jump to and fro."""

    name = "clock-strobe"
    summary = "lets the wall clock of the process jump to and fro all the time, the monotonic clock goes on"
    parameters = {  # noqa: RUF012
        "seconds": Number(5, "by how many seconds ahead", low=1, high=10**9),
        "ms": Number(100, "milliseconds from one jump to the next", low=10, high=2000),
    }

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._seen: dict[str, list[float]] = {}

    def inject_on(self, node: Node) -> None:
        """Let a program in the holder move the clock."""
        clean(node.pod)
        node.pod.holder.put({AGENT: source("wall_clock")})
        words = ("strobe", str(self.params["seconds"]), str(self.params["ms"]))
        node.pod.holder.spawn("python3", AGENT, OFFSET, *words)
        self._seen[node.name] = []

    def observe_on(self, node: Node) -> Proof | None:
        """After some looks the process's clock was seen ahead and, after that, right again."""
        seen = self._seen.get(node.name)
        if seen is None:
            return None
        seen.append(round(seen_offset(node)[0], 3))
        ahead = [look for look, offset in enumerate(seen) if abs(offset - self.params["seconds"]) < CLOSE]
        back = ahead and any(abs(offset) < CLOSE for offset in seen[ahead[0] :])
        return {"offsets_s": seen} if back else None
