"""Parties that a double barrier forgets: they wait in quiet times though nobody is missing any more."""

from collections.abc import Iterator

from checkers.context import Span, fault_ids, life_of, number, plan_of, program_ends
from checkers.recipes.quiet import settling_bound, steady
from checkers.recipes.rounds import Round
from checkers.result import Violation
from checkers.wording import moment, stretch
from harness.history import History, Operation


def blocked_parties(history: History, found: list[Round]) -> Iterator[Violation]:
    """Yield who waited for longer than the settling bound, in one quiet time, when nobody was missing."""
    if plan_of(history) is None:
        return
    times, bound = steady(history), settling_bound(history)
    gone = _gone(history, found)
    for one in found:
        for deed in one.enters + one.leaves:
            waits = [wait for time in times if (wait := _during(history, deed, time))]
            if all(wait.end - wait.start <= bound for wait in waits):
                continue
            since = _all_there(one, deed) if deed.invoke.f == "enter" else _all_done(one, deed, gone)
            for wait in waits if since is not None else ():
                needless = Span(max(wait.start, since or 0), wait.end)
                if needless.end - needless.start > bound:
                    yield _violation(history, one, deed, needless)


def _during(history: History, deed: Operation, time: Span) -> Span | None:
    """Return for how long of a time a deed lasted, None where it did not."""
    last = deed.complete.time if deed.complete else history.end
    start, end = max(time.start, deed.invoke.time), min(time.end, last)
    return Span(start, end) if start < end else None


def _all_there(one: Round, waiting: Operation) -> int | None:
    """Return when (ns) it was certain that enough parties were there; None where it never was.

    That is when somebody else was let in, or when so many as are needed were waiting at once.
    """
    let_in = [
        deed.complete.time
        for deed in one.enters
        if deed.complete is not None and deed.outcome == "ok" and deed.invoke.node != waiting.invoke.node
    ]
    begin, end = waiting.invoke.time, waiting.complete.time if waiting.complete else None
    asked: dict[str, int] = {}
    for deed in one.enters:
        if deed.complete is None or (end is not None and deed.complete.time >= end):
            asked.setdefault(deed.invoke.node, deed.invoke.time)
    together = sorted(asked.values())[one.of - 1 : one.of]
    return min([*let_in, *(max(time, begin) for time in together)], default=None)


def _all_done(one: Round, waiting: Operation, gone: dict[str, list[tuple[int, int]]]) -> int | None:
    """Return from when on (ns) nobody who had entered can have been computing; None where somebody may."""
    last = waiting.invoke.time
    for deed in one.enters:
        if deed.complete is None or deed.outcome != "ok":
            continue
        life, began = life_of(deed.invoke.process), deed.complete.time
        asked = [
            leave.invoke.time
            for leave in one.leaves
            if life_of(leave.invoke.process) == life and leave.invoke.time >= began
        ]
        left = [time for other, time in gone.get(life, []) if other != one.number and time >= began]
        if not asked + left:
            return None
        last = max(last, min(asked + left))
    return last


def _gone(history: History, found: list[Round]) -> dict[str, list[tuple[int, int]]]:
    """Return by life of a node when (ns) it asked to enter which round, or ended: round 0."""
    times: dict[str, list[tuple[int, int]]] = {}
    for one in found:
        for deed in one.enters:
            times.setdefault(life_of(deed.invoke.process), []).append((one.number, deed.invoke.time))
    for event in history.derive(program_ends):
        times.setdefault(f"{event.node}/{number(event, 'life')}", []).append((0, event.time))
    return times


def _violation(history: History, one: Round, deed: Operation, wait: Span) -> Violation:
    call = deed.invoke
    what = "begin" if call.f == "enter" else "be let go from"
    missing = "all were there" if call.f == "enter" else "all were done"
    return Violation(
        kind="blocked",
        sentence=(
            f"{call.node} waited to {what} round {one.number} of {one.key} for "
            f"{stretch(wait.end - wait.start)} without any fault from {moment(history, wait.start)} on, "
            f"though {missing}; {stretch(settling_bound(history))} were allowed."
        ),
        witness=(call.index, *((deed.complete.index,) if deed.complete else ())),
        time=wait.start + settling_bound(history),
        until=wait.end,
        nodes=(call.node,),
        key=one.key,
        faults=fault_ids(history, wait.start, wait.end),
    )
