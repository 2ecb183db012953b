"""The lock of the textbooks: ephemeral sequential nodes in a line, each watching the one right before it.

One departure wakes one waiter, and the lock goes round in the order of arrival. See ZooKeeper's page of
recipes; names that begin with a guid are what it recommends against lost answers.
"""

from collections.abc import Iterable

from harness.client import Program
from harness.client.operation import children, exists
from workloads.lock.contender import Contender
from workloads.place import Place, sequence

STOPPED = "stopped"
"""Why an attempt failed: the program was asked to end."""


class QueueLock(Contender):
    """Waits in line until nobody is ahead."""

    kind = ""
    """Stands in the names of the own nodes."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.place = Place(self, self.lock)

    def turn(self) -> None:
        """First leave the line for sure where the last turn broke off in doing so."""
        if self.place.leaving:
            self.place.leave()
        super().turn()

    def obtain(self) -> str:
        """Queue up, and wait until nobody is ahead."""
        while not self.stopping.is_set():
            # Read before ZooKeeper is asked: after a break its answer is no reason to believe any more.
            breaks = self.breaks
            self.place.take(self.kind)
            self.wake.clear()
            # The session may be lost, and the place with it, at any moment.
            mine, names = self.place.name, self.call(children(self.lock)).value
            if mine not in names:
                self.place.forget()
                continue
            ahead = sorted(self.rivals(mine, names), key=sequence)
            if not ahead:
                if self.hold(breaks, self.place.node, self.place.token):
                    return ""
            elif enough := self.enough():
                return enough
            elif self.call(exists(f"{self.lock}/{ahead[-1]}", watch=True)).value is not None:
                self.wait()
        return STOPPED

    def rivals(self, mine: str, names: Iterable[str]) -> list[str]:
        """Return those of the names in line that have to be gone before the lock is held under `mine`."""
        return [name for name in names if sequence(name) < sequence(mine)]

    def enough(self) -> str:
        """Return why not to wait any longer, nothing where waiting goes on."""
        return ""

    def wait(self) -> None:
        """Wait until something has changed, or at least might have."""
        if not self.stopping.is_set():
            self.wake.wait(self.patience)

    def release(self) -> None:
        """Remove the own node."""
        self.place.leave()

    def on_watch(self, path: str) -> None:  # noqa: ARG002 - it is watched because it is ahead
        """Look again: the one ahead is gone."""
        self.wake.set()

    def on_session(self, state: str) -> None:
        """Stop believing when the connection breaks; the own node is gone when the session is lost."""
        if state == "lost":
            self.place.forget()
        super().on_session(state)
