"""Of many violations of one kind the first ones are told, and the others counted."""

from collections import Counter
from collections.abc import Sequence

from checkers.result import Violation
from checkers.testimony import MOST


def first_of_each_kind(violations: Sequence[Violation]) -> tuple[Violation, ...]:
    """Return the first violations of each kind, in order of time."""
    told: Counter[str] = Counter()
    found = []
    for violation in sorted(violations, key=lambda one: (one.time, one.until)):
        told[violation.kind] += 1
        if told[violation.kind] <= MOST:
            found.append(violation)
    return tuple(found)


def kinds_of(violations: Sequence[Violation]) -> dict[str, int]:
    """Return how many there are of each kind."""
    return dict(sorted(Counter(violation.kind for violation in violations).items()))
