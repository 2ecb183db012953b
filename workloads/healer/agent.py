"""An agent: it starts the workers that the healer orders from its node, as processes of their own."""

import os
import threading
from contextlib import suppress

from harness.client import Participant, Program, Refused
from harness.client.operation import create, exists, get
from workloads.healer.child import Child
from workloads.healer.slots import AGENTS, parents, read_slot, slot_path

END_WITHIN = 1.5
"""Seconds for workers to end when they are asked to."""


class Agent(Participant):
    """Watches the orders in all slots, and starts a worker for each that names it.

    It ends no worker before the program's end: whoever was replaced is refused at its next action.
    """

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._program = program
        # Not from the seed: orders for the last life of this node are not for this one.
        self._own = f"{program.plan.node}-{os.urandom(4).hex()}"
        self._registered = 0
        """The session under which this agent is known to be there."""
        self._wake = threading.Event()
        self._workers: dict[str, Child] = {}
        """All that were ever started, by the names under which they register."""

    def stop(self) -> None:
        """Wake up."""
        self._wake.set()

    def on_session(self, state: str) -> None:  # noqa: ARG002 - whatever changed, it is time to look
        """Look again: watches end with their connection."""
        self._wake.set()

    def on_watch(self, path: str) -> None:  # noqa: ARG002 - only orders are watched
        """Look at the new order."""
        self._wake.set()

    def turn(self) -> None:
        """Be known to the healer, and do what the orders say."""
        self._wake.clear()
        self.make_once(*parents(int(self.params["workers"])))
        self._register()
        for number in range(int(self.params["workers"])):
            self._follow(number)
        if not self.stopping.is_set():
            self._wake.wait(self.patience)

    def finish(self) -> None:
        """End all workers."""
        for worker in self._workers.values():
            worker.ask_to_end()
        end = self.recorder.clock() + END_WITHIN * 1e9
        for worker in self._workers.values():
            worker.end(max((end - self.recorder.clock()) / 1e9, 0))

    def _register(self) -> None:
        """Make the node that says that this agent is there, once a session."""
        session = self.client.session
        if self._registered == session:
            return
        path = f"{AGENTS}/{self._own}"
        with suppress(Refused):  # an attempt without an answer had made it
            self.call(create(path, ephemeral=True))
        stat = self.call(exists(path)).value
        if stat is not None and stat.ephemeralOwner == session:
            self._registered = session

    def _follow(self, number: int) -> None:
        """Start the worker that a slot orders from this agent, once."""
        data, stat = self.call(get(slot_path(number), watch=True)).value
        slot = read_slot(number, data, stat.version)
        if slot.agent == self._own and slot.worker not in self._workers and not self.stopping.is_set():
            self._workers[slot.worker] = Child(self._program, slot, stat.mzxid)
