"""What came of many runs: the counts, the order, the exit code, and the formats that programs read."""

import re
from xml.etree import ElementTree

import msgspec
import pytest

from reports.store.junit import junit_summary
from reports.store.markdown_summary import markdown_summary
from reports.store.runs import NO_VERDICT
from reports.store.summary import Summary, summarise
from reports.store.text import text_summary
from tests.unit.stored_runs import HOSTILE, ONE_OF_EACH, OVERLAP, a_run


@pytest.mark.parametrize(
    ("verdicts", "code", "worst"),
    [
        ("valid valid", 0, "valid"),
        ("valid unknown", 2, "unknown"),
        ("unknown violation valid", 1, "violation"),
        ("", 3, NO_VERDICT),
    ],
)
def test_the_exit_code_is_that_of_the_worst_run(verdicts: str, code: int, worst: str) -> None:
    summary = summarise(a_run(number, verdict) for number, verdict in enumerate(verdicts.split()))
    assert (summary.exit_code, summary.verdict) == (code, worst)


def test_a_run_without_a_verdict_counts_as_unknown_does() -> None:
    assert summarise([a_run(1), a_run(2, NO_VERDICT)]).exit_code == 2


@pytest.mark.parametrize(
    ("verdicts", "code"), [("violation violation", 0), ("violation valid", 1), ("unknown", 1), ("", 3)]
)
def test_what_is_expected_is_well(verdicts: str, code: int) -> None:
    rows = [a_run(number, verdict) for number, verdict in enumerate(verdicts.split())]
    assert summarise(rows, "violation").exit_code == code


def test_the_worst_come_first_and_the_older_before_the_newer() -> None:
    rows = [a_run(5), *ONE_OF_EACH, a_run(0, "violation")]
    assert [row.run for row in summarise(rows).runs] == ["run-0", "run-3", "run-2", "run-4", "run-1", "run-5"]


def test_those_that_are_not_as_expected_come_first_and_are_told() -> None:
    summary = summarise([a_run(1, "violation"), a_run(2), a_run(3, "unknown")], "violation")
    assert [row.run for row in summary.runs] == ["run-3", "run-2", "run-1"]
    assert summary.verdict == "violation"
    assert text_summary(summary).count("    report  ") == 3
    assert all(f"seed {number}\n" in markdown_summary(summary) for number in (1, 2, 3))


def test_the_sentence_counts() -> None:
    assert summarise(ONE_OF_EACH).sentence == "4 runs: 1 violation, 1 unknown, 1 no verdict, 1 valid."
    assert summarise([a_run()], "valid").sentence == "1 run: 1 valid, as every one had to be valid."
    assert "though every one had to be violation" in summarise([a_run()], "violation").sentence


def test_json_can_be_read_back() -> None:
    summary = summarise(ONE_OF_EACH)
    assert msgspec.json.decode(msgspec.json.encode(summary), type=Summary) == summary


def test_the_text_tells_what_is_wrong_in_full_and_what_is_well_in_a_line() -> None:
    text = text_summary(summarise([a_run(1), a_run(2, "violation", twin=True)]))
    assert text == (
        "✗ violation   election under kill-leader, pause-holder, seed 2 (a broken twin)\n"
        "    single-leader: app1 and app2 both believed that they lead.\n"
        "    report  run-2/report.html\n"
        "    repeat  zkchaos run election --seed 2\n"
        "✓ valid       election under kill-leader, pause-holder, seed 1\n"
        "\n"
        "2 runs: 1 violation, 1 valid.\n"
    )


def test_a_run_whose_plan_is_lost_is_told_with_the_reason_and_without_inventions() -> None:
    lost = a_run(
        1, NO_VERDICT, sentence="plan.json cannot be read.", nemesis=(), image="", findings=(OVERLAP,)
    )
    summary = summarise([lost])
    for text in (text_summary(summary), markdown_summary(summary)):
        assert "plan.json cannot be read." in text
        assert OVERLAP.sentence in text
        assert "under faults that are not known" in text
        assert "no faults" not in text
        assert "| none |" not in text
    assert "under no faults" in text_summary(summarise([a_run(1, nemesis=())]))


def test_the_text_moves_no_cursor() -> None:
    text = text_summary(summarise([a_run(1, "unknown", sentence="\x1b[2Jgone\nand on")]))
    assert "\x1b" not in text
    assert "     [2Jgone and on\n" in text


def test_many_findings_of_one_run_are_counted_in_the_text() -> None:
    found = tuple(msgspec.structs.replace(OVERLAP, kind=f"kind-{number}") for number in range(7))
    text = text_summary(summarise([a_run(1, "violation", findings=found)]))
    assert text.count("single-leader:") == 5
    assert "… and 2 more ways in which it broke" in text


def test_junit_has_a_case_for_each_run_and_says_how_it_came_out() -> None:
    root = ElementTree.fromstring(junit_summary(summarise(ONE_OF_EACH)))
    counted = [[suite.get(name) for name in ("tests", "failures", "errors")] for suite in root]
    assert counted == [["1", "1", "0"], ["1", "1", "0"], ["1", "0", "1"], ["1", "0", "0"]]
    faults = "election under kill-leader, pause-holder, seed"
    assert [suite[1].get("name") for suite in root] == [f"{faults} {number}" for number in (3, 2, 4, 1)]
    assert [suite[1].get("classname") for suite in root] == ["election"] * 4
    troubles = [[(one.tag, one.get("type")) for one in suite.findall("testcase/*")] for suite in root]
    assert troubles == [[("failure", "violation")], [("failure", "unknown")], [("error", NO_VERDICT)], []]
    properties = {p.get("name"): p.get("value") for p in root[0].findall("properties/property")}
    assert properties["seed"] == "3"
    assert properties["scenario"] == "election"
    assert properties["report"] == "run-3/report.html"
    (failure,) = root[0].findall("testcase/failure")
    assert OVERLAP.sentence in (failure.text or "")
    assert "repeat: zkchaos run election --seed 3" in (failure.text or "")


def test_junit_is_as_the_strict_schema_wants_it() -> None:
    """The order of children and the attributes that the schema of Ant's reports requires."""
    root = ElementTree.fromstring(junit_summary(summarise(ONE_OF_EACH)))
    assert (root.tag, root.attrib) == ("testsuites", {})
    assert [suite.get("id") for suite in root] == ["0", "1", "2", "3"]
    for suite in root:
        assert [child.tag for child in suite] == ["properties", "testcase", "system-out", "system-err"]
        assert set(suite.attrib) == {
            *("id", "package", "name", "timestamp", "hostname"),
            *("tests", "failures", "errors", "time"),
        }
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        assert set(suite[1].attrib) == {"classname", "name", "time"}
        assert all(set(p.attrib) == {"name", "value"} for p in suite[0])


def test_junit_holds_whatever_a_run_says() -> None:
    hostile = HOSTILE + "\x00\x1b]]>\ud800"
    root = ElementTree.fromstring(
        junit_summary(summarise([a_run(1, "unknown", scenario=hostile, sentence=hostile)]))
    )
    (failure,) = root.findall(".//failure")
    shown = HOSTILE + "\ufffd\ufffd]]>\ufffd"
    assert failure.get("message") == shown
    assert shown in (failure.text or "")


def test_junit_takes_the_expected_verdict_for_a_success() -> None:
    root = ElementTree.fromstring(junit_summary(summarise([a_run(1, "violation"), a_run(2)], "violation")))
    assert [failure.get("type") for failure in root.iter("failure")] == ["valid"]
