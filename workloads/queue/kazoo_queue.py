"""kazoo's Queue: to take an item is to delete its znode.

So an item is handed out at most once, and one whose deletion had no answer may be lost: whoever took it hears
of an error, and has to know that. As kazoo is made, `get` repeats by itself what had no answer, and nobody
hears of it: see the twin. Here the client repeats only what was refused because somebody else was quicker.
"""

from typing import Any

from kazoo.retry import ForceRetryError, KazooRetry

from harness.client import Participant, Program, Undone
from workloads.queue.consumer import Consumer
from workloads.queue.producer import ENTRIES, ROOT


class KazooConsumer(Consumer):
    """Takes one item after the other."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._queue = self.client.Queue(ENTRIES)

    def client_options(self) -> dict[str, Any]:
        """Let kazoo's recipes repeat nothing whose outcome is unknown."""
        retry = quick_retry(self)
        retry.retry_exceptions = (ForceRetryError,)
        return {"command_retry": retry}

    def turn(self) -> None:
        """Take an item."""
        try:
            self.deeds.do("take", ROOT, self._take)
        except Undone:
            self.wait_for_entries()

    def _take(self) -> dict[str, str]:
        data = self._queue.get()
        if data is None:
            raise Undone("empty")
        return {"item": data.decode()}


def quick_retry(participant: Participant) -> KazooRetry:
    """Return how kazoo repeats requests: as by itself, after shorter pauses, till the program ends."""
    return KazooRetry(
        max_tries=-1, delay=0.005, backoff=1.5, max_delay=0.1, interrupt=participant.stopping.is_set
    )
