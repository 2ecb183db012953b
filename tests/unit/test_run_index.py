"""The rows of a store: read from plans and results, remembered, and never an exception."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from checkers.judge import judge
from harness import run_index
from harness.errors import SetupError
from harness.run_index import MEMORY, index_runs
from harness.store import RunDirectory
from harness.stored_run import stored_run
from reports.store.runs import Finding, Fingerprint, StoredRun
from tests.unit.sample_history import sample_run
from tests.unit.sample_store import night_after, plan_of, results_of, sample_runs, stored, write_runs


@pytest.fixture
def rows(tmp_path: Path) -> list[StoredRun]:
    """Twelve runs in `tmp_path`, as they are told."""
    rows = sample_runs(12)
    write_runs(tmp_path, rows)
    return rows


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the runs that are really read from now on."""
    read: list[str] = []

    def note(run: RunDirectory) -> StoredRun:
        read.append(run.name)
        return stored_run(run)

    monkeypatch.setattr(run_index, "stored_run", note)
    return read


def test_a_row_tells_what_plan_and_results_say(tmp_path: Path, rows: list[StoredRun]) -> None:
    (broken,) = (row for row in rows if row.verdict == "violation")
    (tmp_path / broken.run / "report.html").touch()
    found = {row.run: row for row in index_runs(tmp_path)}
    assert list(found) == [row.run for row in rows]
    told = found[broken.run]
    assert told.fingerprint(told.findings[0]) == Fingerprint(
        broken.scenario, "single-leader", told.findings[0].kind
    )
    assert told == msgspec.structs.replace(broken, version="0.1.0", repeat=told.repeat)
    assert told.repeat.startswith(
        f"zkchaos run {broken.scenario} --nemesis kill-leader --time 60 --seed {broken.seed}"
    )
    assert found[rows[0].run].report == ""


def test_the_command_that_replays_names_the_run_as_it_is_found_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    write_runs(tmp_path / "runs", [stored()])
    (plan,) = tmp_path.glob("runs/*/plan.json")
    plan.write_text(json.dumps(json.loads(plan.read_text()) | {"origin": "-"}))
    monkeypatch.chdir(tmp_path)
    for runs in (Path("runs"), tmp_path / "runs"):
        (row,) = index_runs(runs)
        assert row.repeat == f"zkchaos replay {runs / row.run}"
        assert row == stored_run(RunDirectory(runs / row.run))


def test_a_run_without_results_has_no_verdict(tmp_path: Path) -> None:
    write_runs(tmp_path, [stored(verdict="no verdict")])
    (row,) = index_runs(tmp_path)
    assert (row.verdict, row.damaged, row.operations, row.findings) == ("no verdict", False, None, ())
    assert row.sentence.startswith("Not judged: the run is still going on, or ended")
    assert row.repeat.startswith("zkchaos run election:predecessor --nemesis kill-leader")


@pytest.mark.parametrize("name", ["plan.json", "results.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"seed": "x"}', b"\xff\xfe", b"null"])
def test_a_damaged_file_is_told_in_its_row(tmp_path: Path, name: str, content: bytes) -> None:
    row = stored()
    write_runs(tmp_path, [row])
    (tmp_path / row.run / name).write_bytes(content)
    (told,) = index_runs(tmp_path)
    assert told.damaged
    assert told.verdict == "no verdict"
    assert f"{row.run}/{name}" in told.sentence
    assert "\n" not in told.sentence
    assert str(tmp_path) not in told.sentence
    assert told.scenario == row.scenario
    assert told.began == row.began


def test_values_that_make_no_sense_are_told_in_their_row(tmp_path: Path) -> None:
    plan = msgspec.to_builtins(plan_of(stored()))
    write_runs(tmp_path, [stored()])
    (tmp_path / stored().run / "plan.json").write_text(json.dumps(plan | {"params": {"rate": "fast"}}))
    (told,) = index_runs(tmp_path)
    assert told.damaged
    assert told.sentence.startswith(f"{stored().run}/plan.json holds what makes no sense (")


def test_a_name_that_is_no_text_is_passed_over(tmp_path: Path) -> None:
    write_runs(tmp_path, [stored()])
    (tmp_path / stored().run).rename(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")))
    write_runs(tmp_path, [stored()])
    assert [row.run for row in index_runs(tmp_path)] == [stored().run]
    assert (tmp_path / MEMORY).exists()


def test_a_file_that_may_not_be_read_is_told_in_its_row(tmp_path: Path) -> None:
    row = stored()
    write_runs(tmp_path, [row])
    (tmp_path / row.run / "results.json").unlink()
    (tmp_path / row.run / "results.json").mkdir()
    (told,) = index_runs(tmp_path)
    assert told.damaged
    assert "Is a directory" in told.sentence


def test_what_is_no_run_is_passed_over(tmp_path: Path, rows: list[StoredRun]) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    assert len(index_runs(tmp_path)) == len(rows)
    assert index_runs(tmp_path / "absent") == []
    with pytest.raises(
        SetupError, match=r"^cannot list the runs in .*notes\.txt: Not a directory; name another"
    ):
        index_runs(tmp_path / "notes.txt")


def test_a_run_is_read_once(tmp_path: Path, rows: list[StoredRun], monkeypatch: pytest.MonkeyPatch) -> None:
    read = reads(monkeypatch)
    first = index_runs(tmp_path)
    assert sorted(read) == [row.run for row in rows]
    read.clear()
    assert index_runs(tmp_path) == first
    assert read == []


def test_what_changed_is_read_again(
    tmp_path: Path, rows: list[StoredRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    index_runs(tmp_path)
    read = reads(monkeypatch)
    judged, drawn, gone = rows[0], rows[1], rows[2]
    other = results_of(msgspec.structs.replace(judged, verdict="unknown", sentence="Not enough evidence."))
    (tmp_path / judged.run / "results.json").write_bytes(msgspec.json.encode(other))
    (tmp_path / drawn.run / "report.html").touch()
    (tmp_path / gone.run / "plan.json").unlink()
    write_runs(tmp_path, [night_after(9)])
    told = {row.run: row for row in index_runs(tmp_path)}
    assert sorted(read) == sorted([judged.run, drawn.run, night_after(9).run])
    assert told[judged.run].sentence == "Not enough evidence."
    assert told[drawn.run].report == f"{drawn.run}/report.html"
    assert gone.run not in told


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"made_by": "1", "runs": {}}', b"\xff", None])
def test_a_damaged_memory_is_made_anew(
    tmp_path: Path, rows: list[StoredRun], monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    first = index_runs(tmp_path)
    if content is None:
        memory = json.loads((tmp_path / MEMORY).read_text())
        content = json.dumps(memory | {"made_by": "0 an older zkchaos"}).encode()
    (tmp_path / MEMORY).write_bytes(content)
    read = reads(monkeypatch)
    assert index_runs(tmp_path) == first
    assert len(read) == len(rows)
    read.clear()
    index_runs(tmp_path)
    assert read == []


def test_a_store_that_cannot_be_written_to_is_read_all_the_same(
    tmp_path: Path, rows: list[StoredRun]
) -> None:
    (tmp_path / MEMORY).mkdir()
    assert len(index_runs(tmp_path)) == len(rows)
    assert list(tmp_path.glob("*.part")) == []


def test_recovery_is_the_longest_of_what_was_demanded(tmp_path: Path) -> None:
    def moment(source: str, fault: str = "kill-leader", **signs: float | None) -> dict[str, object]:
        return {"fault": fault, "from": source, "zk_leader": 0.1, "app_leader": None, "write": 0.2} | signs

    row = stored()
    write_runs(tmp_path, [row])
    run = RunDirectory(tmp_path / row.run)
    moments = [
        moment("healed"),
        moment("healed", zk_leader=0.7),
        moment("healed", write=None),
        moment("healed", zk_leader=9.0) | {"censored": True},
        moment("injected", app_leader=4.0),
        moment("healed", "pause-holder", app_leader=2.0),
        "no moment",
    ]
    results = results_of(row)
    judged = msgspec.structs.replace(results.results[-1], measures={"faults": moments})
    run.results.write_bytes(msgspec.json.encode(msgspec.structs.replace(results, results=(judged,))))
    assert stored_run(run).recovery == {"pause-holder": 2.0}
    assert stored_run(run).outage == {"kill-leader": 4.0}
    other = msgspec.structs.replace(plan_of(row), guarantees=("recovery",))
    run.plan.write_bytes(msgspec.json.encode(other))
    assert stored_run(run).recovery == {"kill-leader": 0.7, "pause-holder": 0.2}


def test_findings_are_told_once_with_how_often_they_were_seen(tmp_path: Path) -> None:
    row = stored(
        verdict="violation", findings=(Finding("g", "a", "First.", 3), Finding("h", "a", "Other.", 1))
    )
    write_runs(tmp_path, [row])
    run = RunDirectory(tmp_path / row.run)
    assert stored_run(run).findings == row.findings


def test_abridged_violations_are_counted_whole(tmp_path: Path) -> None:
    row = stored(verdict="violation", findings=(Finding("g", "a", "First.", 3),))
    results = results_of(row)
    broken = msgspec.structs.replace(results.results[0], measures={"broken": {"a": 900}})
    write_runs(tmp_path, [row])
    run = RunDirectory(tmp_path / row.run)
    run.results.write_bytes(msgspec.json.encode(msgspec.structs.replace(results, results=(broken,))))
    assert stored_run(run).findings == (Finding("g", "a", "First.", 900),)


@pytest.mark.parametrize(
    ("scenario", "twin"), [("no-stepdown", True), ("predecessor", False), ("gone", False)]
)
def test_a_broken_twin_is_known(tmp_path: Path, scenario: str, twin: bool) -> None:
    write_runs(tmp_path, [stored(variant=scenario)])
    (row,) = index_runs(tmp_path)
    assert row.twin is twin


def test_results_count_operations_and_faults() -> None:
    history, _ = sample_run()
    plan = history.plan
    assert plan.guarantees == ("single-leader", "recovery")
    results = judge(history)
    assert results.faults == 3
    assert results.operations == sum(1 for operation in history.operations if operation.outcome == "ok")


def test_a_name_without_a_time_has_the_age_of_its_plan(tmp_path: Path) -> None:
    write_runs(tmp_path, [stored(run="by-hand"), stored(run="20261399-999999-x")])
    for name in ("by-hand", "20261399-999999-x"):
        os.utime(tmp_path / name / "plan.json", (1000, 2000))
    assert [row.began for row in index_runs(tmp_path)] == [2000.0, 2000.0]
