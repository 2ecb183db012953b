"""Parameters of faults as data: what there is to set, what it means, and which values make sense."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import ZkchaosError


@dataclass(frozen=True, slots=True)
class Number:
    """A number within limits."""

    default: float
    meaning: str
    low: float = 0.0
    high: float = math.inf
    whole: bool = False

    def read(self, text: str) -> float:
        """Read it; raises ValueError that says what is wanted."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        odd = not math.isfinite(value) or (self.whole and value != int(value))
        if odd or not self.low <= value <= self.high:
            kind = "a whole number" if self.whole else "a number"
            bounds = (
                f"of {self.low:g} or more" if self.high == math.inf else f"from {self.low:g} to {self.high:g}"
            )
            raise ValueError(f"{kind} {bounds} is needed")
        return int(value) if self.whole else value


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    default: str
    meaning: str
    options: tuple[str, ...]

    def read(self, text: str) -> str:
        """Read it; raises ValueError that says what is wanted."""
        if text not in self.options:
            raise ValueError(f"one of {', '.join(self.options)} is needed")
        return text


@dataclass(frozen=True, slots=True)
class Text:
    """Any text, such as a path; an empty default means that it has to be given."""

    default: str
    meaning: str

    def read(self, text: str) -> str:
        """Read it; raises ValueError when it is empty."""
        if not text:
            raise ValueError("a text is needed")
        return text


Parameter = Number | Word | Text


def read_parameters(declared: Mapping[str, Parameter], given: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Overlay the defaults with what was given, text or value; `said` is how the user named the fault.

    Raises ZkchaosError that names the parameter and what it takes.
    """
    values = {name: parameter.default for name, parameter in declared.items()}
    for name, value in given.items():
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise ZkchaosError(f"{said}: there is no parameter {name!r}; it has: {known}.")
        try:
            values[name] = declared[name].read(str(value))
        except ValueError as error:
            raise ZkchaosError(f"{said}: {name}={value}: {error}.") from error
    for name, value in values.items():
        if value == "":
            raise ZkchaosError(f"{said}: the parameter {name} has to be given: {declared[name].meaning}.")
    return values
