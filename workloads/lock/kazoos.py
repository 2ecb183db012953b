"""kazoo's own lock, used with the care that it leaves to its user.

It is acquired without a limit, by a fresh object each time. That `acquire` came back says nothing of the
connection since then, so the own node is looked at before the lock is believed to be held; its czxid is the
fencing token. A listener ends the belief when the connection breaks.
"""

import threading
from typing import Any

from kazoo.exceptions import CancelledError

from harness.client import Program
from harness.client.operation import exists
from workloads.lock.contender import Contender
from workloads.lock.queue import STOPPED


class KazooLock(Contender):
    """Waits as kazoo does."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        # Between its attempts kazoo's recipe sleeps, up to a minute: the end must not wait for that.
        self.client.handler.sleep_func = self.stopping.wait
        self.kazoos: Any = None
        """kazoo's object for the present attempt, None before the first."""
        self._change = threading.Lock()

    def turn(self) -> None:
        """First release what the last turn broke off with."""
        if self.kazoos is not None:
            self.release()
        super().turn()

    def obtain(self) -> str:
        """Acquire kazoo's lock, and make sure of it."""
        while not self.stopping.is_set():
            lock = self.client.Lock(self.lock, self.name)
            with self._change:
                if self.stopping.is_set():
                    break
                self.kazoos = lock
            if failure := self.ask(lock):
                return failure
            if self._sure(lock):
                return ""
            lock.release()
        return STOPPED

    def ask(self, lock: Any) -> str:
        """Call kazoo's `acquire`; return nothing, or why the lock was not acquired."""
        try:
            lock.acquire()
        except CancelledError:
            return STOPPED
        return ""

    def _sure(self, lock: Any) -> bool:
        """Look whether the own node is there, and with it the lock; then believe."""
        node = f"{self.lock}/{lock.node}"
        while not self.stopping.is_set():
            breaks = self.breaks
            stat = self.call(exists(node)).value
            if stat is None:
                return False
            if self.hold(breaks, node, stat.czxid):
                return True
        return False

    def release(self) -> None:
        """Release kazoo's lock, which does nothing where it was not acquired."""
        if self.kazoos is not None:
            self.kazoos.release()
            self.kazoos = None

    def stop(self) -> None:
        """Call off the waiting."""
        with self._change:
            if self.kazoos is not None:
                self.kazoos.cancel()
        super().stop()
