"""The pytest plugin with two workers on real ensembles: every way in which a chaos test ends."""

import re
from xml.etree import ElementTree

import pytest

from harness.chaos import Workshop
from harness.store import list_runs

TESTS = """
import pytest

pytestmark = pytest.mark.chaos(nodes=2, time=6)

def test_holds(chaos):
    outcome = chaos.run("election")
    assert outcome.history.select("leader")
    assert outcome.directory.report.is_file()

def test_breaks(chaos):
    chaos.run("counter:unconditional-set", servers=1)

def test_says_too_little(chaos):
    chaos.run("queue", servers=1, nodes=1, time=1)

def test_comes_to_nothing(chaos):
    chaos.run("election", image="debian:BOOKWORM")
"""


def test_workers_have_ensembles_of_their_own_and_tell_every_ending_apart(
    workshop: Workshop, runs: set[str], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    pytester.makepyfile(test_them=TESTS)
    result = pytester.runpytest_subprocess(
        "-m", "chaos", "-v", "-n", "2", "--chaos-seed=1", "--junit-xml=junit.xml"
    )
    done = {run.name: run for run in list_runs(pytester.path / "runs")}
    runs |= set(done)
    result.assert_outcomes(passed=1, failed=2, errors=1)
    text = result.stdout.str()
    for word, name, told in (
        ("FAILED", "breaks", "violation: Two increments both made /counter/"),
        ("UNKNOWN", "says_too_little", "unknown: Not enough evidence: "),
        ("ERROR", "comes_to_nothing", "no run: --image debian:BOOKWORM names no Debian suite; use "),
    ):
        assert re.search(rf"^{word} test_them.py::test_{name} - {re.escape(told)}", text, re.MULTILINE), text
    assert "Why this breaks the promise: " in text
    assert "--- chaos: last lines of zk1.log ---" in text
    seeds = {case.attrib["name"]: properties(case).get("seed") for case in cases()}
    assert len(set(seeds.values())) == 4
    # The commands that repeat tell the seeds that the runs had.
    assert f"zkchaos run counter:unconditional-set --time 6 --seed {seeds['test_breaks']} " in text
    assert "pytest test_them.py::test_breaks -m chaos --chaos-seed 1" in text
    assert len(done) == 3
    assert not [left for run in done for left in workshop.engine.leftovers(run)]


def cases() -> list[ElementTree.Element]:
    return list(ElementTree.parse("junit.xml").iter("testcase"))


def properties(case: ElementTree.Element) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
