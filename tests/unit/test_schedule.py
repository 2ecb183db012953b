"""Schedules: every fault in turn, everything inside the time, nothing left to chance but the seed."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ZkchaosError
from harness.plan import Step
from nemesis.rhythm import Rhythm
from nemesis.schedule import QUIET_START, STEADY, Length, evidence, generate
from nemesis.selection import choose, parse
from nemesis.targets import is_app

NAMES = ["kill-leader", "kill-holder", "pause-holder", "pause-follower", "expire-holder", "kill-all"]

some_faults = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)


def drawn(
    names: list[str], seed: int, time: float, timeout: float = 4.0, rhythm: Rhythm = STEADY
) -> tuple[Step, ...]:
    choices = choose(",".join(names)).choices
    return generate(choices, seed=seed, length=Length(time, timeout, 0.5), rhythm=rhythm)


@given(some_faults, st.integers(), st.floats(90, 600), st.floats(1, 10), st.integers(1, 3))
def test_every_step_fits_into_the_time(
    names: list[str], seed: int, time: float, timeout: float, lanes: int
) -> None:
    steps = drawn(names, seed, time, timeout, Rhythm(lanes=lanes))
    assert [step.id for step in steps] == list(range(1, len(steps) + 1))
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert {step.lane for step in steps} == set(range(lanes))
    free = dict.fromkeys(range(lanes), QUIET_START)
    for step in steps:
        choice = parse(step.fault)
        assert step.at >= free[step.lane], "a step begins before the one ahead of it is over"
        assert step.hold > 0
        free[step.lane] = step.at + step.hold
        if choice.fault.outlasts_session(choice.target):
            assert step.hold > timeout + 0.5, "the session is still alive when the fault is healed"
        assert (step.target, step.params) == (choice.target, choice.params)
    assert max(free.values()) <= time
    assert {step.fault for step in steps} == set(names)


@given(some_faults, st.integers(), st.floats(90, 500))
def test_the_faults_come_in_rounds(names: list[str], seed: int, time: float) -> None:
    played = [step.fault for step in drawn(names, seed, time)]
    for begin in range(0, len(played), len(names)):
        round_of = played[begin : begin + len(names)]
        assert len(set(round_of)) == len(round_of)


@given(some_faults, st.integers())
def test_a_longer_time_only_adds_steps(names: list[str], seed: int) -> None:
    short, long = drawn(names, seed, 100), drawn(names, seed, 300)
    assert long[: len(short)] == short
    assert len(long) > len(short)


@given(st.integers(), st.floats(6, 20), st.floats(1, 8))
def test_a_rhythm_says_how_often_and_for_how_long(seed: int, every: float, hold: float) -> None:
    steps = drawn(["kill-leader", "pause-holder"], seed, 200, rhythm=Rhythm(every=every, hold=hold))
    assert {step.hold for step in steps} == {round(hold, 3)}
    for before, after in pairwise(steps):
        assert after.at - before.at >= every - 0.002


def test_lanes_are_drawn_apart() -> None:
    steps = drawn(NAMES, 7, 200, rhythm=Rhythm(lanes=2))
    first, second = ([step.fault for step in steps if step.lane == lane] for lane in (0, 1))
    assert first != second


@given(some_faults, st.integers(0, 2**31))
def test_too_short_a_time_names_what_is_missing_and_the_seconds_that_do(names: list[str], seed: int) -> None:
    with pytest.raises(ZkchaosError) as caught:
        drawn(names, seed, 3)
    said = re.fullmatch(r"--time 3 is too short for (.+): at least (\d+) s are needed\.", str(caught.value))
    assert said is not None
    assert set(said[1].split(", ")) == set(names)
    if len(names) == 1:
        assert len(drawn(names, seed, int(said[2]))) >= 1


def test_what_came_with_a_family_may_be_missing_but_not_all_of_it() -> None:
    assert drawn(["process:"], 7, 12)
    with pytest.raises(ZkchaosError, match="too short for any of these faults"):
        drawn(["process:"], 7, 3)


def test_without_faults_there_is_nothing_to_play_and_nothing_to_prove() -> None:
    assert drawn([], 7, 5) == ()
    assert evidence((), servers=3, nodes=5) == ()


def steps_of(name: str, number: int, lanes: int = 1) -> tuple[Step, ...]:
    return tuple(Step(i + 1, 0.0, name, parse(name).target, 1.0, {}, i % lanes) for i in range(number))


@pytest.mark.parametrize(("planned", "owed"), [(1, 1), (2, 1), (3, 2), (12, 11)])
def test_all_but_one_of_a_fault_s_steps_have_to_be_proven(planned: int, owed: int) -> None:
    rules = evidence(steps_of("kill-leader", planned), servers=3, nodes=5)
    (rule,) = (rule for rule in rules if rule.rule == "faults-proven" and rule.of)
    assert (rule.at_least, rule.of) == (owed, "kill-leader")


def test_of_what_came_with_a_family_half_may_be_missing() -> None:
    schedule = steps_of("kill-leader", 3) + steps_of("pause-leader", 4)
    rules = evidence(schedule, servers=3, nodes=5, optional={"kill-leader", "pause-leader"})
    assert [(rule.at_least, rule.of) for rule in rules if rule.rule == "faults-proven"] == [(3, "")]
    owed = [rule for rule in rules if rule.of]
    assert owed
    assert all(rule.if_any for rule in owed)


@pytest.mark.parametrize(("servers", "nodes"), [(3, 5), (1, 5), (3, 1), (1, 1)])
@pytest.mark.parametrize("name", NAMES)
def test_nobody_has_to_stand_in_for_the_only_one(name: str, servers: int, nodes: int) -> None:
    choice = parse(name)
    rules = evidence(steps_of(name, 2), servers=servers, nodes=nodes)
    owed = {rule.rule for rule in rules if rule.of == name}
    alone = (nodes if is_app(choice.target) else servers) == 1
    assert owed == {"faults-proven"} | (set() if alone else set(choice.fault.owes(choice.target)))
    assert "all-faults-proven" in {rule.rule for rule in rules}


def test_what_overlaps_owes_nothing_but_its_proofs() -> None:
    rules = {rule.rule for rule in evidence(steps_of("kill-leader", 4, lanes=2), servers=3, nodes=5)}
    assert rules == {"all-faults-proven", "faults-proven"}


def test_an_exact_schedule_owes_all_of_its_steps() -> None:
    rules = evidence(steps_of("kill-leader", 3), servers=3, nodes=5, exact=True)
    assert [rule.at_least for rule in rules if rule.of and rule.rule == "faults-proven"] == [3]


@pytest.mark.parametrize(("expiry", "owed"), [(0.5, True), (1.5, False)])
def test_who_is_back_before_the_session_is_gone_needs_no_successor(expiry: float, *, owed: bool) -> None:
    rules = {rule.rule for rule in evidence(steps_of("pause-holder", 2), servers=3, nodes=5, expiry=expiry)}
    assert ("new-leader-after-each" in rules) is owed
    assert "writes-overlap-each-fault" in rules


def test_a_leader_s_kill_owes_a_successor_and_a_whole_ensemble_s_none() -> None:
    assert "new-leader-after-each" in parse("kill-leader").fault.owes("leader")
    assert parse("kill-all").fault.owes("all") == ()
