"""The witness of a violation in plain words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from checkers.result import Violation
from harness.history import Event, History
from reports.story.calls import answered, asked, deed, wished
from reports.story.occurrences import fault_stage, kind_of, occurred
from reports.story.setting import Setting, setting
from reports.story.words import lasting
from reports.values import hex_id

UNTOLD = -2
"""Stands for the completion of a call of which only that it was made belongs to the story."""

SPLIT = 500_000_000
"""A call that took longer than this (ns) is told twice: when it was made, and when it was answered."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something to be told. `time` in ns."""

    time: int
    order: int
    """Among those of one time: the index of the event."""
    actor: str
    clause: str
    """The sentence without its capital letter and its end."""
    kind: str
    number: int | None = None
    """Its number in the witness, from 1."""
    rank: tuple[int, int] = (0, 0)
    """The smaller, the more it belongs to the story."""


def testimony(history: History, violation: Violation) -> list[Found]:
    """Return the witness in order of time: a call with its answer as one, or as two where it took long."""
    where = history.derive(setting)
    numbers = {index: number for number, index in enumerate(known_witness(history, violation), 1)}
    told: list[Found] = []
    seen: set[int] = set()
    for index, number in numbers.items():
        event = history.events[index]
        if event.type == "event":
            told += _occurrence(history, where, number, event)
            continue
        invoke, complete = _call_of(history, index)
        if invoke not in seen:
            seen.add(invoke)
            told += told_call(history, violation, (invoke, complete), numbers)
    return sorted(told, key=lambda found: (found.time, found.order))


def known_witness(history: History, violation: Violation) -> list[int]:
    """Return the indexes of a violation's witness that this history has."""
    return [index for index in violation.witness if 0 <= index < len(history)]


def _call_of(history: History, index: int) -> tuple[int, int]:
    """Return the indexes of the two events of a call, the same one twice where half of it is missing."""
    calls = history.calls
    rows = np.flatnonzero((calls.invoke == index) | (calls.complete == index))
    if not len(rows):
        return index, index
    return int(calls.invoke[rows[0]]), int(calls.complete[rows[0]])


def _occurrence(history: History, where: Setting, number: int, event: Event) -> Iterator[Found]:
    if event.f not in {"inject", "heal"}:
        yield happened(where, event, (0, 0), number)
        return
    fault = next((one for one in history.faults if event.index in one.events), None)
    if fault is not None:
        yield Found(event.time, event.index, fault.fault, fault_stage(fault, event), "fault", number)


def happened(where: Setting, event: Event, rank: tuple[int, int], number: int | None = None) -> Found:
    """Return what an occurrence tells."""
    actor = event.node or event.process
    return Found(event.time, event.index, actor, occurred(event, where), kind_of(event), number, rank)


def told_call(
    history: History,
    violation: Violation,
    both: tuple[int, int],
    numbers: Mapping[int, int],
    rank: tuple[int, int] = (0, 0),
) -> Iterator[Found]:
    """Yield a call as one moment, or as two where it took long.

    `both` are the indexes of its invocation and its completion: -1 where none came, UNTOLD for one that the
    story leaves out.
    """
    where = history.derive(setting)
    invoke = history.events[both[0]]
    complete = history.events[both[1]] if both[1] >= 0 else None
    actor = invoke.node or invoke.process.removeprefix("final/").partition(".")[0]
    first, last = numbers.get(both[0]), numbers.get(both[1])
    whole = deed(invoke, complete, where)
    if complete is None:
        told = asked(invoke, None, where) if both[1] == UNTOLD else whole
        yield Found(invoke.time, invoke.index, actor, told, "call", first, rank)
        return
    wish, took = asked(invoke, complete, where), complete.time - invoke.time
    only_asked = first is not None and last is None and complete.type == "ok"
    if took > SPLIT or only_asked:
        yield Found(invoke.time, invoke.index, actor, wish, "call", first, rank)
    if took > SPLIT and not only_asked:
        wish = f"{actor} had been waiting for {lasting(took)} to {wished(invoke, where)}"
        late = f"{wish}; {answered(invoke, complete)}"
        late = _with_transaction(late, violation, complete)
        yield Found(complete.time, complete.index, actor, late, "call", last, rank)
    elif not only_asked:
        whole = _with_transaction(whole, violation, complete)
        yield Found(complete.time, complete.index, actor, whole, "call", first or last, rank)


def _with_transaction(clause: str, violation: Violation, complete: Event) -> str:
    """Add the transaction of an answer where the violation's sentence speaks of it."""
    stat = complete.stat
    for zxid in (complete.zxid, stat.mzxid if stat else 0, stat.czxid if stat else 0):
        if zxid and hex_id(zxid) in violation.sentence:
            named = f"transaction {hex_id(zxid)})"
            return f"{clause[:-1]}, {named}" if clause.endswith(")") else f"{clause} ({named}"
    return clause
