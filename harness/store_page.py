"""The page of a store, `runs/index.html`: written anew whenever a run of it was judged."""

import fcntl
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.errors import SetupError
from harness.run_index import index_runs
from harness.store import RunDirectory
from reports.store.index import MARK, render_index

PAGE = "index.html"
LOCK = ".index.lock"
HEAD = 500
"""Bytes at the beginning of a page within which its mark stands."""


def write_page(runs: Path) -> Path:
    """Write the page of a store and return its path.

    Of two that write at once the second one waits, and then sees the runs of both. Raises SetupError where
    the directory is missing or cannot be written to, and where the page is somebody else's.
    """
    page = runs / PAGE
    if not runs.is_dir():
        raise SetupError(f"there is no directory {runs}; name the one of the runs with --runs-dir.")
    if _is_foreign(page):
        raise SetupError(
            f"{page} was not made by zkchaos; move it away, or the page of the runs has no place."
        )
    try:
        with _only_one(runs):
            _replace(page, render_index(index_runs(runs), written=time.time()))
    except OSError as error:
        raise SetupError(
            f"cannot write {page}: {error.strerror}; `zkchaos serve` shows it as well."
        ) from error
    return page


def refresh_page(run: RunDirectory) -> None:
    """Write the page of the store that a run is in.

    Where that fails nothing is lost, and a verdict does not depend on it: `zkchaos index` tells why.
    """
    with suppress(SetupError):
        write_page(run.path.resolve().parent)


@contextmanager
def _only_one(runs: Path) -> Iterator[None]:
    with (runs / LOCK).open("a") as file:
        # Closing the file releases the lock; it stays, or a third process might lock a new one.
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _replace(page: Path, text: str) -> None:
    draft = page.with_name(f".{PAGE}.{secrets.token_hex(4)}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(page)
    finally:
        draft.unlink(missing_ok=True)


def _is_foreign(page: Path) -> bool:
    try:
        with page.open("rb") as file:
            return MARK.encode() not in file.read(HEAD)
    except FileNotFoundError:
        return False
    except OSError:
        return True
