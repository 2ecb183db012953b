"""The checkers by name."""

from collections.abc import Callable
from dataclasses import dataclass

from checkers.result import Result
from harness.history import History

Check = Callable[[History], Result]


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A named promise and the pure function that judges it."""

    name: str
    promise: str
    """The promise in one sentence."""
    check: Check


_GUARANTEES: dict[str, Guarantee] = {}


def guarantee(name: str, promise: str) -> Callable[[Check], Check]:
    """Register the decorated function as the checker of a guarantee."""

    def register(check: Check) -> Check:
        if name in _GUARANTEES:
            raise ValueError(f"two checkers are named {name}")
        _GUARANTEES[name] = Guarantee(name, promise, check)
        return check

    return register


def guarantees() -> dict[str, Guarantee]:
    """All guarantees by name."""
    from checkers import ephemerals, evidence, recovery, single_leader  # noqa: F401, PLC0415 - they register themselves

    return dict(_GUARANTEES)
