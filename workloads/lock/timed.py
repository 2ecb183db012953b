"""Locks that are not waited for, or not for ever: whoever gives up removes its node for sure.

A node that stayed behind would come to be first in line, with nobody to notice, and block everybody else
for as long as its session lives.
"""

import math

from harness.client import BROKEN, Answer, Operation, Program
from workloads.lock.impatient import Impatient
from workloads.lock.queue import QueueLock

BRIEFLY = 0.05
"""Seconds that a request gets at least."""


class TimedLock(Impatient, QueueLock):
    """Gives up at once, or after a while, even where no server answers any more."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._deadline = math.inf
        """Until when (ns) requests may take."""

    def obtain(self) -> str:
        """Give up when the time is over."""
        if self.within:
            self._deadline = self.recorder.clock() + self.within * 1e9
        try:
            return super().obtain()
        except BROKEN:
            if self.left > 0:
                raise
            return "timeout"
        finally:
            self._deadline = math.inf

    def enough(self) -> str:
        """Do not wait where that was not wanted, nor any longer than wanted."""
        if not self.within:
            return "busy"
        return "" if self.left > 0 else "timeout"

    def wait(self) -> None:
        """Wait no longer than wanted."""
        if not self.stopping.is_set():
            self.wake.wait(max(0.0, min(self.patience, self.left)))

    @property
    def left(self) -> float:
        """Seconds until the limit."""
        return (self._deadline - self.recorder.clock()) / 1e9

    def call(self, operation: Operation) -> Answer:
        """Do one operation, which may take no longer than the lock is waited for."""
        return self.process.call(operation, within=min(self.patience, max(self.left, BRIEFLY)))
