"""Restarts in good order: processes are asked to end, end, and are started again."""

from collections.abc import Mapping
from typing import ClassVar

from nemesis.arena import Node
from nemesis.parameters import Number, Parameter
from nemesis.process.comeback import Comeback
from nemesis.process.life import owed_when_gone, owed_when_slow
from nemesis.targets import is_app


class Restart(Comeback):
    """Restarts servers or app nodes gracefully."""

    name = "restart"
    summary = "asks the process to end (SIGTERM), waits until it has, and starts it again"
    effect = "restart"
    target = "leader"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "after": Number(0, "seconds from its end to its start", low=0, high=8)
    }
    takes = 4.0

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """A server that led is replaced; an app node resigned, as it were, and may even lead again."""
        return owed_when_slow(target) if is_app(target) else owed_when_gone(target)

    def end(self, node: Node) -> None:
        """Ask it to end."""
        node.ask_to_stop()
