"""Clocks, deadlines, and waiting for something."""

import time
from collections.abc import Callable

import pytest

from harness.clock import SECOND, Clock, Deadline, wait_for
from harness.errors import EnsembleError


def test_the_same_clock_has_no_offset_at_all() -> None:
    clock = Clock.calibrate(time.monotonic_ns)
    assert clock.offset == 0
    before = time.monotonic_ns()
    assert before <= clock.now() <= time.monotonic_ns()


@pytest.mark.parametrize("hours", [-7, -0.01, 0.01, 3])
def test_another_clock_is_followed(hours: float) -> None:
    apart = int(hours * 3600 * SECOND)

    def read_engine() -> int:
        time.sleep(0.002)
        there = time.monotonic_ns() + apart
        time.sleep(0.002)
        return there

    clock = Clock.calibrate(read_engine)
    assert abs(clock.offset - apart) < SECOND // 10
    assert abs(clock.now() - (time.monotonic_ns() + apart)) < SECOND // 10


def test_a_deadline_passes_and_never_goes_below_zero() -> None:
    deadline = Deadline(0.03)
    assert 0 < deadline.left <= 0.03
    assert not deadline.passed
    time.sleep(0.04)
    assert (deadline.left, deadline.passed) == (0.0, True)
    assert Deadline(0).passed


def counted(values: list[object]) -> tuple[Callable[[], object], list[int]]:
    """A condition that gives the values one after the other, and how often it was asked."""
    asked = [0]

    def condition() -> object:
        asked[0] += 1
        return values[min(asked[0], len(values)) - 1]

    return condition, asked


@pytest.mark.parametrize("value", [0, "", [], 7, True])
def test_everything_but_none_and_false_is_an_answer(value: object) -> None:
    condition, asked = counted([None, False, value])
    assert wait_for(condition, within=5, what="it comes", every=0.001) == value
    assert asked == [3]


def test_what_does_not_come_is_named() -> None:
    began = time.monotonic()
    with pytest.raises(EnsembleError, match=r"^zk1 serves clients: not within 0\.05 s\.$"):
        wait_for(lambda: None, within=0.05, what="zk1 serves clients", every=0.01)
    assert 0.05 <= time.monotonic() - began < 2


def test_a_time_of_zero_still_asks_once() -> None:
    condition, asked = counted([None])
    with pytest.raises(EnsembleError):
        wait_for(condition, within=0, what="it comes")
    assert asked == [1]


def test_waiting_ends_when_somebody_says_so() -> None:
    condition, asked = counted([None])
    with pytest.raises(EnsembleError, match=r"^stopped while waiting until it comes\.$"):
        wait_for(condition, within=60, what="it comes", every=0.001, stop=lambda: asked[0] == 3)
    assert asked == [3]


def test_an_answer_counts_even_when_the_end_was_asked_for() -> None:
    assert wait_for(lambda: 5, within=1, what="it comes", stop=lambda: True) == 5
