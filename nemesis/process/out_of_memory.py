"""Out of memory: the kernel kills processes, as it does on a machine that has given away too much."""

from collections.abc import Mapping
from typing import Any, ClassVar

from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import ANY, Proof
from nemesis.parameters import Number, Parameter
from nemesis.process.clean import release
from nemesis.process.life import (
    end_at_once,
    owed_when_gone,
    owed_when_slow,
    start_if_down,
    who_is_there,
    works,
)
from nemesis.targets import is_app

MEBIBYTE = 1 << 20

OVER = 64 * MEBIBYTE
"""How much more the hog wants than all that the limit allows."""

HOG = """
for process in /proc/[0-9]*; do
    [ $process = /proc/$$ ] || echo 1000 > $process/oom_score_adj
done 2> /dev/null
head -c {bytes} /dev/zero | tail > /dev/null
"""
"""Takes all the memory that there is: `tail` has to keep a line without an end.

The kernel kills whoever is worth most, and would take the hog, or whoever is larger. A process may always
be made worth more, without any privilege; at 1000 nobody who has less is worth as much.
"""


class OutOfMemory(EachNode):
    """Has servers or app nodes killed by the kernel, for want of memory."""

    name = "out-of-memory"
    summary = (
        "limits the memory and fills it, so that the kernel kills the process, and starts it without limit"
    )
    effect = "kill"
    target = "leader"
    roles = ANY
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "room": Number(
            16, "megabytes that it may use on top of what it does now", low=1, high=4096, whole=True
        )
    }
    takes = 5.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._before: dict[str, Proof] = {}
        self._limit: dict[str, int] = {}
        self._noted: set[str] = set()

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Where a quorum is left writes go on, and a server that led is replaced.

        It takes a second until there is no memory left, in which an app node may resign by itself.
        """
        return owed_when_slow(target) if is_app(target) else owed_when_gone(target)

    @classmethod
    def outlasts_session(cls, target: str) -> bool:
        """An app node stays away until its session is gone."""
        return is_app(target)

    def inject_on(self, node: Node) -> None:
        """Limit it to little more than it uses, and use that up."""
        self._before[node.name] = who_is_there(node)
        limit = node.container.usage().memory + int(self.params["room"]) * MEBIBYTE
        node.container.limit(memory=limit)
        # Whoever watches it has to know before it happens.
        node.expected_down = True
        self._limit[node.name] = limit
        node.container.spawn("sh", "-c", HOG.format(bytes=limit + OVER))

    def observe_on(self, node: Node) -> Proof | None:
        """It has ended by a signal that nobody sent, and the engine heard from the kernel why."""
        if node.name not in self._limit or not node.ended():
            return None
        if node.name not in self._noted:
            self._noted.add(node.name)
            node.died()
        state = node.container.state()
        if not state.oom_killed:
            return None
        return {
            "before": self._before[node.name],
            "limit": self._limit[node.name],
            "oom_killed": True,
            "exit_code": state.exit_code,
        }

    def heal_on(self, node: Node) -> None:
        """Take the limit away and start it, unless it runs; one that was not seen to end, ends now."""
        release(node.container)
        if node.name in self._limit and node.name not in self._noted:
            # The hog ends with it, and nobody is killed after the healing.
            end_at_once(node, self._before[node.name]["pid"])
            self._noted.add(node.name)
        start_if_down(node)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It works again."""
        return works(self, node)
