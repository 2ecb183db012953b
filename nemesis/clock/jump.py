"""Jumps: the wall clock is suddenly another one, as after a wrong answer of a time server."""

from nemesis.arena import Node
from nemesis.clock.clean import set_offset
from nemesis.clock.wall_clock import CLOSE, WallClockFault, seen_offset
from nemesis.fault import Proof
from nemesis.parameters import Number, Word


class ClockJump(WallClockFault):
    """Moves wall clocks by some seconds, and back at the healing."""

    name = "clock-jump"
    summary = "sets the wall clock of the process ahead or back, the monotonic clock goes on"
    parameters = {  # noqa: RUF012 - typed as a class variable where it is declared
        "seconds": Number(60, "by how many seconds", low=1, high=10**9),
        "sign": Word("either", "whether ahead or back", ("ahead", "back", "either")),
    }

    def inject(self) -> None:
        """Jump; all targets in the same direction."""
        sign = self.params["sign"]
        if sign == "either":
            sign = self.draw.choice(("ahead", "back"))
        self._offset = self.params["seconds"] * (1 if sign == "ahead" else -1)
        super().inject()

    _offset: float = 0.0

    def inject_on(self, node: Node) -> None:
        """Set it."""
        set_offset(node.pod, f"{self._offset:+f}")

    def observe_on(self, node: Node) -> Proof | None:
        """Processes beside it in its container see the other time."""
        if not self._offset:
            return None
        offset, _ = seen_offset(node)
        return {"offset_s": round(offset, 3)} if abs(offset - self._offset) < CLOSE else None
