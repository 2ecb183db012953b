"""The shared lock: readers hold it together, a writer alone.

Both stand in one line. A writer waits until nobody is ahead, a reader until no writer is; each watches the
last node of those that it waits for. So readers do not overtake a writer that came before them, and nobody
starves. See ZooKeeper's page of recipes.
"""

from collections.abc import Iterable

from harness.client import Program
from harness.client.operation import get
from workloads.lock.queue import QueueLock

WRITER = "write-"


class SharedLock(QueueLock):
    """A reader or a writer, another one each turn."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._choose()

    def _choose(self) -> None:
        reads = self.random.random() < float(self.params["readers"])
        self.mode, self.kind = ("shared", "read-") if reads else ("exclusive", WRITER)

    def rivals(self, mine: str, names: Iterable[str]) -> list[str]:
        """Return everybody ahead, of whom only writers keep a reader waiting."""
        ahead = super().rivals(mine, names)
        return [name for name in ahead if WRITER in name] if self.mode == "shared" else ahead

    def work(self) -> None:
        """Read as a reader, and change things only as a writer."""
        if self.mode == "shared":
            self.call(get(self.resource))
        else:
            super().work()

    def release(self) -> None:
        """Choose anew only when the own node is gone for sure: one that is adopted keeps its mode."""
        super().release()
        self._choose()
