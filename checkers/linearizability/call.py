"""One call as the search sees it: what was asked and answered, and between which two points it happened."""

from collections.abc import Hashable
from typing import Any, Literal

import msgspec

from harness.history import Operation

NEVER = 1 << 60
"""The position of a return that never came: later than everything."""

Outcome = Literal["ok", "info", "refused"]


class Call(msgspec.Struct, frozen=True, gc=False):
    """One call of one process; argument and result are hashable (see `frozen`)."""

    f: str
    argument: Hashable
    result: Hashable
    outcome: Outcome
    """`ok`; `info`, which may have taken effect at any time after its invocation, or never; `refused`: it
    changed nothing, and its refusal is itself an answer that must be explained."""
    invoked: int
    """Position of the invocation; only the order of positions has a meaning."""
    returned: int
    """Position of the answer, NEVER for `info`."""
    process: str = ""
    key: Hashable = ""
    version: int | None = None
    """What the answer said of a znode's version, where it did."""
    invoke: int = -1
    """Index of the event that invoked it."""
    complete: int = -1
    """Index of the event that completed it, -1 where there is none."""


def frozen(value: Any) -> Hashable:
    """Return a hashable stand-in: lists become tuples, sets frozen ones, mappings sorted tuples of pairs.

    Booleans become words, because Python holds True and 1 for equal and no history does.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    if isinstance(value, set | frozenset):
        return frozenset(map(frozen, value))
    if isinstance(value, dict):
        return tuple(sorted(((frozen(k), frozen(v)) for k, v in value.items()), key=repr))
    return value if isinstance(value, Hashable) else repr(value)


def make_call(
    operation: Operation,
    positions: tuple[int, int],
    *,
    argument: Any = None,
    result: Any = None,
    version: int | None = None,
) -> Call:
    """Make the call of an operation; a `fail` becomes `refused`. Argument and result are frozen here."""
    invoke, complete = operation.invoke, operation.complete
    outcome = complete.type if complete else "info"
    return Call(
        f=invoke.f,
        argument=frozen(argument),
        result=frozen(result),
        outcome="ok" if outcome == "ok" else "info" if outcome == "info" else "refused",
        invoked=positions[0],
        returned=NEVER if outcome == "info" else positions[1],
        process=invoke.process,
        key=invoke.key,
        version=version,
        invoke=invoke.index,
        complete=complete.index if complete else -1,
    )
