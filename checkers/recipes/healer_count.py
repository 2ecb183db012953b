"""An auto-healer keeps the number of workers that was asked for: in quiet times each slot has one.

The number is right when every slot has exactly one living worker, so each slot is judged by itself: what
happens to the others neither helps it nor gives it more time. It may lack a worker, or have two, no longer
than the settling bound of the plan, which holds the time that the start of a process takes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from checkers.conclusion import conclude
from checkers.context import Span, fault_ids, plan_of
from checkers.intervals import gaps_between, overlapping
from checkers.recipes.quiet import settling_bound, steady
from checkers.recipes.vacancies import percentiles
from checkers.recipes.worker_lives import WorkerLife, worker_lives
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import count, moment, stretch
from harness.history import History

NAME = "healer-count"


@guarantee(NAME, "In quiet times the healer restores the number of workers, and never has more for long.")
def healer_count(history: History) -> Result:
    """Judge every slot in every quiet time that is longer than the bound.

    `checked` counts the workers, and the quiet times that were judged.
    """
    slots, lives = _slots(history), worker_lives(history)
    times = _judged(history) if slots and lives else []
    by_slot: dict[int, list[WorkerLife]] = defaultdict(list)
    for life in lives:
        by_slot[life.slot].append(life)
    took = [later.start - early.end for rows in by_slot.values() for early, later in pairwise(rows)]
    return conclude(
        NAME,
        held=(
            f"{count(slots, 'slot')}, {count(len(lives), 'worker')} that came and {len(took):,} that were "
            f"replaced: in {count(len(times), 'quiet time')} no slot lacked its worker, or had two of them, "
            f"for longer than {stretch(settling_bound(history)) if times else 'allowed'}."
        ),
        checked=len(lives) + len(times) if times else 0,
        violations=[
            found
            for time in times
            for slot in sorted({*range(slots), *by_slot})
            for found in _judge(history, slot, by_slot[slot], time, wanted=slot < slots)
        ],
        missing=_missing(slots, lives, times, took),
        measures={"workers": len(lives), "replaced_within": percentiles(max(t, 0) for t in took)},
    )


def _missing(slots: int, lives: list[WorkerLife], times: list[Span], took: list[int]) -> list[str]:
    if not slots:
        return ["The plan does not say how many workers there have to be."]
    if not lives:
        return ["No worker ever started, so there was nothing to judge."]
    if not times:
        return ["There was no quiet time that was longer than the bound."]
    return [] if took else ["No worker was ever replaced, so there was nothing to restore."]


def _slots(history: History) -> int:
    plan = plan_of(history)
    workers = plan.params.get("workers", 0) if plan else 0
    return int(workers) if isinstance(workers, int | float) else 0


def _judged(history: History) -> list[Span]:
    """Return the quiet times, under one ZooKeeper leader, that are longer than the bound."""
    bound = settling_bound(history)
    return [time for time in steady(history) if time.end - time.start > bound]


def _judge(
    history: History, slot: int, lives: list[WorkerLife], time: Span, *, wanted: bool
) -> Iterator[Violation]:
    bound = settling_bound(history)
    for gap in gaps_between(lives, time.start, time.end) if wanted else ():
        if gap.end - gap.start > bound:
            yield _too_few(history, slot, lives, gap)
    for both, span in _too_many(lives, time, wanted=wanted):
        if span.end - span.start > bound:
            yield _violation_of_many(history, slot, both, span)


def _too_many(
    lives: Iterable[WorkerLife], time: Span, *, wanted: bool
) -> Iterator[tuple[tuple[WorkerLife, ...], Span]]:
    """Yield who was there beside another one, or at all where nobody was wanted, and when."""
    groups = overlapping(lives, touching=False) if wanted else ((life,) for life in lives)
    for group in groups:
        start = max(time.start, *(life.start for life in group))
        end = min(time.end, *(life.end for life in group))
        yield group, Span(start, end)


def _too_few(history: History, slot: int, lives: list[WorkerLife], gap: Span) -> Violation:
    before = max((life for life in lives if life.end <= gap.start), key=lambda life: life.end, default=None)
    last = "it never had one" if before is None else f"the last one, on {before.node}, had ended"
    if before is not None:
        last += f" at {moment(history, before.end)}"
    return Violation(
        kind="too-few",
        sentence=(
            f"Slot {slot} had no worker for {stretch(gap.end - gap.start)} without any fault from "
            f"{moment(history, gap.start)} on ({last}); {stretch(settling_bound(history))} were allowed."
        ),
        witness=() if before is None else tuple(i for i in (before.began, before.ended) if i is not None),
        time=gap.start + settling_bound(history),
        until=gap.end,
        nodes=() if before is None else (before.node,),
        key=str(slot),
        faults=fault_ids(history, gap.start, gap.end),
    )


def _violation_of_many(history: History, slot: int, group: tuple[WorkerLife, ...], span: Span) -> Violation:
    who = " and ".join(f"{life.node} (generation {life.generation})" for life in group)
    what = (
        f"had two workers at once, on {who},"
        if len(group) > 1
        else f"is not wanted, and had a worker on {who}"
    )
    return Violation(
        kind="too-many",
        sentence=(
            f"Slot {slot} {what} for {stretch(span.end - span.start)} without any fault from "
            f"{moment(history, span.start)} on; {stretch(settling_bound(history))} were allowed."
        ),
        witness=tuple(life.began for life in group),
        time=span.start + settling_bound(history),
        until=span.end,
        nodes=tuple(dict.fromkeys(life.node for life in group)),
        key=str(slot),
        faults=fault_ids(history, span.start, span.end),
    )
