"""How chaos tests end: violation, unknown and errors apart, each with all that is needed to go on."""

import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.unit.fake_runs import CONFTEST, plans_of

TESTS = """
import pytest

pytestmark = pytest.mark.chaos(time=20)

def test_holds(chaos):
    assert chaos.run("election", seed=5).broken == set()

def test_breaks(chaos):
    chaos.run("election:unfenced", nemesis="pause-holder", seed=6)

def test_says_too_little(chaos):
    chaos.run("lock", seed=7)

def test_comes_to_nothing(chaos):
    chaos.run("counter", seed=8)

def test_breaks_as_expected(chaos):
    outcome = chaos.run("election:unfenced", seed=9, expect="violation")
    assert outcome.broken == {"single-leader"}

def test_breaks_unexpectedly(chaos):
    chaos.run("election:unfenced", seed=10, expect="unknown")

def test_fails_by_itself(chaos):
    assert chaos.run("election", seed=11).history is None
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_them=TESTS)
    monkeypatch.setenv("COLUMNS", "160")
    return pytester


def shown(result: pytest.RunResult, test: str) -> str:
    """The part of the output that is about the failure or error of one test."""
    text = result.stdout.str()
    return re.split(r"\n[_=]{4,} ", text.partition(f"{test} ___")[2])[0]


def test_violation_unknown_and_error_are_told_apart_and_each_has_what_is_needed(
    project: pytest.Pytester,
) -> None:
    result = project.runpytest("-m", "chaos", "-v", "--chaos-seed=3")
    result.assert_outcomes(passed=2, failed=4, errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    see_words_of_their_own(result)
    see_story_logs_and_commands(shown(result, "test_breaks"))
    result.stdout.fnmatch_lines(["*violation: single-leader is broken: * (the test expects unknown)"])
    missing = shown(result, "test_says_too_little").partition("chaos: what is missing")[2]
    assert re.search(r"\nmutual-exclusion: Nobody ever held a lock, ", missing)
    assert re.search(r"\nand \d+ more", missing)
    see_an_error_in_one_sentence(shown(result, "ERROR at setup of test_comes_to_nothing"))
    see_all_runs_in_a_table(project.path, result)


def see_words_of_their_own(result: pytest.RunResult) -> None:
    result.stdout.re_match_lines_random(
        [
            r"test_them.py::test_breaks FAILED ",
            r"test_them.py::test_says_too_little UNKNOWN ",
            r"test_them.py::test_comes_to_nothing ERROR ",
            r"FAILED test_them.py::test_breaks - violation: single-leader is broken: two app nodes ",
            r"UNKNOWN test_them.py::test_says_too_little - unknown: Not enough evidence: ",
            r"ERROR test_them.py::test_comes_to_nothing - no run: there was no quorum within 60 s.",
            r"FAILED test_them.py::test_breaks_unexpectedly - violation: .*",
            r"FAILED test_them.py::test_fails_by_itself - .*is None.*",
        ]
    )


def see_story_logs_and_commands(text: str) -> None:
    assert 'chaos.run("election:unfenced", nemesis="pause-holder", seed=6)' in text
    assert "violation: single-leader is broken: two app nodes believed to lead at once for 3.7 s." in text
    assert "harness/chaos.py:" not in text
    titles = re.findall(r"-{3,} (chaos: .*?|Captured .*?) -{3,}", text)
    assert titles == ["chaos: how single-leader broke", "chaos: last lines of zk1.log", "chaos: repeat"]
    story = text.partition("how single-leader broke")[2]
    assert "still believed" in story
    assert re.search(r"\n *\d+\.\d{3} s  \S", story)
    assert "Why this breaks the promise: " in story
    assert "\nline 12\n" in text
    assert "\nline 19\n" in text
    assert "srvr" not in text
    assert "line 11\n" not in text
    assert "\nzkchaos run " in text
    assert "\npytest test_them.py::test_breaks -m chaos --chaos-seed 3" in text


def see_an_error_in_one_sentence(text: str) -> None:
    assert "there was no quorum within 60 s." in text
    assert "deep inside" not in text
    assert "harness/chaos.py:" not in text
    assert "chaos: last lines of zk1.log" in text


def see_all_runs_in_a_table(directory: Path, result: pytest.RunResult) -> None:
    table = result.stdout.str().partition("= chaos runs =")[2].splitlines()[1:]
    assert table[0].split() == ["verdict", "seconds", "scenario", "nemesis", "seed", "report"]
    rows = [re.split(r"  +", line.strip()) for line in table[1:8]]
    told = [(row[0], *row[2:5]) for row in rows]
    assert told == [
        ("valid", "election:predecessor", "none", "5"),
        ("violation", "election:unfenced", "pause-holder", "6"),
        ("unknown", "lock:guid", "none", "7"),
        ("no run", "counter:cas", "none", "8"),
        ("violation, as expected", "election:unfenced", "none", "9"),
        ("violation", "election:unfenced", "none", "10"),
        ("valid", "election:predecessor", "none", "11"),
    ]
    assert rows[3][5] == "-"
    assert all((directory / row[5]).is_file() for row in (rows[2],))
    assert table[8] == "7 runs: 3 violation, 1 unknown, 1 no run, 2 valid"


def test_a_test_may_await_the_error(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_them="""
import pytest
from harness.errors import ZkchaosError

@pytest.mark.chaos
def test_awaited(chaos):
    with pytest.raises(ZkchaosError, match="no quorum"):
        chaos.run("counter")
    with pytest.raises(ZkchaosError, match="there is no workload"):
        chaos.run("nonsense")
    raise AssertionError("a failure after all")
"""
    )
    project.runpytest("-m", "chaos").assert_outcomes(failed=1)


@pytest.mark.parametrize("more", [(), ("-n", "1")], ids=["alone", "worker"])
def test_the_command_repeats_the_seed_wherever_pytest_thinks_the_project_begins(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    inner, runs = pytester.mkdir("inner"), pytester.mkdir("runs")
    (inner / "conftest.py").write_text(CONFTEST)
    (inner / "test_them.py").write_text("def test_breaks(chaos):\n    chaos.run('election:unfenced')\n")
    monkeypatch.chdir(inner)
    # pytest takes the option's value for one more place of tests, and begins above both.
    result = pytester.runpytest_subprocess("-m", "chaos", "--chaos-runs-dir", runs, *more)
    result.stdout.fnmatch_lines([f"rootdir: {pytester.path}"])
    (command,) = [line for line in result.outlines if line.startswith("pytest ")]
    pytester.runpytest_subprocess(*shlex.split(command)[1:]).assert_outcomes(failed=1)
    first, again = (plan.split()[2] for plan in plans_of(inner))
    assert first == again


IN_FIXTURES = """
import pytest

@pytest.fixture
def broken(chaos):
    return chaos.run("election:unfenced", seed=6)

@pytest.fixture
def too_little(chaos):
    return chaos.run("lock", seed=7)

@pytest.fixture
def nothing(chaos):
    return chaos.run("counter", seed=8)

@pytest.fixture
def well(chaos):
    yield chaos.run("election", seed=9)
    chaos.run("election", seed=10)

def test_broken(broken): ...
def test_too_little(too_little): ...
def test_nothing(nothing): ...
def test_well(well): ...
"""


def test_runs_of_fixtures_are_told_as_those_of_tests(project: pytest.Pytester) -> None:
    project.makepyfile(test_them=IN_FIXTURES)
    result = project.runpytest("-m", "chaos", "--junit-xml=junit.xml")
    result.assert_outcomes(passed=1, failed=2, errors=1)
    result.stdout.re_match_lines_random(
        [
            r"FAILED test_them.py::test_broken - violation: single-leader is broken: ",
            r"UNKNOWN test_them.py::test_too_little - unknown: Not enough evidence: ",
            r"ERROR test_them.py::test_nothing - no run: there was no quorum ",
            r"-+ chaos: how single-leader broke -+",
            r"5 runs: 1 violation, 1 unknown, 1 no run, 2 valid",
        ]
    )
    suite = ElementTree.parse(project.path / "junit.xml").getroot()[0]
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["4", "2", "1"]


ASKED_TO_END = """
@pytest.fixture(autouse=True)
def asked_to_end(monkeypatch, no_docker):
    import os
    import signal

    import harness.chaos
    from harness.errors import Interrupted

    def run(self):
        os.kill(os.getpid(), signal.SIGINT)
        raise Interrupted("interrupted before the workload began; there is nothing to judge.")

    monkeypatch.setattr(harness.chaos.Runner, "run", run)
"""


def test_ctrl_c_ends_the_session_even_before_the_workload_began(project: pytest.Pytester) -> None:
    project.makeconftest(CONFTEST + ASKED_TO_END)
    result = project.runpytest_subprocess("-m", "chaos", "-k", "holds or breaks")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert len(list((project.path / "runs").iterdir())) == 1


def test_without_runs_there_is_no_table(project: pytest.Pytester) -> None:
    project.makepyfile(test_them="def test_quiet():\n    pass\n")
    project.runpytest().stdout.no_fnmatch_line("*chaos runs*")


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_junit_has_the_properties_and_tells_failures_from_errors(
    project: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    project.runpytest("-m", "chaos", "--junit-xml=junit.xml", *workers)
    cases = {case.attrib["name"]: case for case in ElementTree.parse("junit.xml").iter("testcase")}
    properties = {one.attrib["name"]: one.attrib["value"] for one in cases["test_breaks"].iter("property")}
    assert properties.pop("report").endswith("/report.html")
    assert properties == {
        "scenario": "election:unfenced",
        "nemesis": "pause-holder",
        "seed": "6",
        "verdict": "violation",
    }
    failure = cases["test_says_too_little"].find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith("unknown: Not enough evidence: ")
    assert cases["test_says_too_little"].find("error") is None
    error = cases["test_comes_to_nothing"].find("error")
    assert error is not None
    assert "no run: there was no quorum" in error.attrib["message"]
    assert cases["test_comes_to_nothing"].find("failure") is None
    assert cases["test_holds"].find("failure") is None


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_the_page_of_pytest_html_links_the_reports(
    project: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytest.importorskip("pytest_html")
    result = project.runpytest("-m", "chaos", "-k", "too_little", "--html=out/page.html", *workers)
    page = Path("out/page.html").read_text()
    blob = re.search(r'data-jsonblob="(.*?)"', page)
    assert blob is not None, result.stdout.str()
    tests = json.loads(blob[1].replace("&#34;", '"').replace("&amp;", "&"))["tests"]
    links = [extra for rows in tests.values() for row in rows for extra in row["extras"]]
    assert {extra["name"] for extra in links} == {"chaos report"}
    assert (Path("out") / links[0]["content"]).is_file()


def test_last_failed_and_keywords_choose_among_chaos_tests(project: pytest.Pytester) -> None:
    project.runpytest("-m", "chaos", "-k", "holds or breaks")
    result = project.runpytest("-m", "chaos", "--lf", "--collect-only", "-q")
    listed = [line for line in result.outlines if "::" in line]
    assert listed == ["test_them.py::test_breaks", "test_them.py::test_breaks_unexpectedly"]
