"""Pauses: processes stand still and notice nothing, like a long stop-the-world collection."""

from nemesis.arena import Node
from nemesis.fault import Proof
from nemesis.process.absent import Absent
from nemesis.process.clean import release
from nemesis.process.life import frozen, start_if_down, works


class Pause(Absent):
    """Freezes servers or app nodes."""

    name = "pause"
    summary = "freezes all of the process, an app node's until its session has expired, then lets it go on"
    effect = "pause"
    target = "leader"

    def inject_on(self, node: Node) -> None:
        """Freeze it."""
        node.container.pause()

    def observe_on(self, node: Node) -> Proof | None:
        """The engine says paused, and on the engine's host no process of it can run."""
        states = frozen(node)
        return {"engine": "paused", "process_states": states} if states else None

    def heal_on(self, node: Node) -> None:
        """Let it go on; one that somebody ended meanwhile is started."""
        release(node.container)
        start_if_down(node)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It runs, is not paused, and works."""
        return works(self, node)
