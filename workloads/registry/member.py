"""A member: it joins the election, and registers its address unless it is elected master.

The textbook's way: who is elected unregisters itself and looks after the registry, who is not registers
itself for work, and both are told when the members change. Election and registration share one session, so
they end together.
"""

from typing import ClassVar

from harness.client import Program
from workloads.election.candidate import Candidate
from workloads.election.leader import WORK
from workloads.registry.discovery import Discovery
from workloads.registry.paths import ELECTION, MEMBERS, REGISTRY
from workloads.registry.registration import Registration

PORT = 8080
"""Part of the address; nobody listens there."""


class Member(Candidate):
    """A candidate that is registered whenever it does not lead."""

    root = ELECTION

    registers: ClassVar[type[Registration]] = Registration
    discovers: ClassVar[type[Discovery]] = Discovery

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.registration = self.registers(self, f"{self.name}:{PORT}")
        self.discovery = self.discovers(self)

    def parents(self) -> list[str]:
        """Paths that have to be there, those above others first."""
        return [REGISTRY, ELECTION, MEMBERS, WORK]

    def on_session(self, state: str) -> None:
        """Know that the registration is gone with its session, and that watches are gone anyway."""
        if state not in {"connected", "suspended"}:
            self.registration.lose(state)
        self.discovery.on_session(state)
        super().on_session(state)

    def on_watch(self, path: str) -> None:
        """Look again, at whatever changed."""
        self.discovery.on_watch(path)
        super().on_watch(path)

    def watch(self, ahead: list[str]) -> bool:
        """Not elected: be registered and know the others, then watch the candidate right before."""
        self.registration.keep()
        self.discovery.look()
        return super().watch(ahead)

    def reign(self) -> None:
        """Elected: leave the registry, then work."""
        self.registration.withdraw()
        super().reign()

    def work(self) -> None:
        """Do one piece of work, knowing who is there."""
        self.discovery.look()
        super().work()
