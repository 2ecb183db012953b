"""The command line on a real engine: good runs, bad places, interruptions, and what each leaves behind."""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from checkers.result import Results
from harness.chaos import Workshop
from harness.history import read_history
from harness.store import list_runs
from reports.clock import run_clock
from reports.sections.faults import build_faults
from reports.sections.logs import build_logs
from tests.integration.command_line import NOWHERE, running, zkchaos
from tests.integration.theatre import left_on_engine

STOPPED_WITHIN = 40.0
"""Seconds from a request to stop to the end of the command, verdict included."""

PAUSE = ("--nemesis", "pause-app-leader", "--time", "120")


@pytest.fixture(scope="module")
def good(
    workshop: Workshop, runs: set[str], tmp_path_factory: pytest.TempPathFactory
) -> "tuple[Path, subprocess.CompletedProcess[str]]":
    """A short run that ends well, and what it said."""
    runs_dir = tmp_path_factory.mktemp("good")
    ended = zkchaos("run", "election", "--nemesis", "kill-leader", "--time", "15", "--runs-dir", runs_dir)
    (directory,) = list_runs(runs_dir)
    runs.add(directory.name)
    return directory.path, ended


def verdict_in(output: str) -> str:
    """The line with the verdict."""
    (line,) = re.findall(r"^verdict +(.*)$", output, flags=re.MULTILINE)
    return str(line)


def complaint(stderr: str) -> str:
    """The one sentence of a command that did not get to run."""
    (line,) = stderr.strip().splitlines()
    assert line.startswith("zkchaos: ")
    assert line.endswith(".")
    return line


def test_a_good_run_says_verdict_report_and_how_to_repeat_it(
    good: "tuple[Path, subprocess.CompletedProcess[str]]", workshop: Workshop
) -> None:
    path, ended = good
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert verdict_in(ended.stdout).startswith("valid: ")
    assert f"report    {path / 'report.html'}" in ended.stdout
    seed = re.search(r"^seed +(\d+)$", ended.stdout, flags=re.MULTILINE)
    assert seed
    repeat = f"repeat    zkchaos run election:predecessor --nemesis kill-leader --time 15 --seed {seed[1]} "
    assert repeat in ended.stdout
    assert "kill-leader on zk" in ended.stdout
    assert (path / "report.html").stat().st_size > 50_000
    assert sorted(log.name for log in (path / "logs").glob("zk*.log")) == ["zk1.log", "zk2.log", "zk3.log"]
    assert left_on_engine(workshop.engine, path.name) == []


def test_the_logs_of_a_run_stand_on_its_clock(
    good: "tuple[Path, subprocess.CompletedProcess[str]]",
) -> None:
    path, _ = good
    history = read_history(path / "history.jsonl")
    clock = run_clock(history)
    results = msgspec.json.decode((path / "results.json").read_bytes(), type=Results)
    panel = build_logs(history, results, build_faults(history, clock), clock, path / "logs")
    assert panel is not None
    assert panel.aligned
    for number, server in enumerate(panel.servers):
        told = zip(panel.lines.server, panel.lines.second, panel.lines.text, strict=True)
        began = next(
            second for of, second, text in told if of == number and text.startswith("Starting quorum peer")
        )
        polls = [event for event in history.select("server") if event.node == server]
        serving = next(event for event in polls if event.value["mode"] in {"leader", "follower"})
        assert began is not None
        assert 0 < began < clock.seconds(serving.time)
    # Followers say at once that their leader is gone, and not before the fault began.
    (fault, *_) = history.faults
    lost = [
        second
        for second, text in zip(panel.lines.second, panel.lines.text, strict=True)
        if text.startswith("Exception when following the leader")
    ]
    assert lost
    assert fault.proven is not None
    assert lost[0] is not None
    assert clock.seconds(fault.begin) < lost[0] < clock.seconds(fault.proven) + 2


def test_a_copy_of_a_run_is_judged_and_drawn_without_docker(
    good: "tuple[Path, subprocess.CompletedProcess[str]]", tmp_path: Path
) -> None:
    path, ended = good
    copy = shutil.copytree(path, tmp_path / "elsewhere" / path.name)
    for made in (copy / "report.html", copy / "results.json"):
        made.unlink()
    checked = zkchaos("check", copy, **NOWHERE)
    assert checked.returncode == 0, checked.stderr
    assert verdict_in(checked.stdout) == verdict_in(ended.stdout)
    assert (copy / "results.json").read_bytes() == (path / "results.json").read_bytes()
    drawn = zkchaos("report", copy, **NOWHERE)
    assert drawn.returncode == 0, drawn.stderr
    assert drawn.stdout.strip() == str(copy / "report.html")
    assert (copy / "report.html").read_bytes() == (path / "report.html").read_bytes()
    assert (copy / "history.jsonl").read_bytes() == (path / "history.jsonl").read_bytes()


def test_list_shows_the_run_with_its_verdict(
    good: "tuple[Path, subprocess.CompletedProcess[str]]",
) -> None:
    path, ended = good
    listed = zkchaos("list", "--runs-dir", path.parent, **NOWHERE)
    (line,) = listed.stdout.splitlines()
    assert line.split()[:2] == [path.name, "valid"]
    assert line.endswith(verdict_in(ended.stdout).removeprefix("valid: "))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_stop_heals_judges_and_leaves_nothing(
    number: signal.Signals, workshop: Workshop, runs: set[str], tmp_path: Path
) -> None:
    with running(tmp_path / "runs", *PAUSE) as started:
        started.await_fault()
        runs.add(started.run)
        started.send(number)
        code = started.end(STOPPED_WITHIN)
        assert code in {0, 2}, started.out + started.err
        assert started.err == ""
        assert verdict_in(started.out).startswith("valid" if code == 0 else "unknown")
        assert started.stages("inject") == started.stages("heal") == ["begin", "proven"]
        assert started.directory.report.exists()
        assert left_on_engine(workshop.engine, started.run) == []


@pytest.mark.parametrize("phase", ["apps", "workload"])
def test_a_second_ctrl_c_drops_everything_at_once(
    phase: str, workshop: Workshop, runs: set[str], tmp_path: Path
) -> None:
    with running(tmp_path / "runs", *PAUSE) as started:
        started.await_phase(phase)
        runs.add(started.run)
        started.send(signal.SIGINT)
        started.await_output("once more to drop everything")
        started.send(signal.SIGINT)
        assert started.end(STOPPED_WITHIN) == 3
        assert "Traceback" not in started.err
        assert left_on_engine(workshop.engine, started.run) == []


def test_a_run_interrupted_while_it_is_set_up_leaves_nothing(
    workshop: Workshop, runs: set[str], tmp_path: Path
) -> None:
    with running(tmp_path / "runs", *PAUSE) as started:
        started.await_phase("ensemble")
        runs.add(started.run)
        started.send(signal.SIGINT)
        assert started.end(STOPPED_WITHIN) == 3
        assert "interrupted before the workload began" in complaint(started.err)
        assert left_on_engine(workshop.engine, started.run) == []


def test_a_killed_harness_leaves_a_history_to_judge_and_containers_to_clean(
    workshop: Workshop, runs: set[str], tmp_path: Path
) -> None:
    with running(tmp_path / "runs", *PAUSE) as started:
        started.await_fault()
        runs.add(started.run)
        started.send(signal.SIGKILL)
        started.end(STOPPED_WITHIN)
        try:
            for command in ("check", "report"):
                judged = zkchaos(command, started.directory.path, **NOWHERE)
                assert judged.returncode == 2, judged.stdout + judged.stderr
                assert judged.stderr == ""
            assert started.directory.report.exists()
            again = zkchaos("check", started.directory.path, **NOWHERE)
            assert verdict_in(again.stdout).startswith("unknown: ")
            assert "The run was cut short" in again.stdout
            assert left_on_engine(workshop.engine, started.run)
            cleaned = zkchaos("clean", started.run)
            assert cleaned.returncode == 0
            assert cleaned.stdout == "removed 16 containers, 1 networks, 8 volumes\n"
            assert left_on_engine(workshop.engine, started.run) == []
        finally:
            workshop.engine.sweep(started.run)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that holds 64 KiB, enough for a run to start and not to end."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system needs root: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_ends_the_run_with_one_sentence(
    small_disk: Path, workshop: Workshop, runs: set[str]
) -> None:
    runs_dir = small_disk / "runs"
    ended = zkchaos("run", "election", "--time", "120", "--runs-dir", runs_dir)
    (directory,) = list_runs(runs_dir)
    runs.add(directory.name)
    assert ended.returncode == 3
    assert "No space left on device" in complaint(ended.stderr)
    assert "--runs-dir" in ended.stderr
    phases = [event.value for event in read_history(directory.history).select("phase")]
    assert phases == ["ensemble", "apps", "workload"]
    assert left_on_engine(workshop.engine, directory.name) == []
    # What was seen can still be judged, though there is no room to keep the results.
    judged = zkchaos("check", directory.path, **NOWHERE)
    assert judged.returncode == 2
    assert verdict_in(judged.stdout).startswith("unknown: ")
    assert "Traceback" not in judged.stderr


def test_an_image_that_cannot_be_had_ends_the_run_with_one_sentence(tmp_path: Path) -> None:
    ended = zkchaos("run", "election", "--image", "nosuch/image:1", "--runs-dir", tmp_path)
    assert ended.returncode == 3
    assert "the image nosuch/image:1 is not on this engine" in complaint(ended.stderr)
    assert list(list_runs(tmp_path)) == []


def test_no_engine_is_told_in_one_sentence(tmp_path: Path) -> None:
    ended = zkchaos("run", "election", "--runs-dir", tmp_path, **NOWHERE)
    assert ended.returncode == 3
    assert "no Docker engine answers" in complaint(ended.stderr)
