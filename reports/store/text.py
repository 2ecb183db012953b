"""A summary for the terminal: what is wrong in full, what is well a line each."""

from collections.abc import Iterator

from reports.store.runs import StoredRun
from reports.store.summary import MARKS, Summary, title, twin_note

FINDINGS = 5
"""Findings of one run that are told; the rest is counted."""


def text_summary(summary: Summary) -> str:
    """Return lines, the worst runs first, and the sentence about all of them as the last one."""
    lines = [line for row in summary.runs for line in _run(row, told=summary.is_told(row))]
    return "\n".join([*lines, *([""] if lines else []), summary.sentence]) + "\n"


def _run(row: StoredRun, *, told: bool) -> Iterator[str]:
    seed = f", seed {row.seed}" if row.seed is not None else ""
    yield f"{MARKS[row.verdict]} {row.verdict:<10}  {_plain(title(row))}{seed}{twin_note(row)}"
    if not told:
        return
    if row.verdict != "violation" or not row.findings:
        yield f"    {_plain(row.sentence)}"
    for finding in row.findings[:FINDINGS]:
        yield f"    {finding.guarantee}: {_plain(finding.sentence)}"
    if len(row.findings) > FINDINGS:
        yield f"    … and {len(row.findings) - FINDINGS} more ways in which it broke"
    if row.report:
        yield f"    report  {_plain(row.report)}"
    if row.repeat:
        yield f"    repeat  {_plain(row.repeat)}"


def _plain(text: str) -> str:
    """Leave no control characters, which would move the terminal's cursor or colour what follows."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
