"""The command line: every way out has its exit code, every complaint is one sentence on standard error."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from harness import __version__
from harness.cli import NO_RUN, cli, guarded
from harness.errors import SetupError
from harness.history import HistoryWriter
from harness.planner import Wish, make_plan
from harness.store import RunDirectory
from nemesis.catalogue import FAMILIES, FAULTS
from nemesis.presets import PRESETS
from tests.unit.test_from_file import RECIPE, WORKLOAD
from workloads.catalogue import WORKLOADS, scenarios

NO_SOCKET = "unix:///nonexistent/docker.sock"


class Terminal:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]):
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, standard output and standard error."""
        self._capsys.readouterr()
        code = guarded(lambda: cli.main(list(arguments), prog_name="zkchaos", standalone_mode=False))
        return code, *self._capsys.readouterr()

    def complaint(self, *arguments: str) -> str:
        """The one sentence of a command that cannot be carried out."""
        code, out, err = self(*arguments)
        assert code == NO_RUN == 3
        assert out == ""
        assert err.startswith("zkchaos: ")
        assert err.count("\n") == 1
        assert err.endswith("\n")
        return err.removeprefix("zkchaos: ").rstrip("\n")


@pytest.fixture
def zkchaos(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("DOCKER_HOST", NO_SOCKET)
    monkeypatch.chdir(tmp_path)
    return Terminal(capsys)


@pytest.fixture
def stored(zkchaos: Terminal) -> RunDirectory:
    """A run in which nothing happened, whose history is whole."""
    plan = make_plan(Wish(image="zookeeper:3.9", seed=7))
    run = RunDirectory.create(Path("runs"), plan)
    writer = HistoryWriter(run.history)
    writer.write(time=1, type="event", f="plan", process="harness", value=plan)
    writer.write(time=2, type="event", f="phase", process="harness", value="workload")
    writer.write(time=3, type="event", f="phase", process="harness", value="closed")
    writer.close()
    return run


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("bogus", "No such command 'bogus'. Try `zkchaos --help`."),
        ("--bogus", "No such option '--bogus'. Try `zkchaos --help`."),
        ("run --tiem 5", "No such option '--tiem'."),
        ("run --seed", "Option '--seed' requires an argument."),
        ("run --seed x", "Invalid value for '--seed': 'x' is not a valid integer."),
        ("run --time soon", "Invalid value for '--time': 'soon' is not a valid float."),
        ("run --zoo tickTime", "Invalid value for '--zoo': 'tickTime' is not of the form NAME=VALUE."),
        ("run --zoo =5", "Invalid value for '--zoo': '=5' is not of the form NAME=VALUE."),
        ("run --set term=long", "Invalid value for '--set': 'term=long': 'long' is not a number."),
        ("run --set term", "Invalid value for '--set': 'term' is not of the form NAME=VALUE."),
        ("run --runs-dir file", "Invalid value for '--runs-dir': "),
        ("run one two", "Got unexpected extra argument (two). Try `zkchaos run --help`."),
        ("run ./absent.py:X", "there is no file absent.py."),
        ("run election --pip six", "--pip and --requirements go with a workload out of a file: ./FILE.py"),
        ("run ./absent.py:X --requirements no.txt", "--requirements no.txt: it cannot be read ("),
        ("run chess", "there is no workload 'chess'; choose one of: election:predecessor"),
        ("run election:chess", "the workload election has no variant 'chess'; choose one of: predecessor"),
        ("run --nemesis meteor", "there is no fault 'meteor'; choose from: kill,"),
        ("run --servers 4", "--servers 4: an odd number is needed"),
        ("run --servers 0", "--servers 0: an odd number is needed"),
        ("run --nodes -1", "--nodes -1: at least one app node is needed."),
        ("run --time 0", "--time 0: seconds above zero are needed"),
        ("run --zoo clientPort=1", "--zoo clientPort: this setting belongs to the harness; leave it out."),
        ("run --zoo minSessionTimeout=x", "--zoo minSessionTimeout=x: a whole number above zero is needed."),
        ("run --set speed=1", "--set speed: election has the parameters candidates, interval"),
        ("run --set term=nan", "--set term=nan: a number is needed that is not below zero."),
        ("run --session-timeout 60", "--session-timeout 60: with this configuration ZooKeeper grants"),
        ("run --time 4 --nemesis kill-leader", "--time 4 is too short for kill-leader: at least "),
        ("check", "Missing argument 'RUN'. Try `zkchaos check --help`."),
        ("report", "Missing argument 'RUN'. Try `zkchaos report --help`."),
        ("check absent", "absent is no run: a directory with a history.jsonl is needed (see"),
        ("report absent", "absent is no run: a directory with a history.jsonl is needed"),
        ("check file", "file is no run: a directory with a history.jsonl is needed"),
        ("index", "there is no directory runs; name the one of the runs with --runs-dir."),
        ("serve", "there is no directory runs; name the one of the runs with --runs-dir."),
        ("serve --port 99999", "Invalid value for '--port': 99999 is not in the range 0<=x<=65535."),
        ("run", "no Docker engine answers: install and start one"),
        ("setup", "no Docker engine answers: install and start one"),
        ("clean", "no Docker engine answers: install and start one"),
    ],
)  # fmt: skip
# The SDK leaves the socket open with which it could not connect.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_every_mistake_is_one_sentence(zkchaos: Terminal, arguments: str, sentence: str) -> None:
    Path("file").touch()
    assert zkchaos.complaint(*arguments.split()).startswith(sentence)
    assert not Path("runs").exists()
    gc.collect()


# The SDK leaves the socket open with which it could not connect.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_no_engine_names_the_way_out(zkchaos: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert "set DOCKER_HOST" in zkchaos.complaint("run", "--time", "5")
    gc.collect()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no events; name the directory of a run."),
        (b"\x89PNG\r\n\x1a\n\0", "line 1: not an event of a history ("),
        (b"{:process 0, :type :invoke}\n", "line 1: not an event of a history ("),
        (
            b'{"index":0,"time":1,"type":"event","f":"x"}\n',
            "holds no plan: it is not the history of a zkchaos",
        ),
        (b'{"index":0,"time":1,"type":"event","f":"plan","pro', "its only line was torn off in the middle"),
        (
            b'{"index":0,"time":1,"type":"event","f":"plan","process":"harness","value":{"format":9}}\n',
            "was written in format 9; this zkchaos reads format 1.",
        ),
        (
            b'{"index":0,"time":1,"type":"event","f":"plan","process":"harness","value":{}}\n',
            "line 1: the plan cannot be read (",
        ),
    ],
)
@pytest.mark.parametrize("command", ["check", "report"])
def test_a_history_that_is_none_is_told_with_its_file(
    zkchaos: Terminal, stored: RunDirectory, command: str, content: bytes, sentence: str
) -> None:
    stored.history.write_bytes(content)
    said = zkchaos.complaint(command, stored.name)
    assert sentence in said
    assert said.startswith(str(stored.history))
    assert not stored.results.exists()


def test_a_plan_with_an_unknown_guarantee_is_told(zkchaos: Terminal, stored: RunDirectory) -> None:
    text = stored.history.read_text().replace('"single-leader"', '"perfection"')
    stored.history.write_text(text)
    assert "asks for the guarantee 'perfection', which this zkchaos does not know" in zkchaos.complaint(
        "check", str(stored.path)
    )


def test_a_run_without_evidence_is_unknown_however_it_is_named(
    zkchaos: Terminal, stored: RunDirectory
) -> None:
    for where in (stored.name, str(stored.path), str(stored.history)):
        code, out, err = zkchaos("check", where)
        assert (code, err) == (2, "")
        assert "verdict   unknown: Not enough evidence: " in out
    assert json.loads(stored.results.read_text())["verdict"] == "unknown"


def test_a_history_cut_off_in_the_middle_is_judged_by_what_there_is(
    zkchaos: Terminal, stored: RunDirectory
) -> None:
    data = stored.history.read_bytes()
    stored.history.write_bytes(data[:-20])
    code, _, err = zkchaos("check", stored.name)
    assert (code, err) == (2, "")
    assert (
        json.loads(stored.results.read_text())["torn"] == "line 3 was torn off in the middle and is left out"
    )
    assert stored.history.read_bytes() == data[:-20]


def test_a_report_is_drawn_and_its_place_is_said(zkchaos: Terminal, stored: RunDirectory) -> None:
    code, out, err = zkchaos("report", stored.name)
    assert (code, err) == (2, "")
    assert out.strip() == str(stored.report)
    assert b"<html" in stored.report.read_bytes()


def test_a_disk_that_refuses_the_results_is_told(zkchaos: Terminal, stored: RunDirectory) -> None:
    stored.results.mkdir()
    code, out, err = zkchaos("check", stored.name)
    assert code == 2
    assert "verdict   unknown" in out
    assert err == f"zkchaos: the verdict is not stored: cannot write {stored.results}: Is a directory.\n"


def test_a_mistake_of_our_own_is_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: 1 / 0) == 3
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert err.splitlines()[-1].startswith("zkchaos: this is a mistake in zkchaos itself;")


def test_runs_are_listed_with_their_verdicts(zkchaos: Terminal, stored: RunDirectory) -> None:
    assert zkchaos("list") == (
        0,
        f"{stored.name}  no verdict  Not judged: the run is still going on, "
        "or ended before there was a verdict.\n",
        "",
    )
    zkchaos("check", stored.name)
    assert f"{stored.name}  unknown     Not enough evidence: " in zkchaos("list")[1]
    for damage in (b"{}", b"\xff\xfe", b'{"run":"\xff"}'):
        stored.results.write_bytes(damage)
        code, out, _ = zkchaos("list")
        assert code == 0
        assert f"{stored.name}  damaged     {stored.name}/results.json cannot be read (" in out


def test_the_page_of_the_runs_is_written(zkchaos: Terminal, stored: RunDirectory) -> None:
    page = Path("runs") / "index.html"
    assert zkchaos("check", stored.name)[0] == 2
    assert stored.name in page.read_text()
    page.unlink()
    assert zkchaos("index") == (0, "runs/index.html\n", "")
    assert stored.name in page.read_text()


@pytest.mark.parametrize("command", ["check", "report"])
def test_a_run_from_elsewhere_leaves_its_neighbours_alone(
    zkchaos: Terminal, stored: RunDirectory, command: str
) -> None:
    stored.path.parent.rename("elsewhere")
    assert zkchaos(command, f"elsewhere/{stored.name}")[0] == 2
    assert [path.name for path in Path("elsewhere").iterdir()] == [stored.name]
    assert not Path("runs").exists()


def test_no_runs_are_an_empty_list(zkchaos: Terminal) -> None:
    assert zkchaos("list") == (0, "", "")


def test_what_there_is_can_be_listed(zkchaos: Terminal) -> None:
    code, out, _ = zkchaos("faults")
    assert code == 0
    for name, fault in FAULTS.items():
        assert f"  {name}: " in out
        for parameter in fault.parameters:
            assert f"      {parameter}=" in out
    for name in (
        *(f"\n{family}:" for family in list(FAMILIES)[1:]),
        *(f"preset {name}:" for name in PRESETS),
    ):
        assert name in out
    assert "What this machine is able to is not known: no Docker engine answers" in " ".join(out.split())


def test_workloads_are_listed_in_short_and_told_in_full(zkchaos: Terminal) -> None:
    code, out, _ = zkchaos("workloads")
    assert code == 0
    words = set(out.replace(",", " ").split())
    for scenario in scenarios():
        assert set(scenario.split(":")) - words <= {scenario.split(":")[0]}
    for workload in WORKLOADS.values():
        assert f"{workload.name}: " in out
        code, told, _ = zkchaos("workloads", workload.name)
        assert code == 0
        for variant in workload.variants:
            assert f"  {workload.name}:{variant}" in told
        for word in (*workload.guarantees, *(f"{name}=" for name in workload.params)):
            assert word in told
        assert told.count("(default)") == 1
        assert told.count("(broken twin)") == sum(one.broken for one in workload.variants.values())
    assert out.count("(default)") == len(WORKLOADS)


def test_the_workloads_of_a_file_are_told_like_ours(zkchaos: Terminal) -> None:
    Path("mine.py").write_text(RECIPE)
    Path("others.py").write_text(WORKLOAD)
    code, out, _ = zkchaos("workloads", "./mine.py:Mine")
    assert code == 0
    assert out.startswith("./mine.py:Mine: Everybody does something.\n  guarantees: single-leader\n")
    assert "parameters: participants=1, pace=2" in out
    code, out, _ = zkchaos("workloads", "./others.py")
    assert code == 0
    assert "./others.py:TWO:b (broken twin): another" in out
    assert "it has no program of its own: --app-image names one" in out
    assert zkchaos.complaint("workloads", "./absent.py") == "there is no file absent.py."
    Path("nothing.py").write_text("x = 1\n")
    assert zkchaos.complaint("workloads", "./nothing.py").startswith("there is no workload in nothing.py: a")
    assert zkchaos.complaint("workloads", "chess").startswith("there is no workload 'chess'")


@pytest.mark.parametrize("command", ["", *sorted(cli.commands)])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_no_mistake(zkchaos: Terminal, command: str, option: str) -> None:
    code, out, err = zkchaos(*command.split(), option)
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: zkchaos {command}".rstrip())


def test_nothing_asked_is_help_given(zkchaos: Terminal) -> None:
    assert zkchaos() == zkchaos("--help")


def test_the_version(zkchaos: Terminal) -> None:
    assert zkchaos("--version") == (0, f"zkchaos, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (SetupError("the disk is full."), "the disk is full."),
        (KeyboardInterrupt(), "interrupted."),
        (click.exceptions.Abort(), "interrupted."),
    ],
)
def test_whatever_ends_a_command_is_told(
    capsys: pytest.CaptureFixture[str], raised: BaseException, said: str
) -> None:
    def command() -> None:
        raise raised

    assert guarded(command) == 3
    assert capsys.readouterr().err == f"zkchaos: {said}\n"


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_code_of_a_command_is_the_exit_code(code: int) -> None:
    assert guarded(lambda: code) == code


def program(*arguments: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, and let it say at its end what it imported."""
    script = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('imported', *sorted({'docker', 'pandas'} & set(sys.modules)),"
        " file=sys.stderr))\n"
        "from harness.cli import main\n"
        "main()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["bogus"], ["--version"]])
def test_what_needs_no_docker_and_no_pandas_imports_neither(arguments: list[str]) -> None:
    done = program(*arguments)
    assert done.returncode == (3 if arguments == ["bogus"] else 0)
    assert done.stderr.splitlines()[-1] == "imported"
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_verdict() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = program("faults", stdout=writing)
    finally:
        os.close(writing)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
