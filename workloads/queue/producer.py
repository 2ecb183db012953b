"""Producers: put one item after the other, each with a name of its own, and never one of them twice."""

import os
from abc import abstractmethod
from functools import partial

from harness.client import Participant, Program
from harness.client.operation import create

ROOT = "/queue"
ENTRIES = f"{ROOT}/entries"
CLAIMS = f"{ROOT}/taken"
PARENTS = (ROOT, ENTRIES, CLAIMS)


class Producer(Participant):
    """Puts items at a rate; what became of one without an answer is never asked."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        # Not from the seed: the next life of this node must not use the names of the last one again.
        self._stem = f"{self.name}/{os.urandom(4).hex()}"
        self._made = 0

    def turn(self) -> None:
        """Put one item, and wait for the time of the next."""
        self._made += 1
        item = f"{self._stem}-{self._made}"
        self.deeds.do("put", ROOT, partial(self.put, item), {"item": item})
        self.stopping.wait(self.random.expovariate(float(self.params["rate"])))

    @abstractmethod
    def put(self, item: str) -> None:
        """Put an item; raises what is in BROKEN."""


class KazooProducer(Producer):
    """Puts with kazoo's Queue."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._queue = self.client.Queue(ENTRIES)

    def put(self, item: str) -> None:
        """Put an item."""
        self._queue.put(item.encode())


class LockingProducer(Producer):
    """Puts with kazoo's LockingQueue."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._queue = self.client.LockingQueue(ROOT)

    def put(self, item: str) -> None:
        """Put an item."""
        self._queue.put(item.encode())


class PlainProducer(Producer):
    """Puts with one request."""

    def turn(self) -> None:
        """Make the parents first, once."""
        self.make_once(*PARENTS)
        super().turn()

    def put(self, item: str) -> None:
        """Put an item."""
        self.call(create(f"{ENTRIES}/item-", item.encode(), sequence=True))
