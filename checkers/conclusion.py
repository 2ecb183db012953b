"""From what a checker found to its result: a violation outweighs what is missing, that outweighs silence."""

from collections.abc import Sequence
from typing import Any

from checkers.result import Result, Verdict, Violation


def conclude(
    name: str,
    *,
    held: str,
    checked: int,
    violations: Sequence[Violation] = (),
    missing: Sequence[str] = (),
    measures: dict[str, Any] | None = None,
) -> Result:
    """Make the result; `held` is its sentence where nothing broke and nothing is missing.

    Violations are told in order of time, so that the first one is the one to look at.
    """
    ordered = tuple(sorted(violations, key=lambda violation: (violation.time, violation.until)))
    if ordered:
        verdict, sentence = Verdict.VIOLATION, ordered[0].sentence + more(len(ordered) - 1)
    elif missing:
        verdict, sentence = Verdict.UNKNOWN, missing[0] + more(len(missing) - 1)
    else:
        verdict, sentence = Verdict.VALID, held
    return Result(
        name=name,
        verdict=verdict,
        sentence=sentence,
        checked=checked,
        violations=ordered,
        missing=tuple(missing),
        measures=measures or {},
    )


def more(number: int) -> str:
    """Say in brackets how many are not told, nothing where all are."""
    return f" (and {number:,} more)" if number else ""
