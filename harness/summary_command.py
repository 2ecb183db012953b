"""`zkchaos summary`: what came of all runs in some directories, for people, GitHub, JUnit and programs."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
import msgspec

from harness.run_index import index_runs
from reports.store.junit import junit_summary
from reports.store.markdown_summary import markdown_summary
from reports.store.runs import StoredRun
from reports.store.summary import Summary, summarise
from reports.store.text import text_summary


def _json(summary: Summary) -> str:
    return msgspec.json.format(msgspec.json.encode(summary), indent=2).decode() + "\n"


FORMATS: dict[str, Callable[[Summary], str]] = {
    "text": text_summary,
    "github": markdown_summary,
    "junit": junit_summary,
    "json": _json,
}


def summarise_on_terminal(directories: Sequence[Path], form: str, expected: str) -> int:
    """Print the summary of the runs in some directories in one of FORMATS; return its exit code.

    A directory that is not there holds no runs, and one that is named twice is read once. Raises SetupError
    when one cannot be listed.
    """
    different = {directory.resolve(): directory for directory in reversed(directories)}
    rows = [row for directory in different.values() for row in _rows(directory)]
    summary = summarise(rows, expected)
    click.echo(FORMATS[form](summary), nl=False)
    return summary.exit_code


def _rows(directory: Path) -> list[StoredRun]:
    """Return the rows of a directory, with the paths of their reports as seen from here."""
    return [
        msgspec.structs.replace(row, report=str(directory / row.report)) if row.report else row
        for row in index_runs(directory)
    ]
