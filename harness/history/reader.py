"""Reading a history file: every line is checked, and what is wrong is told with file, line and reason."""

import mmap
from pathlib import Path

from harness.errors import HistoryError
from harness.history.columns import Columns
from harness.history.history import History
from harness.history.lazy import LazyEvents
from harness.history.pairing import pairing_mistake
from harness.history.saved import keep_columns, load_columns, source_of
from harness.history.shared_reading import read_shared
from harness.history.stretch import Stretch

LARGE = 64 << 20
"""Bytes from which on a file counts as large: its events are decoded only when they are asked for."""


def read_history(path: Path) -> History:
    """Read a JSON-lines history.

    A torn last line (the writer was killed in the middle of it) is left out, and told in `History.torn`.
    Of a large file the columns are kept beside it, which makes every later reading cheap.
    Raises HistoryError for a file that cannot be read or that is not a history.
    """
    try:
        size = path.stat().st_size
        if size >= LARGE:
            return _read_large(path, size)
        whole = _read(path, Stretch(path, 0, size, keep=True))
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror}.") from error
    columns = whole.columnizer.columns()
    _refuse_mistakes(path, columns)
    return History(whole.events, torn=whole.torn, name=str(path), columns=columns)


def _read_large(path: Path, size: int) -> History:
    source = source_of(path)
    saved = load_columns(path, source)
    if saved is None:
        read = read_shared(path, size, LARGE)
        if read is None:
            # Where a process found a mistake, one reading from the start on finds the line to blame.
            whole = _read(path, Stretch(path, 0, size))
            read = whole.columnizer, whole.torn
        saved = keep_columns(path, source, *read, lambda columns: _refuse_mistakes(path, columns)), read[1]
    columns, torn = saved
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return History(LazyEvents(data, columns.offset), torn=torn, name=str(path), columns=columns)


def _read(path: Path, whole: Stretch) -> Stretch:
    """Read a file from start to end."""
    whole.read()
    if not whole.count:
        raise HistoryError(
            f"{path}: its only line was torn off in the middle; nothing can be judged."
            if whole.torn
            else f"{path} holds no events; name the directory of a run."
        )
    return whole


def _refuse_mistakes(path: Path, columns: Columns) -> None:
    mistake = pairing_mistake(columns)
    if mistake:
        raise HistoryError(f"{path}, line {mistake[0] + 1}: {mistake[1]}")
