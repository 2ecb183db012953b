"""Hypothesis strategies for schedules, so that a property-based test can generate and shrink them.

    @given(schedules("kill-leader,partition:isolate-leader", most=4))
    def test_my_recipe(chaos, schedule):
        chaos.run("election", schedule=schedule, time=seconds_of(schedule))

Hypothesis is not among what zkchaos installs: `pip install hypothesis`. A run takes half a minute, so such a
test wants few examples, and no deadline.
"""

from collections.abc import Sequence

from hypothesis import strategies as st

from harness.plan import Step
from nemesis.schedule import QUIET_START
from nemesis.selection import Choice, choose, parse

QUIET_END = 3.0
"""Seconds of undisturbed work after the last fault."""


def schedules(
    faults: str,
    *,
    least: int = 1,
    most: int = 5,
    hold: tuple[float, float] = (0.5, 5.0),
    gap: tuple[float, float] = (0.5, 4.0),
) -> st.SearchStrategy[tuple[Step, ...]]:
    """Generate schedules of some faults, named as on the command line, one at a time.

    `hold` and `gap` bound the seconds for which a fault lasts and for which there is none. They shrink to
    fewer faults, those named first, held for less long. Raises ZkchaosError for a name that means nothing.
    """
    choices = choose(faults).choices
    part = st.tuples(st.sampled_from(choices), st.floats(*hold), st.floats(*gap))
    return st.lists(part, min_size=least, max_size=most).map(_schedule)


def seconds_of(schedule: Sequence[Step]) -> float:
    """Return how long a run has to be to hold a schedule (s)."""
    ends = [step.at + step.hold + parse(step.fault).fault.takes for step in schedule]
    return max(ends, default=QUIET_START) + QUIET_END


def _schedule(parts: Sequence[tuple[Choice, float, float]]) -> tuple[Step, ...]:
    steps, at = [], QUIET_START
    for number, (choice, hold, gap) in enumerate(parts, start=1):
        # Tenths of a second are all that anybody can tell apart, and read well.
        length = round(hold, 1)
        steps.append(Step(number, round(at, 1), choice.text, choice.target, length, dict(choice.params)))
        at += length + choice.fault.takes + gap
    return tuple(steps)
