"""Schedules on real ensembles: by hand, with lanes and conditions, to a last stand, and once more."""

from pathlib import Path

import pytest

from checkers.result import Verdict
from harness.board import WRITES
from harness.chaos import Workshop
from harness.history import FaultWindow, History, read_history
from harness.judging import stored_results
from harness.store import RunDirectory, list_runs, read_plan
from tests.integration.command_line import zkchaos

SCRIPT = """
[[step]]
fault = "kill-follower"
for = 2
when = "writes:40"

[[step]]
fault = "pause-one-app"
at = 1
for = 1
lane = 1

[[step]]
fault = "kill-leader"
for = 1
when = "more-writes:10"
"""


@pytest.fixture(scope="module")
def runs_dir(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("schedules")
    (directory / "schedule.toml").write_text(SCRIPT)
    return directory


@pytest.fixture(scope="module")
def first(runs_dir: Path, runs: set[str]) -> RunDirectory:
    """A run of the script that ends with a last stand."""
    done = zkchaos(
        *("run", "election", "--schedule", runs_dir / "schedule.toml", "--liveness"),
        *("--time", "16", "--seed", "3", "--nodes", "3", "--runs-dir", runs_dir / "runs"),
    )
    (stored,) = list_runs(runs_dir / "runs")
    runs.add(stored.name)
    assert done.returncode == 0, done.stdout + done.stderr
    return stored


def named(history: History) -> dict[str, FaultWindow]:
    return {fault.fault: fault for fault in history.faults}


def test_steps_wait_for_their_conditions_and_lanes_go_side_by_side(first: RunDirectory) -> None:
    history = read_history(first.history)
    faults = named(history)
    assert [fault.outcome for fault in faults.values()] == ["proven"] * 4
    assert [fault.heal_outcome for fault in faults.values()] == ["proven"] * 4

    def writes_before(time: int) -> int:
        return sum(e.f in WRITES and e.type == "ok" and e.time <= time for e in history.events)

    follower, leader, app = faults["kill-follower"], faults["kill-leader"], faults["pause-one-app"]
    assert writes_before(follower.begin) >= 40
    assert follower.healed is not None
    assert leader.begin > follower.healed
    assert writes_before(leader.begin) - writes_before(follower.begin) >= 10
    workload = next(event.time for event in history.select("phase") if event.value == "workload")
    assert app.begin - workload < 8e9, "the other lane did not wait for the writes of the first"


def test_a_quorum_goes_on_while_a_minority_stays_broken(first: RunDirectory) -> None:
    results = stored_results(first)
    assert results is not None
    (liveness,) = (result for result in results.results if result.name == "liveness")
    assert liveness.verdict is Verdict.VALID
    plan = read_plan(first)
    assert plan.liveness is not None
    history = read_history(first.history)
    stand = named(history)[plan.liveness.fault]
    assert len(stand.targets) == 1
    assert stand.proven is not None
    assert stand.heal_begin is not None
    assert any(
        event.f == "work" and event.type == "ok" and stand.proven < event.time < stand.heal_begin
        for event in history.events
    )


def test_a_run_can_be_done_again(first: RunDirectory, runs_dir: Path, runs: set[str]) -> None:
    again = runs_dir / "again"
    done = zkchaos("replay", first.path, "--runs-dir", again)
    (stored,) = list_runs(again)
    runs.add(stored.name)
    assert done.returncode == 0, done.stdout + done.stderr
    before, after = read_plan(first), read_plan(stored)
    assert (after.schedule, after.liveness, after.seed) == (before.schedule, before.liveness, before.seed)
    assert after.origin == before.run
    assert after.run != before.run
    faults = [fault.fault for fault in read_history(stored.history).faults]
    assert sorted(faults) == sorted(fault.fault for fault in read_history(first.history).faults)
    assert f"repeat    zkchaos replay {stored.path}" in done.stdout
