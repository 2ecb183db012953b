"""Broken twins of the candidate: small mistakes that people really make, to prove that they are caught."""

import json

from harness.client import NotSent, Unanswered
from harness.client.requests import SetData
from workloads.candidate import WORK, Candidate, working


class NoStepDown(Candidate):
    """Takes SUSPENDED and LOST, and even refused work, for a hiccup: once leader, always leader."""

    @property
    def term(self) -> float:
        """Never resign: leaving after a while would hide the mistake."""
        return float("inf")

    def step_down(self, why: str) -> None:
        """Only the end of the program ends this reign."""
        if why == "stopping":
            super().step_down(why)

    def _forget(self) -> None:
        if not self.leading:
            super()._forget()

    def refused(self) -> None:
        """Never mind."""

    def _campaign(self) -> None:
        if self.leading:
            self._reign()
        else:
            super()._campaign()


class Unfenced(Candidate):
    """Decides while it leads, computes, then writes without the check and retries until it went through.

    The write may land long after the leadership is over, on another session even.
    """

    def work(self) -> None:
        """Decide, compute, write."""
        value = self._next_work()
        if value is None:
            return
        self.stopping.wait(self.plan.params["compute"])
        while not self.stopping.is_set():
            try:
                write = SetData(WORK, json.dumps(value).encode())
                self.process.call(working(value, write), within=self.patience)
                return
            except (NotSent, Unanswered):
                self.stopping.wait(0.05)
