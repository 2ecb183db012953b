"""From what a checker found to its result: a violation outweighs what is missing, that outweighs silence."""

from collections.abc import Sequence
from typing import Any

from checkers.abridged import first_of_each_kind, kinds_of
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

    Violations are told in order of time, so that the first one is the one to look at. Where there are too
    many of a kind, the first ones of each are, and the measure `broken` holds how many of each there are.
    """
    told = first_of_each_kind(violations)
    if told:
        verdict, sentence = Verdict.VIOLATION, told[0].sentence + more(len(violations) - 1)
    elif missing:
        verdict, sentence = Verdict.UNKNOWN, missing[0] + more(len(missing) - 1)
    else:
        verdict, sentence = Verdict.VALID, held
    return Result(
        name=name,
        verdict=verdict,
        sentence=sentence,
        checked=checked,
        violations=told,
        missing=tuple(missing),
        measures=(measures or {}) | ({"broken": kinds_of(violations)} if len(told) < len(violations) else {}),
    )


def more(number: int) -> str:
    """Say in brackets how many are not told, nothing where all are."""
    return f" (and {number:,} more)" if number else ""
