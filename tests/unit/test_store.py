"""The store: runs are found by directory, file or id; nothing is ever half written."""

import json
from pathlib import Path

import pytest

from harness.errors import HistoryError, SetupError
from harness.plan import Plan
from harness.planner import Wish, make_plan
from harness.store import RunDirectory, list_runs, new_run_id


@pytest.fixture
def plan() -> Plan:
    return make_plan(Wish(image="zookeeper:3.9"))


@pytest.fixture
def run(tmp_path: Path, plan: Plan) -> RunDirectory:
    run = RunDirectory.create(tmp_path / "runs", plan)
    run.history.write_bytes(b"{}\n")
    return run


def test_a_new_run_has_its_plan_and_a_place_for_logs(run: RunDirectory, plan: Plan) -> None:
    assert run.name == plan.run == run.path.name
    assert json.loads(run.plan.read_text())["run"] == plan.run
    assert run.logs.is_dir()


def test_a_run_is_found_in_every_way(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = run.path.parent
    (run.path / "report.html").touch()
    for where in (run.path, f"{run.path}/", run.history, run.path / "report.html", run.name):
        assert RunDirectory.find(str(where), runs).path == run.path
    monkeypatch.chdir(run.path)
    assert RunDirectory.find(".", Path("elsewhere")).path.resolve() == run.path
    assert RunDirectory.find("history.jsonl", Path("elsewhere")).path.resolve() == run.path


@pytest.mark.parametrize("where", ["absent", "absent.html", "", "x" * 5000, "logs"])
def test_what_is_no_run_is_one_sentence(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.chdir(run.path)
    if where == "":
        monkeypatch.chdir(run.path.parent)
    with pytest.raises(HistoryError) as caught:
        RunDirectory.find(where, run.path.parent)
    assert "\n" not in str(caught.value)
    assert where in str(caught.value)


def test_a_run_is_never_made_twice(run: RunDirectory, plan: Plan) -> None:
    with pytest.raises(SetupError, match=r"File exists; choose another place with --runs-dir\.$"):
        RunDirectory.create(run.path.parent, plan)


def test_a_place_that_cannot_hold_runs_is_told(tmp_path: Path, plan: Plan) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=r"^cannot write the run to .*: Not a directory; choose another"):
        RunDirectory.create(tmp_path / "file", plan)


def test_a_file_is_replaced_whole_or_not_at_all(run: RunDirectory) -> None:
    run.write(run.results, b"one")
    run.write(run.results, b"two")
    assert run.results.read_bytes() == b"two"
    run.report.mkdir()
    with pytest.raises(SetupError, match=r"^cannot write .*report\.html: Is a directory\.$"):
        run.write(run.report, b"x")
    assert sorted(path.name for path in run.path.iterdir()) == [
        "history.jsonl", "logs", "plan.json", "report.html", "results.json",
    ]  # fmt: skip


def test_ids_are_unique_sortable_and_fit_for_container_names() -> None:
    ids = [new_run_id("election:no-stepdown") for _ in range(50)]
    assert len(set(ids)) == 50
    for run in ids:
        assert "-election-no-stepdown-" in run
        assert all(letter.isalnum() or letter in "-_." for letter in run)


def test_runs_are_listed_the_oldest_first(tmp_path: Path, plan: Plan) -> None:
    assert list(list_runs(tmp_path / "absent")) == []
    for name in ("20250302-b", "20250301-a", "20250303-c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plan.json").touch()
    (tmp_path / "20250304-no-run").mkdir()
    (tmp_path / "file").touch()
    assert [run.name for run in list_runs(tmp_path)] == ["20250301-a", "20250302-b", "20250303-c"]
