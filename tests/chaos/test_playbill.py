"""The matrix and its playbill, without Docker: what is in it at which level, and when it is played."""

from itertools import product
from pathlib import Path

import pytest

from tests.chaos import playbill as module
from tests.chaos.playbill import Playbill
from tests.chaos.plays import CAUGHT, FAULTS, USUAL, expected_seconds, recipes, twins
from tests.integration.side_by_side import Play, Ran
from workloads.catalogue import WORKLOADS


def test_standard_holds_every_workload_under_every_main_fault_and_a_twin_of_each() -> None:
    played = {(play.scenario, play.nemesis) for play, level in recipes().items() if level != "nightly"}
    assert played == set(product(USUAL, FAULTS))
    assert {scenario.partition(":")[0] for scenario in USUAL} == set(WORKLOADS)
    with_twins = {
        name for name, workload in WORKLOADS.items() if any(v.broken for v in workload.variants.values())
    }
    assert {scenario.partition(":")[0] for scenario in CAUGHT} == with_twins
    assert sorted(play.scenario for play, (level, _) in twins().items() if level == "smoke") == sorted(CAUGHT)


def test_nightly_holds_every_right_variant_with_every_seed_and_every_twin() -> None:
    right = {
        f"{name}:{variant}"
        for name, workload in WORKLOADS.items()
        for variant, told in workload.variants.items()
        if not told.broken
    }
    assert {(play.scenario, play.nemesis, play.seed) for play in recipes()} == {
        (scenario, fault, seed) for scenario, fault, seed in product(right, FAULTS, (1, 2, 3))
    }
    assert len(twins()) == sum(
        v.broken for workload in WORKLOADS.values() for v in workload.variants.values()
    )


def test_what_has_to_settle_is_expected_to_take_longer() -> None:
    assert expected_seconds(Play("lock:guid", "none", 20)) > expected_seconds(Play("counter:cas", "none", 24))


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs that were begun, none of which is a real one."""
    begun: list[str] = []

    def play(scenario: str, runs: Path, *options: str) -> Ran:
        seed = options[options.index("--seed") + 1]
        begun.append(f"{scenario} {seed}")
        return Ran((scenario, seed), 2, "", 1.0, None)

    monkeypatch.setattr(module, "play", play)
    return begun


def test_what_is_announced_is_played_once_and_all_else_when_it_is_asked_for(
    begun: list[str], tmp_path: Path
) -> None:
    announced, other = Play("a", "none", 1), Play("b", "none", 1)
    playbill = Playbill([announced, announced], tmp_path)
    (ran,) = playbill.rans(announced, tries=1)
    assert ran.command == ("a", "1")
    assert begun == ["a 1"]
    assert [again.command for again in playbill.rans(announced, tries=3)] == [
        ("a", "1"),
        ("a", "2"),
        ("a", "3"),
    ]
    next(playbill.rans(other, tries=2))
    assert begun == ["a 1", "a 2", "a 3", "b 1"]
    assert len(playbill.close()) == 4
