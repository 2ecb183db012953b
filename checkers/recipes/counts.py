"""Increments of counters, and the values that they are seen to have."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from checkers.context import life_of, number, told
from checkers.recipes.holdings import last_words
from harness.history import Event, History, Operation
from harness.history.calls import NEVER
from harness.history.views import pair_operations

_VALUE = re.compile(r"(?:.*-)?(\d+)")
"""A number alone, or at the end of a tag."""


@dataclass(frozen=True, slots=True)
class Add:
    """One increment that may have counted."""

    call: Operation

    @property
    def by(self) -> int:
        """How much is added, 1 where nobody says."""
        return number(self.call.invoke, "by") or 1

    @property
    def node(self) -> str:
        """Name of the app node."""
        return self.call.invoke.node

    @property
    def invoked(self) -> int:
        """When it began (ns)."""
        return self.call.invoke.time

    @property
    def completed(self) -> int:
        """When it was acknowledged (ns), NEVER where it was not."""
        return self.call.complete.time if self.call.complete and self.acknowledged else NEVER

    @property
    def acknowledged(self) -> bool:
        """Tell whether it certainly counted."""
        return self.call.outcome == "ok"

    @property
    def value(self) -> int | None:
        """What it says that the counter was then."""
        value = told(self.call.complete, "value") if self.call.complete else None
        return value if isinstance(value, int) and self.acknowledged else None


@dataclass(frozen=True, slots=True)
class Seen:
    """The value of a counter in one answer."""

    value: int
    invoked: int
    completed: int
    event: Event
    binding: bool
    """It certainly shows everything that was acknowledged before it was asked for."""
    own: int = 0
    """How much was added to come to it, where it is an increment that tells of it; else 0."""


@dataclass(slots=True)
class Counter:
    """One counter with its increments in order of invocation, and the values seen in order of time."""

    key: str
    adds: list[Add]
    seen: list[Seen]


def counters(history: History) -> list[Counter]:
    """Return every counter that somebody increments.

    Seen are the values that were read and those that increments came to. Binding are those of the
    increments, each of which rests on the value that it replaced, and the readings of the servers at the end.
    Other reads may be answered by a server that lags behind.
    """
    adds: dict[str, list[Add]] = {}
    for call in pair_operations(history.select("add")):
        if call.outcome != "fail":
            adds.setdefault(call.invoke.key, []).append(Add(call))
    seen: dict[str, list[Seen]] = {
        key: [_come_to(add) for add in rows if add.value is not None] for key, rows in adds.items()
    }
    for call in pair_operations(history.select("get")):
        value = _read(call) if call.invoke.key in adds else None
        if value is not None:
            seen[call.invoke.key].append(value)
    return [
        Counter(
            key,
            sorted(rows, key=lambda add: add.invoked),
            sorted(seen[key], key=lambda value: (value.completed, value.event.index)),
        )
        for key, rows in adds.items()
    ]


def _come_to(add: Add) -> Seen:
    assert add.call.complete, "acknowledged"
    return Seen(add.value or 0, add.invoked, add.completed, add.call.complete, binding=True, own=add.by)


def _read(call: Operation) -> Seen | None:
    answer = call.complete
    if answer is None or call.outcome != "ok" or not isinstance(answer.value, str):
        return None
    match = _VALUE.fullmatch(answer.value or "0")
    if match is None:
        return None
    final = call.invoke.process.startswith("final/")
    return Seen(int(match[1]), call.invoke.time, answer.time, answer, binding=final)


class Total:
    """How much was added by increments that began, or were acknowledged, before some time."""

    def __init__(self, rows: Iterable[tuple[int, int]]):
        """Take (time in ns, how much) of each."""
        ordered = sorted(rows)
        self._times = [time for time, _ in ordered]
        self._sums = [0, *accumulate(by for _, by in ordered)]

    def before(self, time: int) -> int:
        """Return the sum of those before a time (ns)."""
        return self._sums[bisect_left(self._times, time)]

    def until(self, time: int) -> int:
        """Return the sum of those before a time (ns) and at it."""
        return self._sums[bisect_right(self._times, time)]


def told_until(history: History) -> int:
    """Return up to when (ns) a history holds every call that was made.

    Of one that was cut off the stream of each node that had not ended may lack its end.
    """
    if history.closed:
        return NEVER
    heard: dict[str, int] = {}
    for life, time in last_words(history).items():
        node = life.partition("/")[0]
        heard[node] = max(heard.get(node, 0), time)
    living = {
        event.node: told(event, "state") == "started"
        for event in history.select("node", type="event")
        if told(event, "role") == "app"
    }
    asking = {call.process for call in history.select("add", type="invoke")}
    nodes = {life_of(process).partition("/")[0] for process in asking} | living.keys()
    return min((heard.get(node, 0) for node in nodes if living.get(node, True)), default=NEVER)
