"""Reading a history file: every line is checked, and what is wrong is told with file, line and reason."""

import gc
import mmap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.errors import HistoryError
from harness.event import Event
from harness.history.columnizer import Columnizer
from harness.history.history import History
from harness.history.lazy import LazyEvents
from harness.history.pairing import pairing_mistake
from harness.history.saved import load_columns, save_columns

BLOCK = 4 << 20
"""Bytes that are decoded at once."""

LARGE = 64 << 20
"""Bytes from which on a file counts as large: its events are decoded only when they are asked for."""

_DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_history(path: Path) -> History:
    """Read a JSON-lines history.

    A torn last line (the writer was killed in the middle of it) is left out, and told in `History.torn`.
    Of a large file the columns are kept in a file beside it, which makes every later reading cheap.
    Raises HistoryError for a file that cannot be read or that is not a history.
    """
    try:
        size = path.stat().st_size
        if size >= LARGE:
            return _read_large(path)
        return _History(path, path.read_bytes(), keep=True).read()
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror}.") from error


def _read_large(path: Path) -> History:
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    saved = load_columns(path)
    if saved is not None:
        columns, torn = saved
        return History(LazyEvents(data, columns.offset), torn=torn, name=str(path), columns=columns)
    history = _History(path, data, keep=False).read()
    # Whoever may not write there reads the lines again next time.
    with suppress(OSError):
        save_columns(path, history.columns, history.torn)
    return history


class _History:
    """One reading of one file; `keep` says that the decoded events stay in memory."""

    def __init__(self, path: Path, data: bytes | mmap.mmap, *, keep: bool):
        self._path = path
        self._data = data
        self._keep = keep
        self._decoder = msgspec.json.Decoder(Event)
        self._columnizer = Columnizer()
        self._events: list[Event] = []
        self._read = 0
        """How many events so far."""
        self._torn = ""

    def read(self) -> History:
        with _no_collections():
            for block, offset in self._blocks():
                self._take(block, offset)
        self._refuse_emptiness()
        columns = self._columnizer.columns()
        mistake = pairing_mistake(columns)
        if mistake:
            raise HistoryError(f"{self._path}, line {mistake[0] + 1}: {mistake[1]}")
        events = self._events if self._keep else LazyEvents(self._data, columns.offset)
        return History(events, torn=self._torn, name=str(self._path), columns=columns)

    def _blocks(self) -> Iterator[tuple[bytes, int]]:
        """Yield blocks of whole lines with their offsets; the last one may lack its newline."""
        start, size = 0, len(self._data)
        while start < size:
            end = self._data.find(b"\n", min(start + BLOCK, size - 1)) + 1 or size
            yield self._data[start:end], start
            start = end

    def _take(self, block: bytes, offset: int) -> None:
        starts = _line_starts(block)
        try:
            events = self._decoder.decode_lines(block)
        except _DECODE_ERRORS:
            events = []
        if len(events) != len(starts):
            # Slowly, to find the line that is to blame.
            events = self._line_by_line(block, starts)
            starts = starts[: len(events)]
        indexes = np.array([event.index for event in events])
        wrong = np.flatnonzero(indexes != np.arange(self._read, self._read + len(events)))
        if len(wrong):
            number = self._read + int(wrong[0]) + 1
            raise HistoryError(
                f"{self._path}, line {number}: index {indexes[wrong[0]]} where {number - 1} was due; "
                "lines were lost, doubled or moved."
            )
        self._columnizer.add(events, starts + offset)
        self._read += len(events)
        if self._keep:
            self._events += events

    def _line_by_line(self, block: bytes, starts: NDArray[np.int64]) -> list[Event]:
        events = []
        ends = [*starts[1:].tolist(), len(block)]
        for place, (start, end) in enumerate(zip(starts.tolist(), ends, strict=True)):
            number = self._read + place + 1
            line = block[start:end]
            try:
                events.append(self._decoder.decode(line))
            except _DECODE_ERRORS as error:
                if line.endswith(b"\n"):
                    raise HistoryError(
                        f"{self._path}, line {number}: not an event of a history ({error})."
                    ) from error
                self._torn = f"line {number} was torn off in the middle and is left out"
        return events

    def _refuse_emptiness(self) -> None:
        if self._torn and not self._read:
            raise HistoryError(
                f"{self._path}: its only line was torn off in the middle; nothing can be judged."
            )
        if not self._read:
            raise HistoryError(f"{self._path} holds no events; name the directory of a run.")


def _line_starts(block: bytes) -> NDArray[np.int64]:
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1
    starts = np.concatenate((np.zeros(1, np.int64), ends))
    return starts[:-1] if block.endswith(b"\n") else starts


@contextmanager
def _no_collections() -> Iterator[None]:
    """Hold the garbage collector still: events hold no cycles, and to walk them all takes a third longer."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
