"""Consumers: what they have in common, which is to wait at an empty queue, and to hold what they work on."""

import threading

from harness.client import Belief, Participant, Program
from harness.client.operation import children
from workloads.queue.producer import ENTRIES


class Consumer(Participant):
    """Takes one item after the other; subclasses say how."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.wake = threading.Event()

    def stop(self) -> None:
        """Wake up whoever waits at the empty queue."""
        self.wake.set()

    def on_session(self, state: str) -> None:  # noqa: ARG002 - any change is a reason to look again
        """Look again: a watch dies with its connection."""
        self.wake.set()

    def on_watch(self, path: str) -> None:  # noqa: ARG002 - the queue is all that is watched
        """Look again when the entries have changed."""
        self.wake.set()

    def wait_for_entries(self) -> None:
        """Wait until there is an entry, the connection breaks or the program is to end."""
        self.wake.clear()
        if not self.call(children(ENTRIES, watch=True)).value and not self.stopping.is_set():
            self.wake.wait(self.patience)


class HoldingConsumer(Consumer):
    """Believes to hold an item while it works on it, as long as the connection lasts."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.holding = Belief(self)

    def on_session(self, state: str) -> None:
        """Let go when the connection breaks."""
        super().on_session(state)
        if state != "connected":
            self.holding.end(state)

    def finish(self) -> None:
        """Let go."""
        self.holding.end("stopping")
