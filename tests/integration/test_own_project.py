"""The project in examples/own-project as its user has it: zkchaos from a wheel, far away from this tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.run_index import index_runs
from tests.clone import ROOT, clone

FOREIGN = ("PYTHONPATH", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "COVERAGE_PROCESS_START")


def done(directory: Path, *command: str | Path) -> str:
    """What a command says that has to succeed, in an environment that knows nothing of this one."""
    ended = subprocess.run(
        list(map(str, command)),
        cwd=directory,
        env={name: value for name, value in os.environ.items() if name not in FOREIGN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in a place of its own, with a virtual environment that has what its user would install."""
    directory = tmp_path_factory.mktemp("own")
    source = clone(directory / "source")
    done(directory, sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", "dist", source)
    (wheel,) = (directory / "dist").glob("zkchaos-*.whl")
    project = directory / "project"
    shutil.copytree(source / "examples" / "own-project", project)
    shutil.rmtree(source)
    done(project, sys.executable, "-m", "venv", ".venv")
    done(project, ".venv/bin/python", "-m", "pip", "install", "-q", wheel, ".[test]")
    return project


def test_nothing_comes_from_the_tree(project: Path) -> None:
    said = done(project, ".venv/bin/python", "-c", "import harness; print(harness.__file__)")
    assert said.startswith(f"{project}/.venv/")
    assert str(ROOT) not in done(project, ".venv/bin/python", "-c", "import sys; print(sys.path)")


def test_plain_pytest_leaves_the_chaos_out_and_says_so(project: Path) -> None:
    said = done(project, ".venv/bin/pytest")
    assert "2 chaos tests deselected" in said
    assert "2 passed, 2 deselected" in said


def test_the_right_roster_passes_and_its_twin_is_caught(project: Path, runs: set[str]) -> None:
    try:
        said = done(project, ".venv/bin/pytest", "-m", "chaos")
    finally:
        rows = index_runs(project / "runs")
        runs.update(row.run for row in rows)
    assert "2 passed, 2 deselected" in said
    assert [(row.scenario.partition(":")[2], row.verdict) for row in rows] == [
        ("Duty", "valid"),
        ("DutyOfSleepwalkers", "violation"),
    ]
    assert {finding.guarantee for finding in rows[1].findings} == {"mutual-exclusion"}
    assert all((project / "runs" / row.report).is_file() for row in rows)
