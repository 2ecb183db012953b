"""A summary in Markdown for a job of GitHub Actions: a table, what went wrong, and how to see it again."""

from collections.abc import Iterator, Sequence

from reports.store.markdown import escaped, fenced
from reports.store.runs import StoredRun
from reports.store.summary import MARKS, Summary, faults_of, title, twin_note

LIMIT = 512 * 1024
"""Bytes that a summary may have: half of what GitHub takes, since steps of one job share that."""

FINDINGS = 5
"""Findings of one run that are told; the rest is counted."""

LONGEST = 2000
"""Letters of a sentence that are shown, and of a command four times as many."""

LONGEST_CELL = 150

HEAD = """\
| verdict | scenario | faults | ZooKeeper | servers | seed | what came of it |
|---|---|---|---|--:|--:|---|
"""

ROWS_LEFT = "| … | {} more runs are not shown | | | | | |\n"

STORIES_LEFT = "\n{} more runs are not told.\n"


def markdown_summary(summary: Summary, limit: int = LIMIT) -> str:
    """Return at most `limit` bytes; whatever had to be left out for that is counted where it would be."""
    head = f"## zkchaos: {_verdict(summary)}\n\n{escaped(summary.sentence)}\n"
    if not summary.runs:
        return head
    rows = [_row(row) for row in summary.runs]
    # No more than half, so that stories always find room.
    table = HEAD + _as_many(rows, limit // 2, ROWS_LEFT)
    told = [_story(row) for row in summary.runs if summary.is_told(row)]
    room = limit - _size(head) - _size(table) - 2 * _size(STORIES_LEFT)
    return f"{head}\n{table}{_as_many(told, room, STORIES_LEFT)}"


def _as_many(parts: Sequence[str], room: int, rest: str) -> str:
    """Put as many parts together as there is room for (bytes); `rest` tells how many were left out."""
    taken, used = [], 0
    for part in parts:
        used += _size(part)
        if used > room:
            break
        taken.append(part)
    left = len(parts) - len(taken)
    return "".join([*taken, *([rest.format(f"{left:,}")] if left else [])])


def _size(text: str) -> int:
    return len(text.encode())


def _verdict(summary: Summary) -> str:
    if summary.expected and summary.runs:
        return "as expected" if summary.exit_code == 0 else "not as expected"
    return summary.verdict


def _row(row: StoredRun) -> str:
    cells = (
        f"{MARKS[row.verdict]} {row.verdict}",
        (row.scenario.rpartition("/")[2] or row.run) + twin_note(row),
        faults_of(row, "none"),
        row.image,
        str(row.servers or ""),
        "" if row.seed is None else str(row.seed),
        _outcome(row),
    )
    return "| " + " | ".join(escaped(_short(cell, LONGEST_CELL)) for cell in cells) + " |\n"


def _outcome(row: StoredRun) -> str:
    """Say what came of a run in a few words, for a narrow column; its story is told below."""
    if row.findings and row.verdict == "violation":
        return ", ".join(dict.fromkeys(finding.guarantee for finding in row.findings)) + " broke"
    if row.verdict != "valid" or row.faults is None or row.operations is None:
        return row.sentence
    return f"{row.faults:,} fault{'' if row.faults == 1 else 's'} proven, {row.operations:,} operations"


def _story(row: StoredRun) -> str:
    return "\n" + "\n".join(_paragraphs(row)) + "\n"


def _paragraphs(row: StoredRun) -> Iterator[str]:
    yield f"### {MARKS[row.verdict]} {escaped(_short(title(row), 2 * LONGEST_CELL))}\n"
    if row.verdict != "violation" or not row.findings:
        yield f"{escaped(_short(row.sentence))}\n"
    for finding in row.findings[:FINDINGS]:
        times = f" ({finding.times:,} times)" if finding.times > 1 else ""
        yield f"* **{escaped(finding.guarantee)}**{times}: {escaped(_short(finding.sentence))}"
    if len(row.findings) > FINDINGS:
        yield f"* … and {len(row.findings) - FINDINGS} more ways in which it broke"
    if row.findings:
        yield ""
    if row.report:
        yield f"Report: {escaped(_short(row.report))}\n"
    if row.repeat and len(row.repeat) <= 4 * LONGEST:
        yield f"Repeat it:\n\n{fenced(row.repeat)}"
    elif row.repeat:
        yield "The command that repeats it is too long to be shown here; it stands in its report."


def _short(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
