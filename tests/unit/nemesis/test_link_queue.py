"""The program that holds packets: when each leaves, in which order, and what it counts."""

import random
from statistics import mean

import pytest

from nemesis.agents.link_queue import Line, Wait


class Packet:
    """Notes when it was let go."""

    def __init__(self, name: int, gone: list[int]):
        self.name = name
        self._gone = gone

    def accept(self) -> None:
        self._gone.append(self.name)


def line(wait: Wait, *, kept: bool = True, share: float = 1) -> Line:
    return Line(wait, kept=kept, share=share, draw=random.Random(1))


def wait(seconds: float, jitter: float = 0, distribution: str = "uniform") -> Wait:
    return Wait(seconds, jitter, distribution, random.Random(1))


def feed(line: Line, count: int, every: float) -> list[int]:
    gone: list[int] = []
    for number in range(count):
        line.take(Packet(number, gone), number * every)
        line.release(number * every)
    return gone


def test_a_packet_leaves_when_its_time_has_come_and_not_before() -> None:
    held = line(wait(0.2))
    gone: list[int] = []
    held.take(Packet(1, gone), 10.0)
    assert held.due == 10.2
    held.release(10.199)
    assert gone == []
    assert len(held) == 1
    held.release(10.2)
    assert gone == [1]
    assert held.due == float("inf")
    assert (held.packets, held.delayed, held.reordered) == (1, 1, 0)


def test_without_a_delay_packets_pass_at_once() -> None:
    held = line(wait(0))
    assert feed(held, 100, 0.001) == list(range(100))
    assert (held.packets, held.delayed, held.longest) == (100, 0, 0)


@pytest.mark.parametrize("distribution", ["uniform", "normal", "pareto"])
def test_jitter_with_the_order_kept_never_swaps_two(distribution: str) -> None:
    held = line(wait(0.05, 0.05, distribution))
    gone = feed(held, 500, 0.001)
    held.release(float("inf"))
    gone_before = len(gone)
    assert gone == list(range(500))[:gone_before]
    assert held.reordered == 0
    assert held.delayed > 450


def test_a_line_that_keeps_no_order_counts_who_was_overtaken() -> None:
    held = line(wait(0.05, 0.05), kept=False)
    gone = feed(held, 500, 0.001)
    overtaken = sum(1 for place, name in enumerate(gone) if any(name < earlier for earlier in gone[:place]))
    assert held.reordered == overtaken > 50


def test_only_a_share_is_held_back() -> None:
    held = line(wait(0.02), kept=False, share=0.25)
    feed(held, 2000, 0.001)
    assert 400 < held.delayed < 600
    assert held.reordered > 350


def test_at_the_end_everything_leaves_in_order() -> None:
    held = line(wait(60))
    gone: list[int] = []
    for number in range(10):
        held.take(Packet(number, gone), number)
    assert held.longest == 10
    held.release(float("inf"))
    assert gone == list(range(10))


@pytest.mark.parametrize("distribution", ["uniform", "normal", "pareto"])
def test_jitter_spreads_around_the_delay(distribution: str) -> None:
    waits = wait(1.0, 0.2, distribution)
    drawn = [waits.next() for _ in range(20_000)]
    assert mean(drawn) == pytest.approx(1.0, abs=0.01)
    assert min(drawn) >= 0
    assert (max(drawn) > 1.2) == (distribution != "uniform")


def test_no_wait_is_negative() -> None:
    waits = wait(0.1, 0.1, "normal")
    assert min(waits.next() for _ in range(1000)) == 0
