"""Crashes: processes end at once and a supervisor, as it were, brings them back a moment later."""

from collections.abc import Mapping
from typing import ClassVar

from nemesis.arena import Node
from nemesis.parameters import Number, Parameter
from nemesis.process.comeback import Comeback
from nemesis.process.life import owed_when_gone
from nemesis.targets import is_app


class Crash(Comeback):
    """Crashes servers or app nodes and restarts them."""

    name = "crash"
    summary = "kills the process (SIGKILL) and starts it again a moment later, as a supervisor does"
    effect = "kill"
    target = "leader"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "after": Number(0.5, "seconds from its end to its restart", low=0, high=8)
    }
    takes = 4.0

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Whoever led has to be replaced: its peers, or its own session, do not wait for the restart."""
        return owed_when_gone(target)

    @classmethod
    def outlasts_session(cls, target: str) -> bool:
        """The session that an app node left behind has to expire before anybody takes over."""
        return is_app(target)

    def end(self, node: Node) -> None:
        """Kill it."""
        node.kill()
