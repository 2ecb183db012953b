"""The ledger of a session on several workers: which runs are on the engine at this moment.

A worker that dies, or is ended because the user pressed Ctrl-C, cannot remove its containers. It notes
each run in a file of its own, and the controller removes at the end what is noted still.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from harness.errors import SetupError

_place = pytest.StashKey[Path]()


def open_ledger(config: pytest.Config) -> Path:
    """Return the directory of the session's ledger, made at the first call."""
    if _place not in config.stash:
        config.stash[_place] = Path(mkdtemp(prefix="zkchaos-ledger-"))
    return config.stash[_place]


@contextmanager
def noted(ledger: Path | None, run: str) -> Iterator[None]:
    """Note a run while it is on the engine; without a ledger nothing is done."""
    note = ledger / run if ledger else None
    if note:
        note.touch()
    yield
    # Only on the good way out: after an exception a run may still be there, and looking again is cheap.
    if note:
        note.unlink(missing_ok=True)


def close_ledger(config: pytest.Config) -> str:
    """Remove what runs of dead workers left on the engine; say in one sentence what was done, if anything."""
    place = config.stash.get(_place, None)
    if place is None:
        return ""
    runs = sorted(path.name for path in place.iterdir())
    shutil.rmtree(place, ignore_errors=True)
    removed, left = _sweep(runs) if runs else ([], [])
    if left:
        return f"chaos: {', '.join(left)} is left on the engine; `zkchaos clean` removes it."
    return f"chaos: removed what was left on the engine of {', '.join(removed)}." if removed else ""


def _sweep(runs: list[str]) -> tuple[list[str], list[str]]:
    """Remove what there is of these runs; return those that had something, and those that still have."""
    from harness.engine import Engine
    from harness.session import drop_everything

    try:
        with closing(Engine.connect()) as engine:
            found = [run for run in runs if engine.leftovers(run)]
        return found, [run for run in found if not drop_everything(run)]
    except SetupError:
        return [], runs
