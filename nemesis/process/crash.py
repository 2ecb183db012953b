"""Crashes: processes end at once and a supervisor, as it were, brings them back a moment later."""

from collections.abc import Mapping
from typing import ClassVar

from nemesis.arena import Node
from nemesis.parameters import Number, Parameter
from nemesis.process.absent import Absent
from nemesis.process.comeback import Comeback


class Crash(Absent, Comeback):
    """Crashes servers or app nodes and restarts them."""

    name = "crash"
    summary = "kills the process (SIGKILL) and starts it again a moment later, as a supervisor does"
    effect = "kill"
    target = "leader"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "after": Number(0.5, "seconds from its end to its restart", low=0, high=8)
    }
    takes = 4.0

    def end(self, node: Node) -> None:
        """Kill it."""
        node.kill()
