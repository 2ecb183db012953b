"""The recorder: events out on standard output, one JSON object a line."""

import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from harness.client.line import Line
from harness.event import COMPLETIONS, Type

GATHER = 0.01
"""Seconds for which lines are gathered before they are printed."""


class Recorder:
    """Writes events as they happen, from any thread, each line in one piece.

    An invocation is out before its call is made, so that a killed program leaves no call untold. Where
    there is a journal, a file that survives the program, that is where it is out, and lines are printed
    in batches: to wake the engine and the harness for every line is most of what recording costs. An
    answer may always wait a moment: one that is lost leaves its call unknown, which is true.

    What was printed is a prefix of the journal at any time; the harness reads the rest after a death.
    """

    def __init__(
        self, out: BinaryIO, clock: Callable[[], int] = time.monotonic_ns, journal: BinaryIO | None = None
    ):
        self.clock = clock
        self._out = out
        self._journal = journal
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Condition()
        self._waiting = bytearray()
        self._journaled = 0
        """How many of the waiting bytes are in the journal."""
        self._held = False
        """Invocations wait that have to be out before their calls are made."""
        self._asleep = False
        self._closed = False
        self._flusher = threading.Thread(target=self._flush_gathered, name="recorder", daemon=True)
        self._flusher.start()

    def record(
        self,
        type: Type,  # noqa: A002 - the field's name
        f: str,
        *,
        at: int | None = None,
        hold: bool = False,
        **fields: Any,
    ) -> None:
        """Record one event; `at` is its time in ns where that is not now.

        With `hold` it may wait like an answer; of an invocation that is right only where `let_out` is
        called before the request is sent.
        """
        line = Line(time=self.clock() if at is None else at, type=type, f=f, **fields)
        data = self._encoder.encode(line) + b"\n"
        with self._lock:
            self._waiting += data
            if self._closed:
                self._print()
                return
            if hold:
                self._held = True
            elif type not in COMPLETIONS:
                self._let_out()
                if not self._waiting:
                    return
            if self._asleep:
                # Woken by the first line only, not by each one of a busy program.
                self._lock.notify()

    def let_out(self) -> None:
        """See to it that every line recorded so far survives the death of the program."""
        if self._held:
            with self._lock:
                self._let_out()
                self._held = False

    def event(self, f: str, **fields: Any) -> None:
        """Record something that nobody invoked."""
        self.record("event", f, **fields)

    def close(self) -> None:
        """Print what waits and end the thread; what is recorded afterwards is printed at once."""
        with self._lock:
            self._closed = True
            self._lock.notify()
            if self._waiting:
                self._print()
        self._flusher.join()

    def _let_out(self) -> None:
        if self._journal is None:
            self._print()
        else:
            self._write_journal()

    def _write_journal(self) -> None:
        if self._journal is not None:
            self._journal.write(self._waiting[self._journaled :])
            self._journaled = len(self._waiting)

    def _print(self) -> None:
        self._held = False
        self._write_journal()
        self._out.write(self._waiting)
        self._out.flush()
        self._waiting = bytearray()
        self._journaled = 0

    def _flush_gathered(self) -> None:
        with self._lock:
            while not self._closed:
                if not self._waiting:
                    self._asleep = True
                    self._lock.wait()
                    self._asleep = False
                before = self._waiting
                self._lock.wait(GATHER)
                # Another buffer says that an invocation took the lines along meanwhile.
                if self._waiting is before and before:
                    self._print()
