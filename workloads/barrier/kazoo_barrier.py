"""kazoo's DoubleBarrier as it is made, in a znode of its own for each round.

Whoever waits in it hears of nothing any more once its connection broke: the watch went with it, and
neither `enter` nor `leave` looks again. The others wait for it, and none of them ever gets on.
"""

import threading
from typing import Any

from harness.client import Program
from workloads.barrier.party import BrokenOff, Party


class KazooParty(Party):
    """Leaves entering and leaving to kazoo."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._waiting: set[threading.Event] = set()
        # kazoo waits without an end: a program that is asked to end has to be able to wake it.
        self.client.handler.event_object = self._event
        self._barrier: Any = None
        """kazoo's object for the round, None before the first."""

    def stop(self) -> None:
        """Wake up, in kazoo as well."""
        super().stop()
        for event in list(self._waiting):
            event.set()

    def enter(self) -> None:
        """Enter, and be sure that kazoo did."""
        self._barrier = self.client.DoubleBarrier(self.place(self.round), int(self.params["size"]), self.name)
        self._barrier.enter()
        self._whole_way()
        if not self._barrier.participating:
            raise BrokenOff("kazoo gave up")

    def leave(self) -> None:
        """Leave; kazoo does not tell whether it did."""
        self._barrier.leave()
        self._whole_way()

    def _whole_way(self) -> None:
        self._waiting.clear()
        if self.stopping.is_set():
            raise BrokenOff("the program ends")

    def _event(self) -> threading.Event:
        if self.stopping.is_set():
            raise BrokenOff("the program ends")
        event = threading.Event()
        self._waiting.add(event)
        return event
