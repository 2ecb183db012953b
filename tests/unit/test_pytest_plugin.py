"""The pytest plugin: chaos tests run when they are asked for, and cost nothing when they are not."""

from pathlib import Path

import pytest

NO_SOCKET = "unix:///nonexistent/docker.sock"

TESTS = """
import pytest

def test_quiet():
    pass

@pytest.mark.chaos
def test_marked():
    pass

@pytest.mark.chaos
@pytest.mark.slow
def test_marked_twice():
    pass
"""

NEEDS_AN_ENGINE = """
import pytest

@pytest.mark.chaos
def test_one(chaos):
    chaos.run("election", time=5)

@pytest.mark.chaos
def test_two(chaos):
    chaos.run("election", time=5)
"""

TELL_IMPORTS = """
import sys

def pytest_unconfigure():
    print("imported", *sorted({"docker", "pandas", "kazoo"} & set(sys.modules)), flush=True)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("DOCKER_HOST", NO_SOCKET)
    pytester.makeini("[pytest]\naddopts = --strict-markers\nmarkers = slow\n")
    return pytester


def test_a_plain_pytest_leaves_chaos_out_and_says_so(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest()
    result.assert_outcomes(passed=1, deselected=2)
    result.stdout.fnmatch_lines(["*2 chaos tests deselected; `pytest -m chaos` runs them*"])


def test_one_chaos_test_is_one_test(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.chaos\ndef test_one():\n    pass\n")
    result = project.runpytest()
    result.assert_outcomes(deselected=1)
    result.stdout.fnmatch_lines(["1 chaos test deselected; *"])


def test_without_chaos_tests_nothing_is_said(project: pytest.Pytester) -> None:
    project.makepyfile("def test_quiet():\n    pass\n")
    result = project.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*deselected*")
    lines = result.outlines
    collected = next(number for number, line in enumerate(lines) if line.startswith("collected 1 item"))
    # One empty line before the tests, as there is without the plugin.
    assert lines[collected + 1] == ""
    assert lines[collected + 2] != ""


@pytest.mark.parametrize(
    ("expression", "passed", "deselected"),
    [
        ("chaos", 2, 1),
        ("chaos or not chaos", 3, 0),
        ("chaos and not slow", 1, 2),
        ("not chaos", 1, 2),
        ("slow", 0, 3),
    ],
)
def test_a_marker_expression_that_speaks_of_chaos_decides(
    project: pytest.Pytester, expression: str, passed: int, deselected: int
) -> None:
    project.makepyfile(TESTS)
    project.runpytest("-m", expression).assert_outcomes(passed=passed, deselected=deselected)


def test_the_options_are_explained(project: pytest.Pytester) -> None:
    result = project.runpytest("--help")
    names = [
        "--chaos-seed",
        "--chaos-time",
        "--chaos-nodes",
        "--chaos-image",
        "--chaos-keep",
        "--chaos-runs-dir",
    ]
    for name in names:
        result.stdout.fnmatch_lines([f"*{name}*"])
    result = project.runpytest("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.chaos: breaks a real ensemble; *"])


@pytest.mark.parametrize("option", ["--chaos-seed=x", "--chaos-time=soon", "--chaos-nodes=1.5"])
def test_an_option_that_is_no_number_is_a_usage_error(project: pytest.Pytester, option: str) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{option.partition('=')[0]}: invalid * value: *"])


def test_a_missing_engine_is_an_error_of_the_set_up_and_no_failure(project: pytest.Pytester) -> None:
    project.makepyfile(NEEDS_AN_ENGINE)
    result = project.runpytest_subprocess("-m", "chaos")
    result.assert_outcomes(errors=2, failed=0)
    result.stdout.fnmatch_lines(["*SetupError: no Docker engine answers: install and start one *"])
    assert not (project.path / "runs").exists()


@pytest.mark.parametrize("arguments", [["--collect-only"], ["--collect-only", "-m", "chaos"], ["--help"]])
def test_collecting_imports_neither_docker_nor_pandas(project: pytest.Pytester, arguments: list[str]) -> None:
    project.makeconftest(TELL_IMPORTS)
    project.makepyfile(NEEDS_AN_ENGINE)
    result = project.runpytest_subprocess(*arguments)
    assert result.ret in {0, pytest.ExitCode.NO_TESTS_COLLECTED}
    assert result.outlines[-1] == "imported"


RECORDED = """
from pathlib import Path
import pytest
import harness.chaos

class Workshop:
    engine = images = None
    image = "zookeeper:3.9"

@pytest.fixture(scope="session")
def chaos_workshop():
    return Workshop()

class Runner:
    def __init__(self, plan, directory, engine, images, *, progress, stop, keep):
        self.plan, self.keep = plan, keep
        wishes = (plan.scenario, plan.seed, plan.time, plan.nodes, plan.image, keep, directory.path.parent)
        with Path("plans.txt").open("a") as file:
            print(*wishes, file=file)
        self.directory = directory

    def run(self):
        from harness.history import HistoryWriter
        writer = HistoryWriter(self.directory.history)
        writer.write(time=1, type="event", f="plan", process="harness", value=self.plan)
        writer.close()

@pytest.fixture(autouse=True)
def no_docker(monkeypatch):
    monkeypatch.setattr(harness.chaos, "Runner", Runner)
"""

RUNS = """
import pytest

@pytest.mark.chaos
def test_run(chaos):
    outcome = chaos.run("election", time=20, nodes=2, seed=5, expect="unknown")
    assert outcome.verdict == "unknown"
    assert outcome.broken == set()

@pytest.mark.chaos
def test_expects_valid(chaos):
    chaos.run("election:unfenced", time=20, seed=5)
"""


def test_a_verdict_that_was_not_expected_fails_with_all_that_is_needed(project: pytest.Pytester) -> None:
    project.makeconftest(RECORDED)
    project.makepyfile(RUNS)
    result = project.runpytest_subprocess("-m", "chaos")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*ChaosFailure: unknown: Not enough evidence: *",
            "*report: runs/*-election-unfenced-*/report.html",
            "*repeat: zkchaos run election:unfenced --time 20 --seed 5 *",
        ]
    )
    plans = Path(project.path / "plans.txt").read_text().splitlines()
    assert plans == [
        "election:predecessor 5 20 2 zookeeper:3.9 False runs",
        "election:unfenced 5 20 5 zookeeper:3.9 False runs",
    ]


def test_the_options_lie_over_what_a_test_asks_for(project: pytest.Pytester) -> None:
    project.makeconftest(RECORDED)
    project.makepyfile(RUNS)
    project.runpytest_subprocess(
        "-m", "chaos", "--chaos-seed=9", "--chaos-time=33", "--chaos-nodes=4", "--chaos-keep",
        "--chaos-runs-dir=kept", "--junit-xml=junit.xml",
    )  # fmt: skip
    plans = Path(project.path / "plans.txt").read_text().splitlines()
    assert plans == [
        "election:predecessor 9 33.0 4 zookeeper:3.9 True kept",
        "election:unfenced 9 33.0 4 zookeeper:3.9 True kept",
    ]
    junit = (project.path / "junit.xml").read_text()
    for name, value in (("scenario", "election:unfenced"), ("seed", "9"), ("verdict", "unknown")):
        assert f'<property name="{name}" value="{value}"' in junit
