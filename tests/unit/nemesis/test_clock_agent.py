"""The program that keeps moving a clock, and rates that nobody could tell from the true one."""

import time
from pathlib import Path

import pytest

from harness.errors import ZkchaosError
from harness.planner import Wish, make_plan
from nemesis.agents.wall_clock import STEP, offsets, write


def test_a_strobe_is_ahead_and_right_by_turns() -> None:
    offset, every = offsets(["strobe", "30", "50"])
    assert [offset(step) for step in range(4)] == [30, 0, 30, 0]
    assert every == 0.05


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_a_drift_grows_with_the_true_time(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    offset, every = offsets(["drift", str(factor)])
    assert every == STEP
    assert offset(0) == 0
    now = 110.0
    assert offset(1) == pytest.approx((factor - 1) * 10)


def test_other_words_are_refused() -> None:
    with pytest.raises(SystemExit, match="FILE drift FACTOR"):
        offsets(["drift"])


def test_an_offset_has_a_sign_and_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "offset"
    for offset, text in ((1.5, "+1.500000\n"), (-0.25, "-0.250000\n"), (0, "+0.000000\n")):
        write(str(path), offset)
        assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("factor", [1, 0.99, 1.01])
def test_a_rate_that_is_as_good_as_right_is_refused(factor: float) -> None:
    with pytest.raises(ZkchaosError, match=r"^--nemesis clock-drift/.*as good as right; take 1\.03"):
        make_plan(Wish(image="debian:sid", nemesis=f"clock-drift/factor={factor}"))


def test_a_schedule_with_a_clock_fault_fits_nodes_with_clocks() -> None:
    assert make_plan(Wish(image="debian:sid", nemesis="clock-jump", time=60)).equipment == ("fake-clock",)
