"""The checkers by name."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from checkers.result import Result
from harness.history import History

PACKAGES = (
    "checkers",
    "checkers.recipes",
    "checkers.writes",
    "checkers.reads",
    "checkers.watches",
    "checkers.ephemerals",
    "checkers.servers",
)
"""Where checkers live: one guarantee a module."""

Check = Callable[[History], Result]


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A named promise and the pure function that judges it."""

    name: str
    promise: str
    """The promise in one sentence."""
    check: Check
    upon: Callable[[History], object] | None = None
    """A fact that it is judged by and that takes long to derive, so that it is derived ahead."""


_GUARANTEES: dict[str, Guarantee] = {}


def guarantee(
    name: str, promise: str, *, upon: Callable[[History], object] | None = None
) -> Callable[[Check], Check]:
    """Register the decorated function as the checker of a guarantee."""

    def register(check: Check) -> Check:
        if name in _GUARANTEES:
            raise ValueError(f"two checkers are named {name}")
        _GUARANTEES[name] = Guarantee(name, promise, check, upon)
        return check

    return register


def guarantees() -> dict[str, Guarantee]:
    """All guarantees by name."""
    for package in PACKAGES:
        for module in iter_modules(import_module(package).__path__, f"{package}."):
            if not module.ispkg:
                import_module(module.name)  # it registers itself
    return dict(_GUARANTEES)
