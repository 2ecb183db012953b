"""`zkchaos summary` on directories of runs: formats, several stores, exit codes."""

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner

from checkers.result import Result, Results, Verdict
from harness.cli import cli, guarded
from harness.planner import Wish, make_plan
from harness.store import RunDirectory
from harness.summary_command import FORMATS
from reports.store.summary import Summary


def store(runs: Path, verdict: Verdict, seed: int = 1) -> RunDirectory:
    """A run that was judged, without a history."""
    plan = make_plan(Wish(scenario="election", nemesis="kill-leader", time=30, seed=seed, image="debian:sid"))
    run = RunDirectory.create(runs, plan)
    result = Result(name="single-leader", verdict=verdict, sentence="So it was.", checked=1)
    results = Results(
        run=plan.run,
        scenario=plan.scenario,
        seed=seed,
        verdict=verdict,
        sentence="So it was.",
        results=(result,),
        events=0,
    )
    run.results.write_bytes(msgspec.json.encode(results))
    return run


def summary(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and output of the command, as the entry point makes them of it."""
    told = CliRunner().invoke(cli, ["summary", *map(str, arguments)], standalone_mode=False)
    assert told.exception is None, told.exception
    return guarded(lambda: told.return_value), told.stdout


def test_all_directories_are_summed_up(tmp_path: Path) -> None:
    store(tmp_path / "a", Verdict.VALID)
    store(tmp_path / "b", Verdict.VIOLATION, 2).report.write_text("")
    code, out = summary(tmp_path / "a", tmp_path / "b")
    assert code == 1
    assert out.splitlines()[-1] == "2 runs: 1 violation, 1 valid."
    assert f"    report  {tmp_path}/b/" in out
    assert summary(tmp_path / "a")[0] == 0
    (tmp_path / "link").symlink_to("a")
    code, out = summary(tmp_path / "a", f"{tmp_path}/b/../a/", tmp_path / "link")
    assert (code, out.splitlines()[-1]) == (0, "1 run: 1 valid.")


def test_the_directory_is_runs_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store(Path("runs"), Verdict.UNKNOWN)
    assert summary()[0] == 2
    assert summary("--expect", "unknown")[0] == 0


def test_every_format_is_one_of_the_four(tmp_path: Path) -> None:
    store(tmp_path, Verdict.VIOLATION)
    assert (
        msgspec.json.decode(summary(tmp_path, "--format", "json")[1], type=Summary).counts["violation"] == 1
    )
    (suite,) = ElementTree.fromstring(summary(tmp_path, "--format", "junit")[1])
    assert suite.get("failures") == "1"
    assert summary(tmp_path, "--format", "github")[1].startswith("## zkchaos: violation\n")


def test_nothing_there_is_no_success(tmp_path: Path) -> None:
    assert summary(tmp_path / "nowhere") == (3, "There are no runs.\n")
    assert summary(tmp_path, "--expect", "violation") == (3, "There are no runs.\n")


def test_a_damaged_run_is_a_row(tmp_path: Path) -> None:
    store(tmp_path, Verdict.VALID)
    store(tmp_path, Verdict.VALID).results.write_text("{")
    code, out = summary(tmp_path)
    assert code == 2
    assert out.startswith("! no verdict  election:predecessor under kill-leader, seed 1\n    ")


def test_what_is_no_run_takes_none_away(tmp_path: Path) -> None:
    store(tmp_path, Verdict.VALID)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "junit.xml").write_text("")
    assert summary(tmp_path)[1].endswith("\n1 run: 1 valid.\n")


def test_the_page_tells_of_every_field_of_the_json_and_every_format() -> None:
    page = (Path(__file__).parents[2] / "docs" / "nightly.md").read_text()
    for name in (*Summary.__struct_fields__, *FORMATS, "--expect", *map(str, range(4))):
        assert f"`{name}`" in page or f"| {name} |" in page or f"`{name} " in page, name
