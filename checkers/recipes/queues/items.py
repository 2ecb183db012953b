"""The items of queues: who put each, who was handed it, and who said that it is done."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from checkers.context import told
from checkers.facts.words import Words
from harness.history import History, Operation

DEEDS = ("put", "take", "consume")

ON_TAKE, ON_CONSUME = "removed-by-take", "removed-by-consume"
"""Promises: which deed removes an item from its queue for good, and may succeed once only."""

REMOVES = {ON_TAKE: "take", ON_CONSUME: "consume"}


@dataclass(slots=True)
class Item:
    """One item of one queue, named by its producer with a name that no other put has."""

    key: str
    """The queue."""
    name: str
    puts: list[Operation] = field(default_factory=list)
    takes: list[Operation] = field(default_factory=list)
    """Those that were answered: only then it is known what was taken."""
    consumes: list[Operation] = field(default_factory=list)

    def acknowledged(self, f: str) -> list[Operation]:
        """Return the acknowledged operations of one name."""
        chosen = {"put": self.puts, "take": self.takes, "consume": self.consumes}[f]
        return [one for one in chosen if one.outcome == "ok"]


def queue_operations(history: History) -> list[Operation]:
    """Return all puts, takes and consumptions in order of invocation."""
    calls = history.calls
    rows = np.flatnonzero(Words(history).among(calls.f, DEEDS))
    pairs = zip(calls.invoke[rows].tolist(), calls.complete[rows].tolist(), strict=True)
    return [
        Operation(history.events[begun], history.events[ended] if ended >= 0 else None)
        for begun, ended in pairs
    ]


def items(history: History) -> dict[tuple[str, str], Item]:
    """Return {(queue, name): item} of everything that was put, taken or consumed by name."""
    found: dict[tuple[str, str], Item] = {}
    for one in history.derive(queue_operations):
        name = _name(one)
        if not isinstance(name, str):
            continue
        item = found.setdefault((one.invoke.key, name), Item(one.invoke.key, name))
        {"put": item.puts, "take": item.takes, "consume": item.consumes}[one.invoke.f].append(one)
    return found


def removing(promises: tuple[str, ...]) -> str:
    """Return the deed that removes an item, empty where the promises do not say."""
    return next((REMOVES[promise] for promise in promises if promise in REMOVES), "")


def unanswered(history: History, f: str) -> Iterator[Operation]:
    """Yield the operations of one name whose outcome is unknown."""
    return (one for one in history.derive(queue_operations) if one.invoke.f == f and one.outcome == "info")


def _name(one: Operation) -> object:
    if one.invoke.f != "take":
        return told(one.invoke, "item")
    return told(one.complete, "item") if one.complete and one.outcome == "ok" else None
