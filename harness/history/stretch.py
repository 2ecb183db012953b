"""A stretch of lines of a history file: every line is checked, and what is wrong is told with its reason."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.errors import HistoryError
from harness.event import Event
from harness.history.columnizer import Columnizer

BLOCK = 4 << 20
"""Bytes that are decoded at once."""

_DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Stretch:
    """The lines from byte `start` to byte `end`; `keep` says that the decoded events stay in memory.

    `first` is the index of its first event, None for one that nobody knows yet: the first line tells.
    """

    def __init__(self, path: Path, start: int, end: int, *, first: int | None = 0, keep: bool = False):
        self._path, self._start, self._end, self._keep = path, start, end, keep
        self._decoder = msgspec.json.Decoder(Event)
        self.first = first or 0
        self._told = first is not None
        self.columnizer = Columnizer()
        self.events: list[Event] = []
        self.count = 0
        """How many events so far."""
        self.torn = ""
        """What was wrong with the last line, empty where it was whole."""

    def read(self) -> None:
        """Read all of it; raises HistoryError, and OSError where the file cannot be read."""
        with _no_collections():
            for block, offset in self._blocks():
                if not self._told:
                    self.first, self._told = self._first_index(block), True
                self._take(block, offset)

    def _first_index(self, block: bytes) -> int:
        try:
            return self._decoder.decode(block[: block.find(b"\n") + 1 or None]).index
        except _DECODE_ERRORS:
            return 0

    def _blocks(self) -> Iterator[tuple[bytes, int]]:
        """Yield blocks of whole lines with their offsets; the last one may lack its newline."""
        start = self._start
        # Read, not mapped: a mapped file counts as memory of this process.
        with self._path.open("rb") as file:
            file.seek(start)
            while start < self._end:
                block = file.read(min(BLOCK, self._end - start))
                if not block.endswith(b"\n"):
                    block += file.readline()
                if not block:
                    return  # somebody has cut it off meanwhile
                yield block, start
                start += len(block)

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
        due = self.first + self.count
        indexes = np.fromiter(map(attrgetter("index"), events), np.int64, len(events))
        wrong = np.flatnonzero(indexes != np.arange(due, due + len(events)))
        if len(wrong):
            number = due + int(wrong[0]) + 1
            raise HistoryError(
                f"{self._path}, line {number}: index {indexes[wrong[0]]} where {number - 1} was due; "
                "lines were lost, doubled or moved."
            )
        self.columnizer.add(events, starts + offset)
        self.count += len(events)
        if self._keep:
            self.events += events

    def _line_by_line(self, block: bytes, starts: NDArray[np.int64]) -> list[Event]:
        events = []
        ends = [*starts[1:].tolist(), len(block)]
        for place, (start, end) in enumerate(zip(starts.tolist(), ends, strict=True)):
            number = self.first + self.count + place + 1
            line = block[start:end]
            try:
                events.append(self._decoder.decode(line))
            except _DECODE_ERRORS as error:
                if line.endswith(b"\n"):
                    raise HistoryError(
                        f"{self._path}, line {number}: not an event of a history ({error})."
                    ) from error
                self.torn = f"line {number} was torn off in the middle and is left out"
        return events


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
