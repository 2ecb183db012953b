"""Contenders that do not wait for a lock, or not for ever."""

from typing import Any

from harness.client import Program
from workloads.lock.contender import Contender


class Impatient(Contender):
    """Draws a limit for each attempt, and tells of it."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.within = 0.0
        """Seconds for which the lock is waited for; 0 for not at all."""

    def asked(self) -> dict[str, Any]:
        """Tell the limit too."""
        return {**super().asked(), "within": self.within}

    def acquire(self) -> bool:
        """Draw a limit, and try to come to hold the lock within it."""
        at_once = self.random.random() < float(self.params["try"])
        longest = 2 * float(self.params["within"])
        self.within = 0.0 if at_once else round(longest * self.random.uniform(0.1, 1), 3)
        return super().acquire()
