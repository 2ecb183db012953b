"""What a fault is: one small class that breaks something, proves it, repairs it and proves that too."""

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.plan import Plan
from nemesis.arena import Arena, Node
from nemesis.parameters import Parameter

Proof = dict[str, Any]
"""What was seen from outside, as data for the history."""

SERVERS = frozenset({"server"})
APPS = frozenset({"app"})
ANY = SERVERS | APPS


class Fault(ABC):
    """One fault on its way through inject, observe, heal and observe_healed.

    `observe` and `observe_healed` are called again and again until they return a proof or a deadline
    passes. Healing restores a known clean state and may be called more than once, also when the injection
    failed half-way, when the target was restarted in between, and when it has vanished.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    """What it does, in one sentence without a full stop."""
    effect: ClassVar[str]
    """What the targets suffer, one word for checkers and reports: `kill`, `pause`, `expire`, `partition` …"""
    target: ClassVar[str]
    """The rule by which targets are found when the user names none."""
    roles: ClassVar[frozenset[str]] = SERVERS
    """The kinds of nodes that it can hit."""
    touches: ClassVar[frozenset[str]] = frozenset({"process"})
    """The parts of its targets that it holds until it is healed; see `nemesis.arena.Occupancy`.

    Whatever can only be proven on a process that runs holds the process too: nobody else kills it meanwhile.
    """
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    requires: ClassVar[frozenset[str]] = frozenset()
    """Abilities of the machine without which it cannot be had; see `nemesis/machine.py`."""
    equipment: ClassVar[frozenset[str]] = frozenset()
    """What the nodes must be fitted with before they start; see `harness/equipment.py`."""
    beyond_model: ClassVar[bool] = False
    """ZooKeeper does not promise to survive it: a violation is what one expects to see."""
    takes: ClassVar[float] = 2.5
    """Seconds that proof and healing usually need together, for the planning of schedules."""

    def __init__(
        self,
        arena: Arena,
        targets: Sequence[str],
        params: Mapping[str, Any] | None = None,
        draw: random.Random | None = None,
    ):
        self.arena = arena
        self.targets = tuple(targets)
        self.params = {
            **{name: parameter.default for name, parameter in self.parameters.items()},
            **(params or {}),
        }
        self.draw = draw or random.Random(0)
        """Decides whatever the parameters leave open."""
        self.step = 0
        """Id of the step that it belongs to."""

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003 - most faults owe the same whomever they hit
        """Name the evidence rules that a run with this fault must meet; see checkers/fault_rules.py."""
        return ()

    @classmethod
    def outlasts_session(cls, target: str) -> bool:  # noqa: ARG003
        """Tell whether it is held until its targets' sessions must have expired."""
        return False

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Say in one clause why it cannot be had in a run like this one, or nothing."""
        return ""

    @property
    def nodes(self) -> list[Node]:
        """The targets; raises EnsembleError when one is not there any more."""
        return [self.arena.node(name) for name in self.targets]

    @property
    def alone(self) -> bool:
        """Tell whether no other fault is applied, so that a healed target must work altogether."""
        return not self.arena.occupancy.others(self.step)

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
