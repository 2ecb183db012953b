"""A client from outside: it is no member, and wants to know whom it can turn to."""

import threading
from typing import ClassVar

from harness.client import Participant, Program
from workloads.registry.discovery import Discovery


class Client(Participant):
    """Discovers the members on a session of its own."""

    discovers: ClassVar[type[Discovery]] = Discovery

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.discovery = self.discovers(self)
        self._wake = threading.Event()

    def stop(self) -> None:
        """Wake up whoever waits for a change."""
        self._wake.set()

    def on_session(self, state: str) -> None:
        """Read again over the next connection."""
        self.discovery.on_session(state)
        self._wake.set()

    def on_watch(self, path: str) -> None:
        """Read again."""
        self.discovery.on_watch(path)
        self._wake.set()

    def turn(self) -> None:
        """Know the members, and wait until they change."""
        self._wake.clear()
        self.discovery.look()
        if not self.stopping.is_set():
            self._wake.wait(self.patience)
