"""Shrinking finds the few faults that matter, within its tries and its budget."""

from collections.abc import Callable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from harness.plan import Plan, Step
from harness.planner import Wish, make_plan
from harness.shrinking import MARGIN, Rate, Shrinker, tidy, with_steps
from nemesis.schedule import QUIET_START

NAMES = ["kill-leader", "pause-leader", "kill-holder", "pause-holder", "expire-holder", "kill-all"]


def steps_of(*names: str, hold: float = 4.0) -> tuple[Step, ...]:
    return tuple(Step(i + 1, 3.0 + 8 * i, name, name.partition("-")[2], hold) for i, name in enumerate(names))


def plan_with(steps: tuple[Step, ...]) -> Plan:
    return msgspec.structs.replace(make_plan(Wish(image="x", time=200)), schedule=steps)


class Fake:
    """A system that breaks under some schedules."""

    def __init__(
        self, steps: tuple[Step, ...], breaks: Callable[[Plan], bool], tries: int = 1, budget: int = 999
    ):
        self.plans: list[Plan] = []
        self.said: list[str] = []
        self._breaks = breaks
        self.shrinker = Shrinker(
            plan_with(steps),
            frozenset({"single-leader"}),
            self._attempt,
            tries,
            lambda: len(self.plans) >= budget,
            self.said.append,
        )

    def _attempt(self, plan: Plan) -> frozenset[str]:
        self.plans.append(plan)
        return frozenset({"single-leader", "recovery"} if self._breaks(plan) else {"recovery"})


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=9), st.data())
def test_only_the_faults_that_matter_are_left(names: list[str], data: st.DataObject) -> None:
    guilty = data.draw(st.sets(st.sampled_from(names), min_size=1, max_size=2))
    fake = Fake(steps_of(*names), lambda plan: guilty <= {step.fault for step in plan.schedule})
    left = fake.shrinker.shrink()
    assert sorted({step.fault for step in left}) == sorted(guilty)
    assert len(left) == len(guilty)
    # Held for as short as is allowed: it did not matter.
    assert all(step.hold <= 1 for step in left)


def test_a_hold_that_matters_stays() -> None:
    fake = Fake(steps_of("pause-holder", hold=8.0), lambda plan: plan.schedule[0].hold > 3)
    assert [step.hold for step in fake.shrinker.shrink()] == [4.0]


def test_another_guarantee_s_violation_is_not_the_one() -> None:
    fake = Fake(steps_of("kill-leader", "kill-all"), lambda _: False)
    assert [step.fault for step in fake.shrinker.shrink()] == ["kill-leader", "kill-all"]


def test_what_fails_now_and_then_is_tried_again() -> None:
    count = iter(range(10**6))
    fake = Fake(steps_of("kill-leader", "kill-all"), lambda _: next(count) % 3 == 2, tries=3)
    left = fake.shrinker.shrink()
    assert len(left) == 1
    assert fake.shrinker.rate(left).failed >= 1


def test_the_budget_ends_the_search_with_what_was_seen_to_fail() -> None:
    fake = Fake(steps_of(*NAMES), lambda plan: "kill-all" in {s.fault for s in plan.schedule}, budget=1)
    left = fake.shrinker.shrink()
    assert len(fake.plans) == 1
    assert "kill-all" in {step.fault for step in left}


def test_the_rate_counts_all_tries() -> None:
    fake = Fake(steps_of("kill-leader"), lambda _: True, tries=4)
    assert fake.shrinker.rate(steps_of("kill-leader")) == Rate(4, 4)
    assert str(Rate(4, 4)) == "failed 4 of 4 tries"
    assert fake.said == ["1 fault (kill-leader for 4 s): failed 4 of 4 tries"]


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0.5, 20), st.integers(0, 2)), max_size=8))
def test_tidying_closes_gaps_and_keeps_the_order(parts: list[tuple[float, float, int]]) -> None:
    steps = [Step(9, at, "kill-leader", "leader", hold, {}, lane) for at, hold, lane in parts]
    tidied = tidy(steps)
    assert [step.id for step in tidied] == list(range(1, len(steps) + 1))
    assert sorted(step.hold for step in tidied) == sorted(step.hold for step in steps)
    assert [step.at for step in tidied] == sorted(step.at for step in tidied)
    busy = QUIET_START
    for step in tidied:
        assert step.at <= busy + MARGIN + 0.01
        busy = max(busy, step.at + step.hold + 2.5)
    assert tidy(tidied) == tidied
    assert with_steps(plan_with(()), tidied).time <= 200
