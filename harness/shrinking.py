"""Shrinking: fewer and shorter faults that still make a run fail, found by running again and again.

Delta debugging over the steps of the schedule (`checkers.witness.reduce`), then shorter holds. Faults meet a
live system by chance, so every candidate is tried several times before it counts as harmless, and how often
the result failed is told with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from checkers.witness import reduce
from harness.plan import Plan, Step
from nemesis.schedule import QUIET_START
from nemesis.script import write_script
from nemesis.selection import parse

SHORTEST = 0.5
"""Seconds: holds are not made shorter."""

MARGIN = 3.0
"""Seconds of work after the last fault."""

Try = Callable[[Plan], frozenset[str]]
"""Runs a plan and returns the names of the guarantees that broke."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a schedule failed."""

    failed: int
    tried: int

    def __str__(self) -> str:
        return f"failed {self.failed} of {self.tried} {'try' if self.tried == 1 else 'tries'}"


@dataclass(slots=True)
class Shrinker:
    """Looks for a smaller schedule that breaks one of the same guarantees as a stored run."""

    plan: Plan
    broken: frozenset[str]
    attempt: Try
    tries: int
    exhausted: Callable[[], bool]
    """Tells whether the budget is used up: no further candidate is tried then."""
    say: Callable[[str], None]
    rates: dict[str, Rate] = field(default_factory=dict)
    """What was tried: the rates of schedules, written as scripts."""

    def shrink(self) -> tuple[Step, ...]:
        """Return the smallest schedule that was seen to fail; the whole one where none smaller was."""
        numbered = [(position,) for position in range(len(self.plan.schedule))]
        kept = reduce(numbered, lambda some: self.fails([self.plan.schedule[i] for (i,) in some]))
        steps = list(tidy([self.plan.schedule[i] for (i,) in kept]))
        for position in range(len(steps)):
            steps = self._shorten(steps, position)
        return tuple(steps)

    def fails(self, steps: Sequence[Step]) -> bool:
        """Try a schedule until it fails, a few times at most; one that was tried is not tried again."""
        candidate = tidy(steps)
        name = write_script(candidate)
        if name not in self.rates:
            if self.exhausted():
                return False
            self.rates[name] = self._measure(candidate, until_failure=True)
        return self.rates[name].failed > 0

    def rate(self, steps: Sequence[Step]) -> Rate:
        """Try a schedule as often as is allowed, and return how often it failed in all."""
        candidate = tidy(steps)
        before = self.rates.get(write_script(candidate), Rate(0, 0))
        if before.tried and self.exhausted():
            return before
        more = self._measure(candidate, until_failure=False, tried=before.tried)
        return Rate(before.failed + more.failed, before.tried + more.tried)

    def _measure(self, candidate: tuple[Step, ...], *, until_failure: bool, tried: int = 0) -> Rate:
        failed = done = 0
        plan = with_steps(self.plan, candidate)
        while tried + done < self.tries and not (done and self.exhausted()):
            failed += bool(self.attempt(plan) & self.broken)
            done += 1
            if failed and until_failure:
                break
        rate = Rate(failed, done)
        self.say(f"{told(candidate)}: {rate}")
        return rate

    def _shorten(self, steps: list[Step], position: int) -> list[Step]:
        """Halve the hold of one step as long as that still fails."""
        while (half := round(steps[position].hold / 2, 2)) >= SHORTEST:
            shorter = msgspec.structs.replace(steps[position], hold=half)
            candidate = list(tidy([*steps[:position], shorter, *steps[position + 1 :]]))
            if not self.fails(candidate):
                break
            steps = candidate
        return steps


def tidy(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Number steps anew and close the gaps that others left, lane by lane; what overlapped still does."""
    if not steps:
        return ()
    ordered = sorted(steps, key=lambda step: step.at)
    # In whole milliseconds, so that tidying what is tidy changes nothing.
    shift, busy_until = _ms(ordered[0].at - QUIET_START), 0
    tidied: list[Step] = []
    for number, step in enumerate(ordered, start=1):
        at = _ms(step.at) - shift
        # Nobody misses time in which nothing is applied, beyond what proof and healing take.
        idle = at - busy_until - _ms(MARGIN)
        if idle > 0 and tidied:
            shift += idle
            at -= idle
        busy_until = max(busy_until, at + _ms(step.hold + parse(step.fault).fault.takes))
        tidied.append(msgspec.structs.replace(step, id=number, at=at / 1000))
    return tuple(tidied)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def with_steps(plan: Plan, steps: Sequence[Step]) -> Plan:
    """Return the plan with a schedule of its own, no longer than that needs."""
    busy: dict[int, float] = {}
    for step in steps:
        began = max(step.at, busy.get(step.lane, 0.0))
        busy[step.lane] = began + step.hold + parse(step.fault).fault.takes
    # How long a step waits for its condition nobody knows.
    waits = any(step.when for step in steps)
    end = plan.time if waits else min(plan.time, round(max(busy.values(), default=0.0) + MARGIN, 1))
    return msgspec.structs.replace(plan, schedule=tuple(steps), time=end)


def told(steps: Sequence[Step]) -> str:
    """Say a schedule in one line."""
    faults = ", ".join(f"{step.fault} for {step.hold:g} s" for step in steps)
    return f"{len(steps)} {'fault' if len(steps) == 1 else 'faults'} ({faults or 'none'})"
