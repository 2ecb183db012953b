"""Schedules: which fault, when, for how long; drawn from the seed before anything starts."""

import random
from collections.abc import Sequence

from harness.errors import ZkchaosError
from harness.plan import EvidenceRule, Step
from nemesis.fault import Fault

QUIET_START = 2.0
"""Seconds of undisturbed work before the first fault."""

HEALING = 2.5
"""Seconds that proving and healing usually take; a step that is late only moves the ones after it."""


def generate(
    faults: Sequence[type[Fault]], *, seed: int, time: float, session_timeout: float, tick: float
) -> tuple[Step, ...]:
    """Draw one fault after the other, in rounds in which each fault comes once, until the time is full.

    Raises ZkchaosError when the time does not even hold each fault once.
    """
    draw = random.Random(f"{seed}/schedule")
    steps: list[Step] = []
    at = QUIET_START + draw.uniform(0, 1)
    while faults:
        for fault in draw.sample(list(faults), len(faults)):
            hold = draw.uniform(2.5, 4.0)
            if fault.outlasts_session:
                # Expiry comes at most one tick after the timeout; the successor needs time to show itself.
                hold = session_timeout + 2 * tick + draw.uniform(1.0, 2.5)
            if at + hold + HEALING > time:
                return _complete(steps, faults, time, at + hold + HEALING)
            steps.append(Step(len(steps) + 1, round(at, 3), fault.name, fault.target, round(hold, 3)))
            at += hold + HEALING + draw.uniform(0.5, 1.5)
    return ()


def _complete(
    steps: list[Step], faults: Sequence[type[Fault]], time: float, needed: float
) -> tuple[Step, ...]:
    planned = {step.fault for step in steps}
    missing = [fault.name for fault in faults if fault.name not in planned]
    if missing:
        raise ZkchaosError(
            f"--time {time:g} is too short for {', '.join(missing)}: at least {needed + 1:.0f} s are needed."
        )
    return tuple(steps)


NEEDS_ANOTHER = frozenset({"new-leader-after-each", "writes-overlap-each-fault"})
"""Evidence that only somebody beside the target can give: who takes over, or writes meanwhile."""


def evidence(
    faults: Sequence[type[Fault]], schedule: Sequence[Step], *, servers: int, nodes: int
) -> tuple[EvidenceRule, ...]:
    """What a run with this schedule must have shown: its faults proven, and their effects seen.

    Of each fault one step may be missing: the last one, where earlier ones took longer than planned.
    `servers` and `nodes` (app nodes) say whether anybody is left beside the target of a fault.
    """
    if not schedule:
        return ()
    rules = [EvidenceRule("all-faults-proven")]
    for fault in faults:
        planned = sum(step.fault == fault.name for step in schedule)
        rules.append(EvidenceRule("faults-proven", max(1, planned - 1), of=fault.name))
        alone = (servers if fault.role == "server" else nodes) == 1
        rules += [
            EvidenceRule(rule, of=fault.name)
            for rule in fault.evidence
            if not (alone and rule in NEEDS_ANOTHER)
        ]
    return tuple(rules)
