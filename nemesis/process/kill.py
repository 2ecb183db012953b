"""Kills: processes end at once, as by kill -9, and are started again."""

from typing import Any

from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import ANY, Proof
from nemesis.process.life import owed_when_gone, start_if_down, who_is_there, works
from nemesis.targets import is_app


class Kill(EachNode):
    """Kills servers or app nodes."""

    name = "kill"
    summary = "kills the process (SIGKILL) and starts it again, an app node after its session has expired"
    effect = "kill"
    target = "leader"
    roles = ANY

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._before: dict[str, Proof] = {}
        self._noted: set[str] = set()

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Whoever led has to be replaced, and where a quorum is left writes go on."""
        return owed_when_gone(target)

    @classmethod
    def outlasts_session(cls, target: str) -> bool:
        """An app node stays away until its session is gone."""
        return is_app(target)

    def inject_on(self, node: Node) -> None:
        """Kill it, after noting which process it was and what role it had."""
        self._before[node.name] = who_is_there(node)
        node.kill()

    def observe_on(self, node: Node) -> Proof | None:
        """Its process is gone and it says nothing more."""
        if node.name not in self._before or not node.ended():
            return None
        if node.name not in self._noted:
            self._noted.add(node.name)
            node.died()
        return {"before": self._before[node.name], "exit_code": node.container.state().exit_code}

    def heal_on(self, node: Node) -> None:
        """Start it, unless it runs."""
        start_if_down(node)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It works again."""
        return works(self, node)
