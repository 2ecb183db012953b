"""What all faults of the wall clock have in common: how it is read from outside, and set right."""

from harness.equipment import FAKE_CLOCK
from harness.errors import EnsembleError
from nemesis.arena import Node
from nemesis.clock.clean import clean, dirt
from nemesis.each import EachNode
from nemesis.fault import ANY, Proof
from nemesis.process.life import works

# The true time is what the same command says without the library; it is asked before and after.
LOOK = """
grep -q libfaketime /proc/1/maps || { echo "the process has not loaded libfaketime"; exit 1; }
env -u LD_PRELOAD date +%s.%N; date +%s.%N; env -u LD_PRELOAD date +%s.%N
"""

CLOSE = 0.1
"""Seconds by which a clock that is read in this way may seem to be off."""


def seen_offset(node: Node) -> tuple[float, float]:
    """Return how far a process's wall clock is ahead of the true time, and that true time, in seconds.

    Raises SetupError when the process does not run or has not loaded the library.
    """
    said = node.container.execute("sh", "-c", LOOK).decode().split()
    try:
        before, shown, after = (float(word) for word in said[-3:])
    except ValueError as error:
        raise EnsembleError(f"{node.name} cannot tell its time: {' '.join(said)!r}.") from error
    now = (before + after) / 2
    return shown - now, now


class WallClockFault(EachNode):
    """A fault of the wall clock of each of its targets."""

    effect = "clock"
    target = "leader"
    roles = ANY
    touches = frozenset({"clock", "process"})
    equipment = frozenset({FAKE_CLOCK})

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003 - nobody is gone, whoever's clock it is
        """Sessions and the quorum do not look at the wall clock: writes go on."""
        return ("writes-overlap-each-fault",)

    def heal_on(self, node: Node) -> None:
        """Back to the true time."""
        clean(node.pod)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """Nothing moves the clock any more; unless other faults are on, the process shows the truth."""
        if dirt(node.pod):
            return None
        if not self.alone:
            return {"set_to_s": 0}
        offset, _ = seen_offset(node)
        if abs(offset) > CLOSE:
            return None
        working = works(self, node)
        return {"offset_s": round(offset, 3), **working} if working else None
