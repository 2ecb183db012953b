"""Schedules: which fault, when, for how long; drawn from the seed before anything starts."""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from harness.errors import ZkchaosError
from harness.plan import EvidenceRule, Step
from nemesis.rhythm import Rhythm
from nemesis.selection import Choice, parse
from nemesis.targets import is_app

QUIET_START = 2.0
"""Seconds of undisturbed work before the first fault."""

HOLD = (2.5, 4.0)
"""Seconds for which a fault is held, where nobody says how long."""

STEADY = Rhythm()


@dataclass(frozen=True, slots=True)
class Length:
    """The lengths that a schedule depends on, in seconds."""

    time: float
    session_timeout: float
    tick: float


def generate(
    choices: Sequence[Choice], *, seed: int, length: Length, rhythm: Rhythm = STEADY
) -> tuple[Step, ...]:
    """Draw the faults of each lane, in rounds in which each fault comes once, until the time is full.

    Raises ZkchaosError when the time does not even hold each fault once that was asked for by its name.
    """
    steps: list[Step] = []
    short = 0.0
    for lane in range(rhythm.lanes if choices else 0):
        drawn, needed = _lane(choices, lane, random.Random(f"{seed}/schedule/{lane}"), length, rhythm)
        steps += drawn
        short = max(short, needed)
    planned = {step.fault for step in steps}
    missing = [choice.text for choice in choices if choice.text not in planned and not choice.optional]
    if missing or (choices and not steps):
        raise ZkchaosError(
            f"--time {length.time:g} is too short for {', '.join(missing) or 'any of these faults'}: "
            f"at least {short + 1:.0f} s are needed."
        )
    steps.sort(key=lambda step: (step.at, step.lane))
    return tuple(_numbered(steps))


def _numbered(steps: Sequence[Step]) -> list[Step]:
    return [
        Step(number, step.at, step.fault, step.target, step.hold, step.params, step.lane)
        for number, step in enumerate(steps, start=1)
    ]


def _lane(
    choices: Sequence[Choice], lane: int, draw: random.Random, length: Length, rhythm: Rhythm
) -> tuple[list[Step], float]:
    """Return the steps of one lane, and by when the one that did not fit any more would have ended."""
    steps: list[Step] = []
    at = QUIET_START + draw.uniform(0, 1) + lane * draw.uniform(*rhythm.gap)
    # Whoever was asked for by name comes in time, however many a family brings along.
    ahead = sorted(draw.sample(list(choices), len(choices)), key=lambda choice: choice.optional)
    while True:
        for choice in ahead:
            hold = _hold(choice, draw, length, rhythm)
            end = at + hold + choice.fault.takes
            if end > length.time:
                return steps, end
            steps.append(
                Step(0, round(at, 3), choice.text, choice.target, round(hold, 3), dict(choice.params), lane)
            )
            at = max(end + draw.uniform(*rhythm.gap), at + rhythm.every)
        ahead = draw.sample(list(choices), len(choices))


def _hold(choice: Choice, draw: random.Random, length: Length, rhythm: Rhythm) -> float:
    drawn = draw.uniform(*HOLD)
    if rhythm.hold:
        return rhythm.hold
    if choice.fault.outlasts_session(choice.target):
        # Expiry comes at most one tick after the timeout; the successor needs time to show itself.
        return length.session_timeout + 2 * length.tick + draw.uniform(1.0, 2.5)
    return drawn


SUCCESSION = "new-leader-after-each"

NEEDS_ANOTHER = frozenset({SUCCESSION, "writes-overlap-each-fault"})
"""Evidence that only somebody beside the target can give: who takes over, or writes meanwhile."""


def evidence(
    schedule: Sequence[Step],
    *,
    servers: int,
    nodes: int,
    optional: Collection[str] = (),
    exact: bool = False,
    expiry: float = 0.0,
) -> tuple[EvidenceRule, ...]:
    """What a run with this schedule must have shown: its faults proven, and their effects seen.

    Of each fault one step may be missing, unless the schedule is `exact`: the last one, where earlier ones
    took longer than planned. Of the `optional` faults, those that came with a family or a preset, half may be
    missing, whichever they are; and so of all faults where lanes go side by side and have to wait for each
    other. There the effects of one fault cannot be told from those of another, and are not asked for.
    `servers` and `nodes` (app nodes) say whether anybody is left beside the target of a fault, `expiry` how
    many seconds a fault has to last before its target's session is gone and somebody else takes over.
    """
    if not schedule:
        return ()
    alone_in_time = len({step.lane for step in schedule}) == 1
    rules = [
        EvidenceRule("all-faults-proven"),
        EvidenceRule("faults-proven", max(1, len(schedule) // 2)),
    ]
    for text, planned in Counter(step.fault for step in schedule).items() if alone_in_time else ():
        choice = parse(text)
        if text not in optional:
            rules.append(EvidenceRule("faults-proven", max(1, planned - (not exact)), of=text))
        alone = (nodes if is_app(choice.target) else servers) == 1
        held = min(step.hold for step in schedule if step.fault == text)
        short = choice.fault.outlasts_session(choice.target) and held < expiry
        rules += [
            EvidenceRule(rule, of=text, if_any=text in optional)
            for rule in choice.fault.owes(choice.target)
            if not (alone and rule in NEEDS_ANOTHER) and not (short and rule == SUCCESSION)
        ]
    return tuple(rules)
