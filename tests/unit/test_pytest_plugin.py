"""The pytest plugin: chaos tests run when they are asked for, and cost nothing when they are not."""

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


def test_what_takes_the_fixture_is_a_chaos_test_though_nobody_marked_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.fixture
        def outcome(chaos):
            return chaos.run("election", time=5)

        def test_by_itself(chaos): ...
        def test_by_a_fixture(outcome): ...
        class TestThem:
            def test_in_a_class(self, chaos): ...
        """
    )
    project.runpytest().assert_outcomes(deselected=3)
    project.runpytest_subprocess("-m", "chaos").assert_outcomes(errors=3)


def test_somebody_else_s_fixture_of_that_name_is_not_ours(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.fixture
        def chaos():
            return "a monkey"

        def test_it(chaos):
            assert chaos
        """
    )
    project.runpytest().assert_outcomes(passed=1)


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
        "--chaos-level",
        "--chaos-time",
        "--chaos-nodes",
        "--chaos-image",
        "--chaos-keep",
        "--chaos-runs-dir",
    ]
    for name in names:
        result.stdout.fnmatch_lines([f"*{name}*"])
    result = project.runpytest("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.chaos(*): breaks a real ensemble; *"])
    result.stdout.fnmatch_lines(["@pytest.mark.chaos_matrix(*): a chaos test for each scenario *"])
    result = project.runpytest("--fixtures")
    result.stdout.fnmatch_lines(["chaos -- *", "*Run a workload under faults and judge it: *"])


@pytest.mark.parametrize(
    "option", ["--chaos-seed=x", "--chaos-time=soon", "--chaos-nodes=1.5", "--chaos-level=all"]
)
def test_an_option_that_is_no_number_is_a_usage_error(project: pytest.Pytester, option: str) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{option.partition('=')[0]}: invalid *"])


def test_a_missing_engine_is_an_error_of_the_set_up_and_no_failure(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    project.makepyfile(NEEDS_AN_ENGINE)
    result = project.runpytest_subprocess("-m", "chaos")
    result.assert_outcomes(errors=2, failed=0)
    result.stdout.fnmatch_lines(
        [
            "*SetupError: no Docker engine answers: install and start one *",
            "ERROR test_*::test_one - no run: no Docker engine *",
        ]
    )
    result.stdout.no_fnmatch_line("*harness/sdk.py*")
    assert not (project.path / "runs").exists()


@pytest.mark.parametrize("arguments", [["--collect-only"], ["--collect-only", "-m", "chaos"], ["--help"]])
def test_collecting_imports_neither_docker_nor_pandas(project: pytest.Pytester, arguments: list[str]) -> None:
    project.makeconftest(TELL_IMPORTS)
    project.makepyfile(NEEDS_AN_ENGINE)
    result = project.runpytest_subprocess(*arguments)
    assert result.ret in {0, pytest.ExitCode.NO_TESTS_COLLECTED}
    assert result.outlines[-1] == "imported"
