"""The recorder: events out on standard output, one JSON object a line."""

import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from harness.client.line import Line
from harness.history.event import Type


class Recorder:
    """Writes events as they happen, from any thread, each line in one piece and flushed at once."""

    def __init__(self, out: BinaryIO, clock: Callable[[], int] = time.monotonic_ns):
        self.clock = clock
        self._out = out
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Lock()

    def record(self, type: Type, f: str, *, at: int | None = None, **fields: Any) -> None:  # noqa: A002 - the field's name
        """Write one event; `at` is its time in ns where that is not now."""
        line = Line(time=self.clock() if at is None else at, type=type, f=f, **fields)
        data = self._encoder.encode(line) + b"\n"
        with self._lock:
            self._out.write(data)
            self._out.flush()

    def event(self, f: str, **fields: Any) -> None:
        """Write something that nobody invoked."""
        self.record("event", f, **fields)
