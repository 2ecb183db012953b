"""Broken twins of the candidate: small mistakes that people really make, to prove that they are caught."""

import json

from kazoo.protocol.serialization import SetData

from harness.client import NotSent, Unanswered
from workloads.candidate import WORK, Candidate


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
                self.process.call(
                    "work",
                    WORK,
                    SetData(WORK, json.dumps(value).encode(), -1),
                    within=self.patience,
                    value=value,
                    shown=lambda _: value,
                )
                return
            except (NotSent, Unanswered):
                self.stopping.wait(0.05)
