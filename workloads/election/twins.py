"""Broken twins of the candidates: small mistakes that people really make, to prove that they are caught."""

from harness.client import NotSent, Program, Unanswered
from harness.client.operation import exists, unfenced_work
from workloads.election.candidate import Candidate
from workloads.election.herd import Herd
from workloads.election.kazoo_election import KazooCandidate
from workloads.election.leader import WORK


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

    def forget(self) -> None:
        """Never forget one's own crown."""
        if not self.lead.held:
            super().forget()

    def refused(self) -> None:
        """Never mind."""

    def turn(self) -> None:
        """Go on leading whatever happened."""
        if self.lead.held:
            self.reign()
        else:
            super().turn()


class Unfenced(Candidate):
    """Decides while it leads, computes, then writes without the check and retries until it went through.

    The write may land long after the leadership is over, on another session even.
    """

    def work(self) -> None:
        """Decide, compute, write."""
        said = self.next_work()
        if said is None:
            return
        self.stopping.wait(self.params["compute"])
        while not self.stopping.is_set():
            try:
                self.call(unfenced_work(WORK, **said))
                return
            except (NotSent, Unanswered):
                self.stopping.wait(0.05)


class WatchLeader(Candidate):
    """Watches the leader, whoever stands between, and takes the leader's end for its own turn."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._leader_gone = False

    def watch(self, ahead: list[str]) -> bool:
        """Watch the first in line; False when it is gone already."""
        return self.call(exists(f"{self.root}/{ahead[0]}", watch=True)).value is not None

    def on_watch(self, path: str) -> None:
        """Know that the leader is gone."""
        self._leader_gone = True
        super().on_watch(path)

    def ahead(self) -> list[str] | None:
        """Look no more, once the leader is gone."""
        return [] if self._leader_gone else super().ahead()

    def forget(self) -> None:
        """Begin anew."""
        self._leader_gone = False
        super().forget()


class WatchLine(Herd):
    """Watches the candidate right before it, and by its listings everybody: every change wakes it."""

    def watch(self, ahead: list[str]) -> bool:
        """Watch the candidate right before, as the right program does."""
        return Candidate.watch(self, ahead)


class KazooShipped(KazooCandidate):
    """Uses kazoo's election as it comes: no listener, and a function that works on whatever happens."""

    @property
    def term(self) -> float:
        """Never resign: leaving after a while would hide the mistake."""
        return float("inf")

    def on_session(self, state: str) -> None:
        """Nobody listens."""

    def refused(self) -> None:
        """Never mind."""
