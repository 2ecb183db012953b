"""Schedules: every fault in turn, everything inside the time, nothing left to chance but the seed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ZkchaosError
from harness.plan import Step
from nemesis.catalogue import FAULTS
from nemesis.fault import Fault
from nemesis.schedule import QUIET_START, evidence, generate

some_faults = st.lists(st.sampled_from(list(FAULTS.values())), min_size=1, max_size=4, unique=True)


def drawn(faults: list[type[Fault]], seed: int, time: float, timeout: float = 4.0) -> tuple[Step, ...]:
    return generate(faults, seed=seed, time=time, session_timeout=timeout, tick=0.5)


@given(some_faults, st.integers(), st.floats(90, 600), st.floats(1, 10))
def test_every_step_fits_into_the_time(
    faults: list[type[Fault]], seed: int, time: float, timeout: float
) -> None:
    steps = drawn(faults, seed, time, timeout)
    assert [step.id for step in steps] == list(range(1, len(steps) + 1))
    free = QUIET_START
    for step in steps:
        assert step.at >= free, "a step begins before the one ahead of it is over"
        assert step.hold > 0
        free = step.at + step.hold
        if FAULTS[step.fault].outlasts_session:
            assert step.hold > timeout + 0.5, "the session is still alive when the fault is healed"
        assert step.target == FAULTS[step.fault].target
    assert free <= time
    assert {step.fault for step in steps} == {fault.name for fault in faults}


@given(some_faults, st.integers(), st.floats(90, 500))
def test_the_faults_come_in_rounds(faults: list[type[Fault]], seed: int, time: float) -> None:
    names = [step.fault for step in drawn(faults, seed, time)]
    for begin in range(0, len(names), len(faults)):
        round_of = names[begin : begin + len(faults)]
        assert len(set(round_of)) == len(round_of)


@given(some_faults, st.integers())
def test_a_longer_time_only_adds_steps(faults: list[type[Fault]], seed: int) -> None:
    short, long = drawn(faults, seed, 100), drawn(faults, seed, 300)
    assert long[: len(short)] == short
    assert len(long) > len(short)


@given(some_faults, st.integers(0, 2**31))
def test_too_short_a_time_names_what_is_missing_and_the_seconds_that_do(
    faults: list[type[Fault]], seed: int
) -> None:
    with pytest.raises(ZkchaosError) as caught:
        drawn(faults, seed, 3)
    said = re.fullmatch(r"--time 3 is too short for (.+): at least (\d+) s are needed\.", str(caught.value))
    assert said is not None
    assert set(said[1].split(", ")) == {fault.name for fault in faults}
    if len(faults) == 1:
        assert len(drawn(faults, seed, int(said[2]))) >= 1


def test_without_faults_there_is_nothing_to_play_and_nothing_to_prove() -> None:
    assert drawn([], 7, 5) == ()
    assert evidence([], (), servers=3, nodes=5) == ()


def steps_of(fault: type[Fault], number: int) -> tuple[Step, ...]:
    return tuple(Step(i + 1, 0.0, fault.name, fault.target, 1.0) for i in range(number))


@pytest.mark.parametrize(("planned", "owed"), [(1, 1), (2, 1), (3, 2), (12, 11)])
def test_all_but_one_of_a_fault_s_steps_have_to_be_proven(planned: int, owed: int) -> None:
    fault = FAULTS["kill-leader"]
    rules = evidence([fault], steps_of(fault, planned), servers=3, nodes=5)
    (rule,) = (rule for rule in rules if rule.rule == "faults-proven")
    assert (rule.at_least, rule.of) == (owed, "kill-leader")


@pytest.mark.parametrize(("servers", "nodes"), [(3, 5), (1, 5), (3, 1), (1, 1)])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_nobody_has_to_stand_in_for_the_only_one(fault: type[Fault], servers: int, nodes: int) -> None:
    rules = evidence([fault], steps_of(fault, 2), servers=servers, nodes=nodes)
    owed = {rule.rule for rule in rules if rule.of == fault.name}
    alone = {"server": servers, "app": nodes}[fault.role] == 1
    assert owed == {"faults-proven"} | (set() if alone else set(fault.evidence))
    assert "all-faults-proven" in {rule.rule for rule in rules}
