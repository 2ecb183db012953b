"""A summary as JUnit XML: a test case for each run, in a suite of its own that holds what is known of it."""

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reports.store.runs import NO_VERDICT, StoredRun
from reports.store.summary import Summary, title, twin_note

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def junit_summary(summary: Summary) -> str:
    """Return a document of `testsuites`, one for each run.

    A run that is not as it has to be is a `failure` whose type is the verdict; one without a verdict is an
    `error`. Properties of a suite: run, scenario, nemesis, seed, image, servers, verdict, report, repeat.
    """
    expected = summary.expected or "valid"
    # The strictest schema in use lets it have no attributes: whoever wants sums adds up the suites.
    root = Element("testsuites")
    for number, row in enumerate(summary.runs):
        root.append(_suite(row, number, expected))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(row: StoredRun, number: int, expected: str) -> Element:
    name = _held(_name(row))
    attributes = {
        "name": name,
        "package": "zkchaos",
        "id": str(number),
        "timestamp": datetime.fromtimestamp(row.began, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": "localhost",
    }
    suite = Element("testsuite", attributes | _numbers(row, expected))
    properties = SubElement(suite, "properties")
    for key, value in _properties(row):
        SubElement(properties, "property", name=key, value=_held(value))
    # The name of a class goes as far as its last dot; no scenario that names a file is torn apart there.
    classname = _held((row.scenario or NO_VERDICT).replace(".", "_"))
    case = SubElement(suite, "testcase", classname=classname, name=name, time=f"{row.seconds:.3f}")
    if row.verdict != expected:
        kind = "error" if row.verdict == NO_VERDICT else "failure"
        trouble = SubElement(case, kind, type=row.verdict, message=_held(row.sentence))
        trouble.text = _held(_story(row))
    SubElement(suite, "system-out")
    SubElement(suite, "system-err")
    return suite


def _name(row: StoredRun) -> str:
    return title(row) + (f", seed {row.seed}" if row.seed is not None else "")


def _numbers(row: StoredRun, expected: str) -> dict[str, str]:
    """Return the attributes that count; `time` is in seconds."""
    error = row.verdict != expected and row.verdict == NO_VERDICT
    return {
        "tests": "1",
        "failures": str(int(row.verdict != expected and not error)),
        "errors": str(int(error)),
        "time": f"{row.seconds:.3f}",
    }


def _properties(row: StoredRun) -> list[tuple[str, str]]:
    known = {
        "run": row.run,
        "scenario": row.scenario,
        "nemesis": ",".join(row.nemesis),
        "seed": "" if row.seed is None else str(row.seed),
        "image": row.image,
        "servers": str(row.servers or ""),
        "verdict": row.verdict,
        "report": row.report,
        "repeat": row.repeat,
    }
    return [(name, value) for name, value in known.items() if value]


def _story(row: StoredRun) -> str:
    lines = [f"{row.verdict}{twin_note(row)}: {row.sentence}"]
    lines += [f"{finding.guarantee} ({finding.kind}): {finding.sentence}" for finding in row.findings]
    lines += [f"{name}: {value}" for name, value in (("report", row.report), ("repeat", row.repeat)) if value]
    return "\n".join(lines)


def _held(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
