"""kazoo's LockingQueue: to take an item is to lock it with an ephemeral znode, `consume` removes both.

An item is never lost: when its holder's session ends, another one may get it. kazoo does not follow the
connection, so this consumer does: it lets go when the connection breaks, and looks whose the lock is before
it believes that it holds one.
"""

from typing import Any

from kazoo.exceptions import NoNodeError

from harness.client import Program, Undone
from workloads.queue.consumer import HoldingConsumer
from workloads.queue.kazoo_queue import quick_retry
from workloads.queue.producer import CLAIMS, ENTRIES, ROOT

LOOK = 0.2
"""Seconds for which an empty queue is waited at."""


class LockingConsumer(HoldingConsumer):
    """Locks one item after the other, works on it, and consumes it."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._queue = self.client.LockingQueue(ROOT)

    def client_options(self) -> dict[str, Any]:
        """Let kazoo repeat as it does, but not after the end of the program."""
        return {"command_retry": quick_retry(self)}

    def turn(self) -> None:
        """Lock an item, work, consume it."""
        breaks = self.breaks
        try:
            told = self.deeds.do("take", ROOT, self._take)
        except Undone:
            return
        name = self._queue.processing_element[0]
        lock = f"{CLAIMS}/{name}"
        if not self.holding.begin(f"{ENTRIES}/{name}", breaks, token=told["token"], node=lock):
            return
        self.stopping.wait(self.random.expovariate(1 / float(self.params["work"])))
        if self.holding.held:
            self.deeds.do("consume", ROOT, self._consume, {"item": told["item"]})
            self.holding.end("consumed")

    def _take(self) -> dict[str, Any]:
        data = self._queue.get(LOOK)
        if data is None:
            raise Undone("empty")
        lock = f"{CLAIMS}/{self._queue.processing_element[0]}"
        try:
            _, stat = self.client.get(lock)
        except NoNodeError:
            stat = None
        if stat is None or stat.ephemeralOwner != self.client.session:
            self._forget()
            raise Undone("its lock is gone")
        return {"item": data.decode(), "token": stat.czxid}

    def _consume(self) -> None:
        try:
            consumed = self._queue.consume()
        except NoNodeError:
            consumed = False
        if not consumed:
            self.holding.end("refused")
            self._forget()
            raise Undone("its lock is gone")

    def _forget(self) -> None:
        """Begin anew: the recipe would hand the same item out for ever."""
        self._queue = self.client.LockingQueue(ROOT)
