"""The runs of a store as rows, read once and remembered: thousands of runs stay quick."""

import os
import secrets
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from harness import __version__
from harness.errors import SetupError
from harness.store import RunDirectory
from harness.stored_run import stored_run
from reports.store.runs import StoredRun

MEMORY = ".index.json"
"""File of the store that remembers the rows; it may be deleted at any time."""
FORMAT = 1

Stamp = tuple[int, ...]
"""Times of change (ns), sizes and inodes of the files that make a row; zeros for one that is not there."""


class _Remembered(msgspec.Struct, array_like=True):
    stamp: Stamp
    row: StoredRun


class _Memory(msgspec.Struct):
    made_by: str
    runs: dict[str, _Remembered]


def index_runs(runs: Path) -> list[StoredRun]:
    """Return a row for each run of a directory, the oldest first; empty where there is no directory.

    A run whose files changed since the last time is read again. Raises SetupError where the directory cannot
    be listed.
    """
    before = _recall(runs)
    now: dict[str, _Remembered] = {}
    for run in _directories(runs):
        stamp = _stamp(run)
        known = before.get(run.name)
        now[run.name] = known if known and known.stamp == stamp else _Remembered(stamp, stored_run(run))
    if now != before:
        _remember(runs, now)
    rows = (_seen_from_here(known.row, runs) for known in now.values())
    return sorted(rows, key=lambda row: (row.began, row.run))


def _seen_from_here(row: StoredRun, runs: Path) -> StoredRun:
    """Let a command that names the run's directory do so as today's caller does, not as the first one did.

    It is what `harness.planner.repeat_command` makes of a run whose schedule came from somewhere else.
    """
    if not row.origin:
        return row
    return msgspec.structs.replace(row, repeat=shlex.join(["zkchaos", "replay", str(runs / row.run)]))


def _directories(runs: Path) -> Iterator[RunDirectory]:
    """Return the runs of a directory in no order; what has a name that JSON cannot hold is none."""
    try:
        with os.scandir(runs) as entries:
            names = [entry.name for entry in entries if entry.name.isprintable()]
    except FileNotFoundError:
        return
    except OSError as error:
        raise SetupError(
            f"cannot list the runs in {runs}: {error.strerror}; name another --runs-dir."
        ) from error
    for name in names:
        if os.path.isfile(f"{runs}/{name}/plan.json"):  # noqa: PTH113 - a Path for each of thousands is slow
            yield RunDirectory(runs / name)


def _stamp(run: RunDirectory) -> Stamp:
    stamp: list[int] = []
    for path in (run.plan, run.results, run.report):
        try:
            status = path.stat()
        except OSError:
            stamp += (0, 0, 0)
        else:
            stamp += (status.st_mtime_ns, status.st_size, status.st_ino)
    return tuple(stamp)


def _made_by() -> str:
    """Say what a memory must have been made by to be believed: a row means the same to both."""
    return f"{FORMAT} {__version__} {','.join(StoredRun.__struct_fields__)}"


def _recall(runs: Path) -> dict[str, _Remembered]:
    with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
        memory = msgspec.json.decode((runs / MEMORY).read_bytes(), type=_Memory)
        if memory.made_by == _made_by():
            return memory.runs
    return {}


def _remember(runs: Path, rows: dict[str, _Remembered]) -> None:
    """Write the memory in one step; a store that cannot be written to is read anew each time."""
    draft = runs / f"{MEMORY}.{secrets.token_hex(4)}.part"
    with suppress(OSError):
        try:
            draft.write_bytes(msgspec.json.encode(_Memory(_made_by(), rows)))
            draft.replace(runs / MEMORY)
        finally:
            draft.unlink(missing_ok=True)
