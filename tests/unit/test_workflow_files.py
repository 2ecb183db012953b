"""The workflows' files: least rights, pinned actions, an end in time, and every family of faults."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from harness.images import debian_suite
from nemesis.catalogue import FAMILIES
from tests.workflow import ROOT, WORKFLOWS, Runner, cells, evaluated, workflow
from workloads.catalogue import WORKLOADS

NAMES = sorted(path.stem for path in WORKFLOWS.glob("*.yml"))
BY_NIGHT = {"inputs": None}
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def nightly(job: str) -> Any:
    return workflow("nightly")["jobs"][job]


def steps() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (name, job, step)
        for name in NAMES
        for job, told in workflow(name)["jobs"].items()
        for step in told["steps"]
    ]


def test_the_workflows_are_there() -> None:
    assert NAMES == ["ci", "nightly"]


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_may_only_read(name: str) -> None:
    assert workflow(name)["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in workflow(name)["jobs"].values())
    assert "secrets" not in (WORKFLOWS / f"{name}.yml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_every_job_ends_in_time_on_a_machine_that_is_named(name: str) -> None:
    for job in workflow(name)["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 60
        assert "latest" not in job["runs-on"]
    assert "group" in workflow(name)["concurrency"]


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned_and_few(name: str) -> None:
    used = re.findall(r"uses: (.*)", (WORKFLOWS / f"{name}.yml").read_text())
    assert used
    assert all(PINNED.fullmatch(action) for action in used)
    assert len({action.partition("@")[0]: action for action in used}) == len(set(used))


def test_no_credentials_stay_in_the_checkout() -> None:
    checkouts = [step for _, _, step in steps() if "checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_what_a_user_typed_comes_to_a_shell_by_the_environment_only() -> None:
    assert [step for _, _, step in steps() if "${{" in step.get("run", "")] == []


def test_a_step_is_one_line_with_a_name() -> None:
    for _, _, step in steps():
        if "run" in step:
            assert step["name"]
            assert "\n" not in step["run"]


def test_the_night_meets_every_family_of_faults() -> None:
    night = cells(nightly("cell"), BY_NIGHT)
    assert {cell["family"] for cell in night} == set(FAMILIES)
    assert {cell["servers"] for cell in night} == {3, 5}
    assert all(cell["workload"] in WORKLOADS for cell in night)
    by_image = {cell["image"] for cell in night}
    assert {debian_suite(image) for image in by_image} == {"bookworm", "trixie", "sid", None}
    for image in by_image:
        assert {cell["family"] for cell in night if cell["image"] == image} == set(FAMILIES)
    assert len(night) <= 50


def test_by_hand_one_image_may_be_asked_for() -> None:
    asked = cells(nightly("cell"), {"inputs": {"image": "zookeeper:3.9.4"}})
    assert {cell["image"] for cell in asked} == {"zookeeper:3.9.4"}
    assert len(asked) == 2 * len(FAMILIES)


def test_it_runs_every_night_and_by_hand() -> None:
    on = workflow("nightly")["on"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", on["schedule"][0]["cron"])
    assert set(on["workflow_dispatch"]["inputs"]) == {"seed", "minutes", "image"}


def test_the_runs_of_a_failure_are_kept_in_every_job_that_makes_some() -> None:
    for name in NAMES:
        for job in workflow(name)["jobs"].values():
            if any("zkchaos run" in step.get("run", "") for step in job["steps"]):
                (kept,) = [step for step in job["steps"] if step.get("with", {}).get("path") == "runs"]
                assert kept["if"] == "${{ failure() }}"
                assert any("summary runs" in step.get("run", "") for step in job["steps"])


def test_the_whole_night_is_summed_up_even_when_a_cell_failed() -> None:
    last = nightly("verdict")
    assert last["needs"] == ["cell", "self-check"]
    assert evaluated(last["if"], {}, failed=True)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A machine where installing succeeds, and `zkchaos` notes its words and ends as `code` says."""
    commands = {
        ".venv/bin/zkchaos": 'echo "$@" >> words\n[ "$1" != run ] || exit "$(cat code)"\n',
        "docker/venv.sh": "",
    }
    for name, text in commands.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{text}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "code").write_text("0")
    needs = {"cell": {"result": "success"}, "self-check": {"result": "success"}}
    return Runner(tmp_path, {"inputs": {}, "github": {"run_id": 7}, "needs": needs})


@pytest.mark.parametrize(("code", "well"), [(0, False), (1, True), (2, False), (3, False)])
def test_the_self_check_is_content_with_a_violation_and_nothing_else(
    runner: Runner, code: int, well: bool
) -> None:
    (runner.directory / "code").write_text(str(code))
    assert runner.play(nightly("self-check")) is well
    assert (runner.codes["Catch it"] == 0) is well
    assert "Sum it up" in runner.codes


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_a_cell_is_red_for_everything_but_a_valid_run(runner: Runner, code: int) -> None:
    (cell, *_) = cells(nightly("cell"), BY_NIGHT)
    runner.contexts["matrix"] = cell
    (runner.directory / "code").write_text(str(code))
    assert runner.play(nightly("cell")) is (code == 0)
    assert "Sum it up" in runner.codes
    assert runner.environment["CELL"] == "debian-bookworm-3-process-1"
    words = (runner.directory / "words").read_text().splitlines()
    assert words[1] == "run keys --nemesis process --image debian:bookworm --servers 3 --time 180 --seed 71"


def test_the_seed_and_the_minutes_that_were_asked_for_are_taken(runner: Runner) -> None:
    runner.contexts |= {"inputs": {"seed": "5", "minutes": "0.5"}, "matrix": {"image": "x"}}
    assert runner.play(nightly("cell"))
    assert (runner.environment["SEED"], runner.environment["TIME"]) == ("5", "30")
    assert "SEED=5\n" in runner.said


def test_the_whole_night_without_a_single_verdict_is_red(runner: Runner) -> None:
    (runner.directory / ".venv/bin/zkchaos").write_text("#!/bin/sh\necho nothing\nexit 3\n")
    assert not runner.play(nightly("verdict"))
    assert runner.codes == {
        "Install zkchaos": 0,
        "Sum it up for programs": 0,
        "Sum it up": 3,
        "Miss no cell": 0,
    }


@pytest.mark.parametrize(
    ("cell", "check", "well"),
    [("success", "success", True), ("failure", "success", False), ("success", "skipped", False)],
)
def test_the_whole_night_is_red_and_says_so_where_a_job_has_left_nothing(
    runner: Runner, cell: str, check: str, well: bool
) -> None:
    runner.contexts["needs"] = {"cell": {"result": cell}, "self-check": {"result": check}}
    (runner.directory / ".venv/bin/zkchaos").write_text("#!/bin/sh\necho all valid\n")
    assert runner.play(nightly("verdict")) is well
    assert ("Not every job went well" in runner.summary) is not well


@pytest.mark.parametrize("minutes", ["0", "41", "-1", "many"])
def test_minutes_for_which_a_job_has_no_time_are_refused(runner: Runner, minutes: str) -> None:
    runner.contexts |= {"inputs": {"minutes": minutes}, "matrix": {"image": "x"}}
    assert not runner.play(nightly("cell"))
    assert runner.codes["Length of the run"] == 3
    assert "Break it" not in runner.codes


def test_a_project_of_ones_own_is_tested_for_every_change() -> None:
    *_, last = workflow("ci")["jobs"]["own-project"]["steps"]
    (tested,) = re.findall(r"^pytest (\S+)$", last["run"])
    assert (ROOT / tested).is_file()


def test_the_matrix_in_the_file_is_json() -> None:
    text = nightly("cell")["strategy"]["matrix"]["image"]
    (listed,) = re.findall(r"'(\[\"debian.*?\])'", text)
    assert json.loads(listed) == evaluated(text, BY_NIGHT)
