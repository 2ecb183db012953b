"""The steps of the nightly workflow as they stand in its file, on real containers and with little time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.run_index import index_runs
from tests.clone import clone, lend_packages
from tests.workflow import Runner, cells, workflow

MINUTES = "0.35"
"""Room for one fault and what comes after it."""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, runs: set[str]) -> dict[str, Runner]:
    """One cell of the matrix and the self-check, each in a checkout of its own, side by side."""
    jobs = workflow("nightly")["jobs"]
    inputs = {"minutes": MINUTES, "seed": "", "image": "debian:sid"}
    (cell,) = [
        cell
        for cell in cells(jobs["cell"], {"inputs": inputs})
        if (cell["family"], cell["servers"]) == ("partition", 3)
    ]

    def played(job: str) -> Runner:
        directory = clone(tmp_path_factory.mktemp(job))
        lend_packages(directory / ".venv")
        runner = Runner(directory, {"inputs": inputs, "matrix": cell})
        runner.play(jobs[job])
        return runner

    with ThreadPoolExecutor(2) as pool:
        ended = dict(zip(("cell", "self-check"), pool.map(played, ("cell", "self-check")), strict=True))
    for runner in ended.values():
        runs.update(row.run for row in index_runs(runner.directory / "runs"))
    return ended


def test_every_step_of_a_cell_goes_well(night: dict[str, Runner]) -> None:
    cell = night["cell"]
    assert set(cell.codes.values()) == {0}, cell.said
    assert [*cell.codes] == [
        step["name"] for step in workflow("nightly")["jobs"]["cell"]["steps"] if "run" in step
    ]
    (row,) = index_runs(cell.directory / "runs")
    assert (row.verdict, row.scenario, row.seed) == ("valid", "election:predecessor", 71)
    assert row.faults
    assert "SEED=71\n" in cell.said
    assert cell.summary.startswith("## zkchaos: valid\n")
    assert "| ✓ valid | election:predecessor | partition | debian:sid | 3 | 71 |" in cell.summary


def test_the_self_check_catches_the_broken_twin_and_is_well(night: dict[str, Runner]) -> None:
    check = night["self-check"]
    assert set(check.codes.values()) == {0}, check.said
    assert check.summary.startswith("## zkchaos: as expected\n")
    assert "### ✗ election:no-stepdown under expire-holder" in check.summary
    assert "zkchaos run election:no-stepdown --nemesis expire-holder --time 20" in check.summary


def test_the_whole_night_is_summed_up_from_what_the_cells_kept(
    night: dict[str, Runner], tmp_path: Path
) -> None:
    """As the artifacts come back: one directory for each cell, with nothing but plans and results."""
    cell = night["cell"]
    for path in (cell.directory / "runs").glob("*/*.json"):
        kept = tmp_path / "verdicts" / f"verdict-{cell.environment['CELL']}" / path.parent.name / path.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(path.read_bytes())
    needs = {"cell": {"result": "success"}, "self-check": {"result": "success"}}
    last = Runner(tmp_path, {"needs": needs}, paths=cell.paths)
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "venv.sh").write_text("#!/bin/sh\n")
    (tmp_path / "docker" / "venv.sh").chmod(0o755)
    (tmp_path / ".venv").symlink_to(cell.directory / ".venv")
    assert last.play(workflow("nightly")["jobs"]["verdict"]), last.said
    assert last.summary.startswith("## zkchaos: valid\n\n1 run: 1 valid.\n")
    assert ' tests="1" failures="0" errors="0" ' in (tmp_path / "nightly.xml").read_text()
