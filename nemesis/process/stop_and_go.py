"""Stop-and-go: many short pauses, like a process that collects garbage most of the time."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from harness.plan import Plan
from nemesis.arena import Arena, Node
from nemesis.fault import Proof
from nemesis.parameters import Number, Parameter
from nemesis.process.clean import release
from nemesis.process.life import frozen, owed_when_slow, start_if_down, works
from nemesis.process.rounds import Rounds

ENOUGH = 2
"""Pauses that have to be seen before it is proven: one would be a pause."""


class StopAndGo(Rounds):
    """Freezes servers or app nodes and lets them go on, again and again."""

    name = "stop-and-go"
    summary = "freezes the process for a moment, lets it go on for a moment, and so on"
    # Not a pause: its client is not silent, and nobody may conclude that its session must be over.
    effect = "stutter"
    target = "leader"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "off": Number(300, "milliseconds for which it stands still", low=20, high=1000),
        "on": Number(200, "milliseconds for which it runs in between", low=20, high=5000),
        "jitter": Number(100, "milliseconds by which both are longer or shorter at most", low=0, high=500),
    }
    takes = 4.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._seen: dict[str, list[list[str]]] = {}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Whoever leads may or may not be replaced, but the ensemble goes on."""
        return owed_when_slow(target)

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Refuse a jitter that would leave nothing of a stretch."""
        shorter = min(params["off"], params["on"])
        if params["jitter"] < shorter:
            return ""
        return f"a jitter of {params['jitter']:g} ms leaves nothing of a stretch of {shorter:g} ms"

    def round(self, node: Node, draw: random.Random) -> None:
        """Stop it, look whether it stands still, and let it go."""
        node.container.pause()
        try:
            states = frozen(node) if len(self._seen.get(node.name, ())) < ENOUGH else None
            self.rest(self._drawn("off", draw))
        finally:
            node.container.unpause()
        if states:
            self._seen.setdefault(node.name, []).append(states)
        self.rest(self._drawn("on", draw))

    def _drawn(self, name: str, draw: random.Random) -> float:
        """Draw the length of one stretch, in seconds."""
        jitter = float(self.params["jitter"])
        return (float(self.params[name]) + draw.uniform(-jitter, jitter)) / 1000

    def observe_on(self, node: Node) -> Proof | None:
        """It stood still more than once, with none of its processes running on the engine's host."""
        self.check_playing(node)
        seen = self._seen.get(node.name, [])
        if len(seen) < ENOUGH:
            return None
        return {
            "engine": "paused",
            "pauses": len(seen),
            "process_states": sorted({s for of in seen for s in of}),
        }

    def heal_on(self, node: Node) -> None:
        """Let it go on, should it stand still."""
        release(node.container)
        start_if_down(node)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It runs, is not paused, and works."""
        return works(self, node)
