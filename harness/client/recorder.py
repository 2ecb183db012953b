"""The recorder: events out on standard output, one JSON object a line."""

import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from harness.client.line import Line
from harness.history.event import COMPLETIONS, Type

IDLE_FLUSH = 0.01
"""Seconds after which an answer is written though nothing follows it."""


class Recorder:
    """Writes events as they happen, from any thread, each line in one piece.

    An invocation is out before its call is made, so that a killed program leaves no call untold. An
    answer may wait for the next line, or a moment: one that is lost leaves its call unknown, which is
    true. That halves the wake-ups on the way to the history, which are most of what recording costs.
    """

    def __init__(self, out: BinaryIO, clock: Callable[[], int] = time.monotonic_ns):
        self.clock = clock
        self._out = out
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Condition()
        self._waiting = bytearray()
        self._asleep = False
        self._closed = False
        self._flusher = threading.Thread(target=self._flush_when_idle, name="recorder", daemon=True)
        self._flusher.start()

    def record(self, type: Type, f: str, *, at: int | None = None, **fields: Any) -> None:  # noqa: A002 - the field's name
        """Record one event; `at` is its time in ns where that is not now."""
        line = Line(time=self.clock() if at is None else at, type=type, f=f, **fields)
        data = self._encoder.encode(line) + b"\n"
        with self._lock:
            self._waiting += data
            if type not in COMPLETIONS or self._closed:
                self._flush()
            elif self._asleep:
                self._lock.notify()

    def event(self, f: str, **fields: Any) -> None:
        """Record something that nobody invoked."""
        self.record("event", f, **fields)

    def close(self) -> None:
        """Write what waits and end the thread; what is recorded afterwards is written at once."""
        with self._lock:
            self._closed = True
            self._lock.notify()
            if self._waiting:
                self._flush()
        self._flusher.join()

    def _flush(self) -> None:
        self._out.write(self._waiting)
        self._out.flush()
        self._waiting = bytearray()

    def _flush_when_idle(self) -> None:
        with self._lock:
            while not self._closed:
                if not self._waiting:
                    # Woken by the first answer only, not by each one of a busy program.
                    self._asleep = True
                    self._lock.wait()
                    self._asleep = False
                before = self._waiting
                self._lock.wait(IDLE_FLUSH)
                # The same buffer as a moment ago: nothing followed that would have taken it along.
                if self._waiting is before and before:
                    self._flush()
