"""Any history against a model of what was tested; and histories in EDN for other checkers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import click

from checkers.linearizability.call import Call
from checkers.linearizability.compiled import available, search_compiled
from checkers.linearizability.judge import judge_model
from checkers.linearizability.model import Model
from checkers.linearizability.models import find_model
from checkers.linearizability.outcome import Outcome
from checkers.linearizability.search import BUDGET, search_prepared
from harness.errors import HistoryError, SetupError
from harness.history import read_history
from harness.history.foreign import read_any, write_edn
from harness.judging import EXIT_CODES
from harness.session import tell_results
from harness.store import RunDirectory

WORTH_COMPILING = 20_000
"""So many calls of one key take longer than to load the compiled search."""


PATIENCE = 2.0
"""Seconds of silence."""


def check_model(
    where: str, runs: Path, model: str, *, budget: int | None, fast: bool | None, independent: bool
) -> int:
    """Judge a file or a stored run against a model, print the verdict and return the exit code.

    `fast`: whether to use the compiled search, None: where it pays. Raises ZkchaosError for what cannot be
    read or is not known. Nothing is stored.
    """
    find_model(model)
    if fast and not available():
        raise SetupError("--fast needs numba; `pip install 'zkchaos[fast]'` brings it.")

    def search(of: Model, calls: Sequence[Call], limit: int) -> Outcome:
        compiled = available() and len(calls) >= WORTH_COMPILING if fast is None else fast
        if not compiled:
            return search_prepared(of, calls, limit)
        with _said_after(PATIENCE, "searching; after an installation numba first compiles the search, once"):
            return search_compiled(of, calls, limit)

    history = read_any(find_history(where, runs), independent=independent)
    results = judge_model(history, model, budget=budget or BUDGET, search=search)
    tell_results(results)
    return EXIT_CODES[results.verdict]


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
