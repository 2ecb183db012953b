"""Kills: processes end at once, as by kill -9, and are started again."""

from typing import Any

from nemesis.arena import Arena, Node
from nemesis.fault import Proof
from nemesis.process.absent import Absent
from nemesis.process.life import start_if_down, who_is_there, works


class Kill(Absent):
    """Kills servers or app nodes."""

    name = "kill"
    summary = "kills the process (SIGKILL) and starts it again, an app node after its session has expired"
    effect = "kill"
    target = "leader"

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._before: dict[str, Proof] = {}
        self._noted: set[str] = set()

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
