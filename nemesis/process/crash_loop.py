"""Crash loops: processes that end again and again, each time shortly after their start."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from harness.plan import Plan
from nemesis.arena import Arena, Node
from nemesis.fault import Proof
from nemesis.parameters import Number, Parameter
from nemesis.process.absent import Absent
from nemesis.process.life import kill_and_see_gone, start_if_down, who_is_there, works
from nemesis.process.rounds import Rounds

SLOWEST = 8.0
"""Seconds that two crashes and what lies between them may take: they have to be seen before a deadline."""

ENOUGH = 2
"""Crashes that have to be seen before it is proven: one would be a crash."""


class CrashLoop(Absent, Rounds):
    """Kills servers or app nodes, starts them and kills them again."""

    name = "crash-loop"
    summary = "kills the process (SIGKILL), starts it again, kills it again, and so on"
    effect = "kill"
    target = "leader"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "down": Number(0.2, "seconds from its end to its restart", low=0, high=5),
        "up": Number(1.5, "seconds from its start to its next end", low=0, high=30),
    }
    takes = 6.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._crashes: dict[str, list[Proof]] = {}

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Refuse a loop so slow that two crashes would not be seen in time."""
        twice = ENOUGH * params["down"] + params["up"]
        return f"two crashes would take {twice:g} s, and {SLOWEST:g} are the most" if twice > SLOWEST else ""

    def round(self, node: Node, draw: random.Random) -> None:  # noqa: ARG002 - nothing is left open
        """End it once, see it gone and bring it back."""
        before = who_is_there(node)
        kill_and_see_gone(node)
        crash = {"before": before, "exit_code": node.container.state().exit_code}
        self.rest(float(self.params["down"]))
        start_if_down(node)
        self._crashes.setdefault(node.name, []).append(crash)
        self.rest(float(self.params["up"]))

    def observe_on(self, node: Node) -> Proof | None:
        """It ended more than once, another process each time."""
        self.check_playing(node)
        crashes = self._crashes.get(node.name, [])
        pids = {crash["before"]["pid"] for crash in crashes}
        if len(pids) < ENOUGH:
            return None
        return {
            "before": crashes[0]["before"],
            "crashes": len(crashes),
            "exit_code": crashes[-1]["exit_code"],
        }

    def heal_on(self, node: Node) -> None:
        """Start it, unless it runs."""
        start_if_down(node)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It works again, and stays: nobody is left who would end it."""
        return works(self, node)
