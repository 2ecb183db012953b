"""Whether any placement of the unknown writes explains a small history: all of them tried, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from harness.history import Event, History
from tests.unit.facts.small_tree import Node, Part, RefusedError, State, change


@dataclass(frozen=True)
class Lost:
    """A write without an answer: it happened at one of some zxids, or never."""

    parts: tuple[Part, ...]
    session: int
    zxids: tuple[int, ...]


def explained(history: History, last: int) -> bool:
    """Tell whether the answers are those of a tree in which each lost write took effect at most once.

    `last` is the highest zxid that anything can have.
    """
    answered = [op for op in history.operations if op.complete and op.complete.zxid]
    taken = {
        op.complete.zxid for op in answered if op.complete and op.invoke.f in {"create", "set", "delete"}
    }
    lost = list(_lost(history, taken, last))
    return any(_fits(answered, lost, places) for places in product(*((*one.zxids, 0) for one in lost)))


def _lost(history: History, taken: set[int], last: int) -> Iterator[Lost]:
    for op in history.operations:
        if op.outcome != "info" or op.complete is None:
            continue
        done = [
            other.complete.zxid
            for other in history.operations
            if other.complete and other.complete.zxid in taken and other.complete.time < op.invoke.time
        ]
        first = max(done, default=min(taken, default=last) - 1) + 1
        part = (op.invoke.f, op.invoke.key, op.invoke.value or {})
        zxids = tuple(z for z in range(first, last + 1) if z not in taken)
        yield Lost((part,), op.complete.session, zxids)


def _fits(answered: list[Any], lost: list[Lost], places: tuple[int, ...]) -> bool:
    happened = [place for place in places if place]
    if len(happened) != len(set(happened)):
        return False
    order = [(op.complete.zxid, 1, op) for op in answered]
    order += [(place, 0, one) for one, place in zip(lost, places, strict=True) if place]
    writes = {"create", "set", "delete"}
    state: State = {"/": Node(0, 0, 0)}
    # A read comes after the transaction with its zxid.
    for zxid, _, what in sorted(order, key=lambda row: (row[0], _is_read(row[2], writes))):
        if isinstance(what, Lost):
            try:
                for part in what.parts:
                    change(state, zxid, part, what.session)
            except RefusedError:
                return False  # The same as if it had never happened.
        elif not _right(state, what.invoke, what.complete):
            return False
    return True


def _is_read(what: Any, writes: set[str]) -> bool:
    return not isinstance(what, Lost) and what.invoke.f not in writes


def _right(state: State, asked: Event, told: Event) -> bool:
    node = state.get(asked.key)
    if asked.f == "get":
        return told.type == "fail" if node is None else (told.value, told.stat) == (node.data, node.stat)
    if asked.f == "exists":
        return told.value is (node is not None) and told.stat == (node.stat if node else None)
    if asked.f == "children":
        return told.type == "fail" if node is None else told.type == "ok" and told.value == list(node.names)
    try:
        made = change(state, told.zxid, (asked.f, asked.key, asked.value or {}), told.session)
    except RefusedError as error:
        return told.error == str(error)
    right = told.type == "ok" and (asked.f != "create" or made == told.value)
    return right and (asked.f != "set" or told.stat == made.stat)
