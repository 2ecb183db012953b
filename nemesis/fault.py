"""What a fault is: one small class that breaks something, proves it, repairs it and proves that too."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.app_node import AppNode
from harness.board import Board
from harness.ensemble import Ensemble

Proof = dict[str, Any]
"""What was seen from outside, as data for the history."""


@dataclass(frozen=True, slots=True)
class Arena:
    """Everything that a fault can reach."""

    ensemble: Ensemble
    apps: Mapping[str, AppNode]
    board: Board


class Fault(ABC):
    """One fault on its way through inject, observe, heal and observe_healed.

    Healing restores a known clean state and may be called more than once, also when the injection
    failed half-way.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    """What it does, in one sentence."""
    effect: ClassVar[str]
    """`kill`, `pause` or `expire`: what the target suffers."""
    role: ClassVar[str]
    """`server` or `app`: the kind of its targets."""
    target: ClassVar[str]
    """The rule by which the target is found when the fault fires."""
    outlasts_session: ClassVar[bool] = False
    """It is held until the target's session must have expired."""
    evidence: ClassVar[tuple[str, ...]] = ()
    """Evidence rules that a run with this fault owes; see checkers/evidence.py."""

    def __init__(self, arena: Arena, target: str, params: Mapping[str, Any]):
        self.arena = arena
        self.target_name = target
        self.params = params

    @abstractmethod
    def inject(self) -> None:
        """Break it."""

    @abstractmethod
    def observe(self) -> Proof | None:
        """Look from outside whether it bites; None: not yet."""

    @abstractmethod
    def heal(self) -> None:
        """Restore the clean state."""

    @abstractmethod
    def observe_healed(self) -> Proof | None:
        """Look from outside whether it is over; None: not yet."""


class AppLeaderFault(Fault):
    """A fault of the app node that leads."""

    role = "app"
    target = "app-leader"

    @property
    def app(self) -> AppNode:
        """The app node that it hits."""
        return self.arena.apps[self.target_name]
