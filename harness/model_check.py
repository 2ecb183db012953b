"""Any history against a model of what was tested; and histories in EDN for other checkers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import click
from msgspec.structs import replace

from checkers.judge import judge
from checkers.linearizability.call import Call
from checkers.linearizability.compiled import available, search_compiled
from checkers.linearizability.judge import judge_model
from checkers.linearizability.model import Model
from checkers.linearizability.models import find_model
from checkers.linearizability.outcome import Outcome
from checkers.linearizability.search import BUDGET, search_prepared
from checkers.result import Results, combine
from harness.errors import HistoryError, SetupError
from harness.history import read_history
from harness.history.foreign import Foreign, read_any, write_edn
from harness.judging import EXIT_CODES
from harness.planner import repeat_command
from harness.session import tell_results
from harness.store import RunDirectory
from reports.html import write_report
from reports.model_page import model_page, write_model_page

WORTH_COMPILING = 20_000
"""So many calls of one key take longer than to load the compiled search."""


PATIENCE = 2.0
"""Seconds of silence."""


def check_model(
    where: str,
    runs: Path,
    model: str,
    *,
    budget: int | None,
    fast: bool | None,
    independent: bool,
    report: Path | None = None,
) -> int:
    """Judge a file or a stored run against a model, print the verdict and return the exit code.

    `fast`: whether to use the compiled search, None: where it pays. `report`: a page to write, of a run its
    whole report; nothing else is stored. Raises ZkchaosError for what cannot be read or written or is not
    known.
    """
    known = find_model(model)
    if fast and not available():
        raise SetupError("--fast needs numba; `pip install 'zkchaos[fast]'` brings it.")

    def search(of: Model, calls: Sequence[Call], limit: int) -> Outcome:
        compiled = available() and len(calls) >= WORTH_COMPILING if fast is None else fast
        if not compiled:
            return search_prepared(of, calls, limit)
        with _said_after(PATIENCE, "searching; after an installation numba first compiles the search, once"):
            return search_compiled(of, calls, limit)

    path = find_history(where, runs)
    foreign = read_any(path, independent=independent)
    results = judge_model(foreign, model, budget=budget or BUDGET, search=search)
    tell_results(results)
    if report is not None:
        if foreign.recorded and foreign.history.select("plan"):
            _report_run(foreign, results, path, report)
        else:
            write_model_page(model_page(foreign.history, foreign.lines, results, known.summary), report)
        click.echo(f"report    {report}")
    return EXIT_CODES[results.verdict]


def _report_run(foreign: Foreign, results: Results, path: Path, report: Path) -> None:
    """Draw the report of a run with the model's result before all others."""
    history = foreign.history
    own = judge(history, repeat_command(history.plan, str(path.parent)))
    all_results = (*results.results, *own.results)
    worse = own.verdict is not results.verdict and combine(all_results) is own.verdict
    together = replace(
        own,
        scenario=f"{own.scenario}, {results.scenario}",
        verdict=combine(all_results),
        sentence=own.sentence if worse else results.sentence,
        results=all_results,
    )
    write_report(history, together, report, logs=path.parent / "logs")


def export_edn(where: str, runs: Path, target: Path) -> int:
    """Write the history of a stored run in EDN; raises ZkchaosError."""
    count = write_edn(read_history(find_history(where, runs)), target)
    click.echo(f"{count:,} events in {target}")
    return 0


def find_history(where: str, runs: Path) -> Path:
    """Return a file as it is, or the history of a run; raises HistoryError where there is neither."""
    try:
        if Path(where).is_file():
            return Path(where)
        return RunDirectory.find(where, runs).history
    except HistoryError:
        raise HistoryError(
            f"there is neither a file nor a run {where}; `zkchaos list` lists the runs."
        ) from None
    except OSError as error:
        raise HistoryError(f"cannot look for {where}: {error.strerror}.") from error


@contextmanager
def _said_after(seconds: float, sentence: str) -> Iterator[None]:
    """Say something where the work within takes longer."""
    timer = Timer(seconds, click.echo, (sentence,), {"err": True})
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
