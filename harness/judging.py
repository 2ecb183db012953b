"""Judging a run from its files alone: history in, results and report out."""

import msgspec

from checkers.judge import judge
from checkers.result import Results, Verdict
from harness.history import History, read_history
from harness.planner import repeat_command
from harness.store import RunDirectory
from harness.store_page import refresh_page
from harness.stored_run import stored_results
from reports.html import write_report

EXIT_CODES = {Verdict.VALID: 0, Verdict.VIOLATION: 1, Verdict.UNKNOWN: 2}


def judge_run(run: RunDirectory) -> tuple[History, Results]:
    """Judge a run; nothing is written. Raises HistoryError when the history cannot be read."""
    history = read_history(run.history)
    return history, judge(history, repeat_command(history.plan, str(run.path)))


def store_results(run: RunDirectory, results: Results) -> None:
    """Write results.json; raises SetupError when the disk refuses it."""
    data = msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n"
    run.write(run.results, data)


def report_run(run: RunDirectory, *, listed: bool = True) -> tuple[History, Results]:
    """Judge a run, draw its report, and where it is `listed` also the page of the store that it is in."""
    history, results = judge_run(run)
    store_results(run, results)
    write_report(history, results, run.report)
    if listed:
        refresh_page(run)
    return history, results


def draw_report(run: RunDirectory) -> None:
    """Draw the report of a run as it was judged; one that was not is judged, and that is not stored.

    Raises HistoryError when its files cannot be read.
    """
    history, results = read_history(run.history), stored_results(run)
    if results is None:
        results = judge(history, repeat_command(history.plan, str(run.path)))
    write_report(history, results, run.report)
