"""Processes that end and come back by themselves while the fault is still applied."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from harness.clock import Deadline
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import ANY, Proof
from nemesis.process.life import end_at_once, start_if_down, who_is_there, works


@dataclass(slots=True)
class Absence:
    """How far one target is on its way from its old life to the new one."""

    before: Proof
    """Who was there."""
    exit_code: int = 0
    until: Deadline | None = None
    """When it comes back; nothing: it has not ended yet."""
    back: bool = False


class Comeback(EachNode):
    """Ends its targets and starts each of them again after some seconds; proven when the new life is seen."""

    roles = ANY

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._absences: dict[str, Absence] = {}

    @abstractmethod
    def end(self, node: Node) -> None:
        """Make the process end."""

    def inject_on(self, node: Node) -> None:
        """End it, after noting which process it was and what role it had."""
        self._absences[node.name] = Absence(who_is_there(node))
        self.end(node)

    def observe_on(self, node: Node) -> Proof | None:
        """See it gone, start it when its time has come, and see another process in its place."""
        absence = self._absences.get(node.name)
        if absence is None or not self._away(absence, node):
            return None
        if not absence.back:
            start_if_down(node)
            absence.back = True
        state = node.container.state()
        if not state.running or state.pid == absence.before["pid"]:
            return None
        return {
            "before": absence.before,
            "exit_code": absence.exit_code,
            "after": {"pid": state.pid, "life": node.life},
        }

    def _away(self, absence: Absence, node: Node) -> bool:
        """Tell whether it has ended, and was away for long enough."""
        if absence.until is None:
            if not node.ended():
                return False
            node.died()
            absence.exit_code = node.container.state().exit_code
            absence.until = Deadline(float(self.params["after"]))
        return absence.until.passed

    def heal_on(self, node: Node) -> None:
        """Start it, unless it runs; one that was asked to end, and still has not, ends now."""
        absence = self._absences.get(node.name)
        if absence is not None and absence.until is None:
            end_at_once(node, absence.before["pid"])
            # Whatever is seen of it from now on is another process, and no proof of the injection.
            del self._absences[node.name]
        start_if_down(node)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It works again."""
        return works(self, node)
