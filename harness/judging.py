"""Judging a run from its files alone: history in, results and report out."""

import msgspec

from checkers.judge import judge
from checkers.result import Results, Verdict
from harness.errors import HistoryError
from harness.history import History, read_history
from harness.planner import repeat_command
from harness.store import RunDirectory
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


def report_run(run: RunDirectory) -> tuple[History, Results]:
    """Judge a run and draw its report."""
    history, results = judge_run(run)
    store_results(run, results)
    write_report(history, results, run.report)
    return history, results


def stored_results(run: RunDirectory) -> Results | None:
    """What results.json says, None where the run was not judged; raises HistoryError when it is damaged."""
    if not run.results.exists():
        return None
    try:
        return msgspec.json.decode(run.results.read_bytes(), type=Results)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HistoryError(
            f"{run.results} cannot be read ({error}); `zkchaos check` makes it anew."
        ) from error
