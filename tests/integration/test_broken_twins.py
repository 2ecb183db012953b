"""Broken twins on real ensembles: each known mistake is caught by name, and the right program is not."""

from pathlib import Path
from typing import Any

import pytest

from checkers.result import Result, Verdict, Violation
from harness.chaos import Chaos, Outcome, Workshop

FEW = 8
"""Events that a person still reads."""


@pytest.fixture
def chaos(workshop: Workshop, runs: set[str], request: pytest.FixtureRequest, tmp_path: Path) -> "Recorded":
    """The public fixture's runs, kept in a temporary directory."""
    return Recorded(
        Chaos(workshop, request.node, runs=tmp_path, seed=None, time=None, nodes=None, keep=False), runs
    )


class Recorded:
    """Runs, whose ids are remembered for the check of what is left on the engine."""

    def __init__(self, chaos: Chaos, runs: set[str]):
        self._chaos = chaos
        self._runs = runs

    def run(self, scenario: str, **wishes: Any) -> Outcome:
        outcome = self._chaos.run(scenario, **wishes)
        self._runs.add(outcome.directory.name)
        return outcome


def single_leader(outcome: Outcome) -> Result:
    return next(result for result in outcome.results.results if result.name == "single-leader")


def of_kind(result: Result, kind: str) -> list[Violation]:
    return [violation for violation in result.violations if violation.kind == kind]


def assert_explained(outcome: Outcome, violation: Violation) -> None:
    """It names the nodes, shows few events of them, and the report and the verdict tell of it."""
    assert len(violation.nodes) == 2
    assert all(node in violation.sentence for node in violation.nodes)
    assert 2 <= len(violation.witness) <= FEW
    assert {outcome.history.events[index].node for index in violation.witness} >= set(violation.nodes)
    assert violation.sentence in outcome.directory.results.read_text()
    assert outcome.directory.report.exists()


def test_a_leader_that_does_not_step_down_is_caught_believing(chaos: Recorded) -> None:
    outcome = chaos.run("election:no-stepdown", nemesis="pause-app-leader", time=27, expect="violation")
    assert outcome.broken == {"single-leader"}
    overlaps = of_kind(single_leader(outcome), "believed-overlap")
    assert overlaps
    longest = max(overlaps, key=lambda violation: violation.until - violation.time)
    assert_explained(outcome, longest)
    assert (longest.until - longest.time) / 1e9 > outcome.history.plan.session_timeout


def test_a_leader_without_a_fence_is_caught_acting(chaos: Recorded) -> None:
    # It computes nearly all the time, so that a pause falls between decision and action.
    outcome = chaos.run(
        "election:unfenced",
        nemesis="pause-app-leader",
        time=27,
        params={"interval": 0.01, "compute": 0.5},
        expect="violation",
    )
    assert outcome.broken == {"single-leader"}
    stale = of_kind(single_leader(outcome), "stale-action")
    assert stale
    for violation in stale:
        assert_explained(outcome, violation)
    late = [outcome.history.events[index] for index in stale[0].witness]
    assert any(event.f == "work" and event.type == "ok" for event in late)


def test_the_right_program_survives_what_catches_its_twins(chaos: Recorded) -> None:
    outcome = chaos.run("election", nemesis="pause-app-leader,expire-app-leader", time=27)
    assert outcome.verdict is Verdict.VALID
    result = single_leader(outcome)
    assert result.violations == ()
    # A paused leader goes on believing: that is measured, and explained by its pause.
    assert result.measures["longest_believed_overlap"] > 1
    assert result.measures["explained_overlaps"] >= 1
    assert result.measures["longest_unexplained_overlap"] == 0
    proven = {fault.fault for fault in outcome.history.faults if fault.heal_outcome == "proven"}
    assert proven == {"pause-app-leader", "expire-app-leader"}
