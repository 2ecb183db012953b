"""Operations packed in columns, and the table that holds each of their strings once."""

from collections.abc import Iterable

import msgspec

from harness.history import Operation
from reports.clock import Clock
from reports.values import shown


class Strings:
    """A table of strings: each gets a number, the same text always the same one."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def code(self, string: str) -> int:
        """Return the number of a string, a new one on first sight."""
        return self._codes.setdefault(string, len(self._codes))

    def table(self) -> list[str]:
        """All strings, in the order of their numbers."""
        return list(self._codes)


class Columns(msgspec.Struct, frozen=True):
    """Operations in order of invocation: row i of every column is the i-th one.

    Text columns hold numbers of the string table. A page holds many thousands of operations, and
    columns take a fifth of the space of objects and are quicker to draw from.
    """

    t: list[float]
    """Invocation, seconds."""
    d: list[float | None]
    """Milliseconds to the completion, None where none came."""
    o: list[int]
    """Outcome: 0 ok, 1 fail, 2 info."""
    f: list[int]
    p: list[int]
    k: list[int]
    e: list[int]
    """Error text."""
    v: list[int]
    """The completion's value, the call's where it has none."""
    i: list[int]
    """Index of the invocation in the history."""


OUTCOMES = ("ok", "fail", "info")


def pack_operations(operations: Iterable[Operation], strings: Strings, clock: Clock) -> Columns:
    """Pack operations; the result's columns are all of the same length."""
    columns = Columns([], [], [], [], [], [], [], [], [])
    for operation in sorted(operations, key=lambda op: op.invoke.time):
        invoke, complete = operation.invoke, operation.complete
        latency = operation.latency
        answered = complete is not None and complete.value is not None
        value = complete.value if complete is not None and answered else invoke.value
        columns.t.append(clock.seconds(invoke.time))
        columns.d.append(None if latency is None else round(latency / 1e6, 3))
        columns.o.append(OUTCOMES.index(operation.outcome))
        columns.f.append(strings.code(invoke.f))
        columns.p.append(strings.code(invoke.process))
        columns.k.append(strings.code(invoke.key))
        columns.e.append(strings.code(complete.error if complete is not None else "never answered"))
        columns.v.append(strings.code(_brief(shown(value))))
        columns.i.append(invoke.index)
    return columns


def _brief(line: str) -> str:
    return line if len(line) <= 120 else f"{line[:119]}…"
