"""What a workload is: variants of a client program, what judges them, and what evidence they owe."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from harness.client.program import NodePlan, Program
from harness.plan import EvidenceRule


@dataclass(frozen=True, slots=True)
class Trap:
    """How a broken twin is caught: the guarantee that it breaks, and what makes the mistake show."""

    guarantee: str
    nemesis: str
    """Faults, as `zkchaos run --nemesis` takes them."""
    params: Mapping[str, float] = field(default_factory=dict)
    """Parameters of the workload, where its defaults would hide the mistake."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to do the job: the right one, or a named mistake."""

    program: Callable[[NodePlan, BinaryIO], Program]
    """Makes the program of an app node; `cast(...)` makes one of participants."""
    summary: str
    """One sentence."""
    broken: bool = False
    """A broken twin: it exists to prove that checkers and faults bite, and is never run by default."""
    guarantees: tuple[str, ...] = ()
    """Names of the checkers that judge it besides those that judge all variants of its workload."""
    promises: tuple[str, ...] = ()
    """What it promises where variants differ within one guarantee, in the words of that checker."""
    trap: Trap | None = None
    """Of a broken twin: how it is caught."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A named job for the app nodes; without variants it is one for programs of images of their own."""

    name: str
    summary: str
    default: str = ""
    """Name of the variant that runs when none is named."""
    variants: Mapping[str, Variant] = field(default_factory=dict)
    guarantees: tuple[str, ...]
    """Names of the checkers that judge it."""
    evidence: tuple[EvidenceRule, ...]
    params: Mapping[str, float] = field(default_factory=dict)
    """Parameters and their defaults."""
    holder: bool = False
    """One app node at a time leads or holds something, and says so."""
    settles: bool = False
    """What it promises shows in quiet times, so the run goes on for a while after the last healing."""
    roots: tuple[str, ...] = ()
    """Znodes whose children are read from every server at the end."""

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Defaults overlaid with what was given; raises KeyError with an unknown name."""
        for name in given:
            if name not in self.params:
                raise KeyError(name)
        return {**self.params, **given}
