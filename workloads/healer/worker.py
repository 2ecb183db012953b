"""A worker: a process with a session of its own that acts for one slot while its generation lasts."""

import os
from typing import Any

from harness.client import Answer, Participant, Program, Refused
from harness.client.operation import check, create, exists, multi, work
from workloads.healer.slots import WORKERS, slot_path, work_path

ASKED, DIED, REFUSED, LOST = 0, 1, 3, 4
"""Exit codes: why a worker ended."""


class Worker(Participant):
    """Registers itself and does fenced work, until it is asked to end, is refused, loses its session or dies.

    Its order came with the plan's parameters: `slot`, `generation` and `token`, the zxid of the order.
    """

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.slot = int(self.params["slot"])
        self.generation = int(self.params["generation"])
        self.token = int(self.params["token"])
        self.node = f"{WORKERS}/{self.slot}-{self.generation}"
        self.exit_code = ASKED
        mtbf = float(self.params["mtbf"])
        lifetime = self.random.expovariate(1 / mtbf) if mtbf else float("inf")
        self._death = self.recorder.clock() + lifetime * 1e9
        self._registered = False
        self._works = 0

    def turn(self) -> None:
        """Register, then work on; whoever is refused has been replaced."""
        try:
            if not self._registered:
                self.register()
            while self.connected.is_set() and not self.stopping.wait(self.params["interval"]):
                if self.recorder.clock() >= self._death:
                    os._exit(DIED)
                self.work()
        except Refused:
            self.leave(REFUSED)

    def on_session(self, state: str) -> None:
        """End with the session: its registration is gone, and somebody else is on its way."""
        if state == "lost":
            self.leave(LOST)

    def leave(self, exit_code: int) -> None:
        """End soon."""
        self.exit_code = exit_code
        self.stopping.set()

    def register(self) -> None:
        """Say that this worker is there, and be sure of it; raises Refused when it has been replaced."""
        try:
            self.announce()
        except Refused:
            # An attempt without an answer may have made it. The name is that of this one order.
            if self.call(exists(self.node)).value is None:
                raise
        self._registered = True
        told = {"slot": self.slot, "generation": self.generation, "token": self.token}
        self.event("started", key=slot_path(self.slot), value=told)

    def announce(self) -> Answer:
        """Make the own node, if the order still stands."""
        own = create(self.node, ephemeral=True)
        return self.call(multi([check(slot_path(self.slot), self.generation), own]))

    def work(self) -> None:
        """Do one action, if the order still stands; raises Refused when it does not."""
        self.call(work(work_path(self.slot), version=self.generation, **self.next_work()))

    def next_work(self) -> dict[str, Any]:
        """Say what `work` has to know of the next action."""
        self._works += 1
        return {"token": self.token, "node": slot_path(self.slot), "n": self._works}
