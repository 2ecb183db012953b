"""Commands about all runs of a store: list, summary, index, serve."""

from collections.abc import Sequence
from pathlib import Path

import click

from harness.options import runs_dir


@click.command(name="list")
@runs_dir
def list_command(runs_dir: Path) -> int:
    """List the stored runs with their verdicts, the oldest first."""
    from harness.run_index import index_runs

    for row in index_runs(runs_dir):
        click.echo(f"{row.run}  {'damaged' if row.damaged else row.verdict:<10}  {row.sentence}")
    return 0


@click.command()
@click.argument(
    "directories", metavar="[RUNS]...", nargs=-1, type=click.Path(path_type=Path, file_okay=False)
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "junit", "json"]),
    default="text",
    show_default=True,
    help="For a terminal, as Markdown for a job of GitHub, as JUnit XML, or for programs.",
)
@click.option(
    "--expect",
    "expected",
    type=click.Choice(["valid", "violation", "unknown"]),
    default=None,
    help="Be content when every run came out so, such as the runs of broken twins; 1 when one did not.",
)
def summary(directories: Sequence[Path], form: str, expected: str | None) -> int:
    """Sum up all runs in the directories RUNS, by default runs.

    Exit codes: 0 every run is valid, 1 there is a violation, 2 a run is unknown or has no verdict, 3 there
    are no runs.
    """
    from harness.summary_command import summarise_on_terminal

    return summarise_on_terminal(directories or [Path("runs")], form, expected or "")


@click.command()
@runs_dir
def index(runs_dir: Path) -> int:
    """Write index.html beside the runs: verdicts, findings and trends of all of them, in one file."""
    from harness.serve_command import index_on_terminal

    return index_on_terminal(runs_dir)


@click.command()
@runs_dir
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8181, show_default=True, help="0: any free one."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; there is no password."
)
def serve(runs_dir: Path, port: int, host: str) -> int:
    """Show the stored runs in a browser: search, findings, trends, reports, downloads."""
    from harness.serve_command import serve_on_terminal

    return serve_on_terminal(runs_dir, host, port)


STORE_COMMANDS = (list_command, summary, index, serve)
