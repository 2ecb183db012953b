"""What a workload is: variants of a client program, what judges them, and what evidence they owe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.client.program import Program
from harness.plan import EvidenceRule


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to do the job: the right one, or a named mistake."""

    program: type[Program]
    summary: str
    """One sentence."""
    broken: bool = False
    """A broken twin: it exists to prove that checkers and faults bite, and is never run by default."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A named job for the app nodes."""

    name: str
    summary: str
    default: str
    """Name of the variant that runs when none is named."""
    variants: Mapping[str, Variant]
    guarantees: tuple[str, ...]
    """Names of the checkers that judge it."""
    evidence: tuple[EvidenceRule, ...]
    params: Mapping[str, float] = field(default_factory=dict)
    """Parameters and their defaults."""
    holder: bool = False
    """One app node at a time leads or holds something, and says so."""
    roots: tuple[str, ...] = ()
    """Znodes whose children are read from every server at the end."""

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Defaults overlaid with what was given; raises KeyError with an unknown name."""
        for name in given:
            if name not in self.params:
                raise KeyError(name)
        return {**self.params, **given}
