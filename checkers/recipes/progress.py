"""Nobody waits for what nobody holds: a lock is granted, and a leader found, as soon as things are quiet.

What breaks it is a node in line that nobody minds, such as an orphan of a lost answer, a watch that never
fires, or a deadlock.
"""

from dataclasses import dataclass
from typing import Any

from checkers.conclusion import conclude
from checkers.context import Span, fault_ids, plan_of, program_ends
from checkers.intervals import Interval, gaps_between
from checkers.recipes.holdings import Holding, holdings, leaderships
from checkers.recipes.places import Place, first_place
from checkers.recipes.quiet import settling_bound, steady
from checkers.recipes.vacancies import percentiles
from checkers.recipes.waits import Wait, waits
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import count, listed, moment, stretch
from harness.history import History

NAME = "progress"


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A stretch of quiet time in which nobody held something, and who wanted it meanwhile."""

    span: Span
    waiting: tuple[Wait, ...]
    """All of them for the same."""
    wanted: int
    """For how long (ns) of it at least one waited."""


@guarantee(NAME, "In quiet times nobody waits long for what nobody holds.")
def progress(history: History) -> Result:
    """Judge every lock and election in every quiet stretch; `checked` counts the waits in them.

    Broken when, within one stretch without faults and without a holder, others waited for longer than
    everything may take to settle.
    """
    plan = plan_of(history)
    if plan is None:
        missing = "The plan is missing, so nobody knows how long waiting may take."
        return conclude(NAME, held="", checked=0, missing=[missing])
    bound, times, everybody = settling_bound(history), steady(history), waits(history)
    long = [span for span in times if span.end - span.start > bound]
    judged = [w for w in everybody if any(w.start < span.end and span.start < w.end for span in long)]
    found = vacancies_in(history, times, everybody, bound)
    longest = max((vacancy.wanted for vacancy in found), default=0)
    return conclude(
        NAME,
        held=(
            f"{count(len(judged), 'wait')} in {count(len(long), 'quiet stretch', 'quiet stretches')}, never "
            f"more than {stretch(longest)} for what nobody held; {stretch(bound)} were allowed."
        ),
        checked=len(judged),
        violations=[_violation(history, vacancy) for vacancy in found if vacancy.wanted > bound],
        missing=_missing(judged, long, bound),
        measures={"longest_vacant_and_wanted": longest / 1e9, "waited": _waited(everybody)},
    )


def vacancies_in(history: History, times: list[Span], everybody: list[Wait], bound: int) -> list[Vacancy]:
    """Return who waited in the given times while nobody held what was wanted, the longest vacancies first.

    All that were wanted for longer than `bound` (ns) are among them, and the one wanted for longest.
    """
    held: dict[str, list[Interval]] = {}
    deaths = _deaths(history)
    for one in sorted([*history.derive(holdings), *history.derive(leaderships)], key=lambda one: one.start):
        held.setdefault(one.resource, []).append(_as_long_as_it_may_have_held(history, one, deaths))
    wanted: dict[str, list[Wait]] = {}
    for wait in everybody:
        wanted.setdefault(wait.resource, []).append(wait)
    gaps = [
        (gap, rows)
        for resource, rows in wanted.items()
        for span in times
        for gap in gaps_between(held.get(resource, []), span.start, span.end)
    ]
    found: list[Vacancy] = []
    longest = 0
    for gap, rows in sorted(gaps, key=lambda pair: pair[0].start - pair[0].end):
        # Nothing is wanted for longer than it is vacant.
        if gap.end - gap.start <= min(longest, bound):
            break
        found.append(_vacancy(gap, rows))
        longest = max(longest, found[-1].wanted)
    return found


def _as_long_as_it_may_have_held(history: History, one: Holding, deaths: dict[str, list[int]]) -> Interval:
    """Return for how long somebody may have held: who fell silent held on until its program ended."""
    if not one.open:
        return one
    ends = (time for time in deaths.get(one.node, ()) if time >= one.end)
    return Span(one.start, min(ends, default=history.end))


def _deaths(history: History) -> dict[str, list[int]]:
    """Return by node when (ns) its programs ended."""
    found: dict[str, list[int]] = {}
    for event in history.derive(program_ends):
        found.setdefault(event.node, []).append(event.time)
    return found


def _vacancy(gap: Span, everybody: list[Wait]) -> Vacancy:
    waiting = tuple(wait for wait in everybody if wait.start < gap.end and gap.start < wait.end)
    idle = sum(free.end - free.start for free in gaps_between(waiting, gap.start, gap.end))
    return Vacancy(gap, waiting, gap.end - gap.start - idle)


def _waited(everybody: list[Wait]) -> dict[str, Any]:
    """Return for how long those waited who got the lock that they wanted, in seconds."""
    return percentiles(wait.end - wait.start for wait in everybody if wait.granted)


def _missing(judged: list[Wait], long: list[Span], bound: int) -> list[str]:
    if not long:
        return [f"It was never quiet for more than {stretch(bound)}, so nobody can be seen to wait."]
    return [] if judged else ["Nobody waited in quiet times, so there was nothing to judge."]


def _violation(history: History, vacancy: Vacancy) -> Violation:
    span, waiting = vacancy.span, vacancy.waiting
    longest = max(waiting, key=lambda wait: min(wait.end, span.end) - max(wait.start, span.start))
    place = first_place(history, longest.resource, span)
    return Violation(
        kind="blocked" if place is None else "blocked-line",
        sentence=_sentence(history, vacancy, longest, place),
        witness=tuple(sorted({longest.began, *(place.events if place else ())})),
        time=span.start,
        until=span.end,
        nodes=tuple(dict.fromkeys(wait.node for wait in waiting)),
        key=longest.resource,
        faults=fault_ids(history, span.start, span.end),
    )


def _sentence(history: History, vacancy: Vacancy, one: Wait, place: Place | None) -> str:
    span = vacancy.span
    since, until = moment(history, span.start), moment(history, span.end)
    who = listed(sorted({wait.node for wait in vacancy.waiting}))
    return (
        f"Nobody {one.contest.held(one.resource)} from {since} to {until}, when no fault was applied, though "
        f"{who} waited for it for {stretch(vacancy.wanted)}{'; ' + place.story if place else ''}."
    )
