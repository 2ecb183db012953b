"""Broken twins of the locks: small mistakes that people really make, to prove that they are caught."""

from contextlib import suppress
from typing import Any

from kazoo.exceptions import LockTimeout

from harness.client import NotSent, Program, Refused, Unanswered
from harness.client.operation import create, delete, unfenced_work
from workloads.lock.impatient import Impatient
from workloads.lock.kazoos import KazooLock
from workloads.lock.queue import QueueLock
from workloads.place import Place, sequence


class Unfenced(QueueLock):
    """Decides while it holds, computes, then writes without the check and retries until it went through.

    The write may land long after the lock went to somebody else, on another session even.
    """

    def work(self) -> None:
        """Decide, compute, write."""
        said = self.next_work()
        self.stopping.wait(self.params["compute"])
        while not self.stopping.is_set():
            try:
                self.call(unfenced_work(self.resource, **said))
                return
            except (NotSent, Unanswered):
                self.stopping.wait(0.05)


class Nameless(Place):
    """Names its nodes as everybody does, so that it cannot find one whose creation was not answered."""

    def label(self) -> str:
        """Say nothing of whose it is."""
        return "lock"

    def _find(self) -> str:
        return ""


class NoGuid(QueueLock):
    """Creates another node after a lost answer; the first one blocks everybody while the session lives."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.place = Nameless(self, self.lock)


class TidyPlace(Place):
    """Removes the lock's path when nobody is left in line, and makes it again when somebody comes."""

    def take(self, kind: str = "") -> None:
        """Queue up below a path that may be gone."""
        try:
            super().take(kind)
        except Refused:
            self.forget()
            with suppress(Refused):  # somebody else was quicker
                self._participant.call(create(self.line))
            super().take(kind)

    def leave(self) -> None:
        """Leave nothing behind."""
        super().leave()
        with suppress(Refused):  # somebody else is in line
            self._participant.call(delete(self.line))


class SuffixToken(QueueLock):
    """Takes its number in line for a fencing token, though the line begins anew with each new parent."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.place = TidyPlace(self, self.lock)

    def hold(self, breaks: int, node: str, token: int) -> bool:  # noqa: ARG002 - that is the mistake
        """Believe with the wrong token."""
        return super().hold(breaks, node, sequence(node))


class KazooTimeouts(Impatient, KazooLock):
    """Acquires kazoo's lock with a limit, or not at all where it is taken.

    When it gives up, kazoo asks once to delete the node and takes every failure for success: a request that
    is lost with the connection leaves the node in line, until the session ends. The next attempt has a new
    object, and with it another guid. See https://github.com/python-zk/kazoo/issues/732.
    """

    def ask(self, lock: Any) -> str:
        """Give up early."""
        if not self.within:
            return "" if lock.acquire(blocking=False) else "busy"
        try:
            return "" if lock.acquire(timeout=self.within) else "timeout"
        except LockTimeout:
            return "timeout"
