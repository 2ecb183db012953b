"""Broken twins of the worker: small mistakes that people really make, to prove that they are caught."""

from harness.client import Answer
from harness.client.operation import create, unfenced_work
from workloads.healer.slots import work_path
from workloads.healer.worker import Worker


class Unfenced(Worker):
    """Acts without asking whether its order still stands, and takes a lost session for a hiccup.

    kazoo goes on with a new session by itself, and so does this worker, beside the one that replaced it.
    """

    def on_session(self, state: str) -> None:
        """Never mind: the connection will come back."""

    def announce(self) -> Answer:
        """Make the own node."""
        return self.call(create(self.node, ephemeral=True))

    def work(self) -> None:
        """Write, whoever else does."""
        self.call(unfenced_work(work_path(self.slot), **self.next_work()))


class NamesOnly(Worker):
    """Registers for good, as if names were workers: a node that is no ephemeral outlives whoever made it."""

    def announce(self) -> Answer:
        """Make a node that stays."""
        return self.call(create(self.node))
