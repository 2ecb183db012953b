"""Writing a history: appended and flushed event by event, from any thread."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from harness.errors import SetupError
from harness.event import Event

Listener = Callable[[Event], None]


class HistoryWriter:
    """Numbers events, appends them to a file and tells listeners of them, in file order.

    Every event is handed to the operating system before `write` or `write_all` returns, so a killed
    harness loses at most what it was writing. The lock makes index, file order and the listeners' order one.
    """

    def __init__(self, path: Path):
        self.path = path
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Lock()
        self._next = 0
        self._listeners: list[Listener] = []
        self._failed = ""
        try:
            self._file = path.open("xb", buffering=0)
        except OSError as error:
            raise SetupError(f"cannot write the history {path}: {error.strerror}.") from error

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every event from now on; it must be quick and must not write."""
        with self._lock:
            self._listeners.append(listener)

    def write(self, *, time: int, type: str, f: str, **fields: Any) -> Event:  # noqa: A002 - the field's name
        """Append one event and return it; raises as `write_all` does."""
        event = Event(index=0, time=time, type=type, f=f, **fields)  # type: ignore[arg-type]
        self.write_all([event])
        return event

    def write_all(self, events: Sequence[Event]) -> None:
        """Number events and append them in one go, with nothing in between.

        The index that an event came with is replaced: events must be new, and known to nobody else.
        Raises SetupError when the disk takes no more, at once and on every later call: a history
        with a hole would be worse than a run that ends.
        """
        with self._lock:
            if self._failed:
                raise SetupError(self._failed)
            for index, event in enumerate(events, self._next):
                force_setattr(event, "index", index)
            self._append(self._encoder.encode_lines(events))
            self._next += len(events)
            for listener in self._listeners:
                for event in events:
                    listener(event)

    def _append(self, lines: bytes) -> None:
        try:
            while lines:
                lines = lines[self._file.write(lines) :]
        except OSError as error:
            self._failed = (
                f"cannot write the history {self.path}: {error.strerror}; "
                "free some space or choose another place with --runs-dir."
            )
            raise SetupError(self._failed) from error

    @property
    def failure(self) -> str:
        """Why nothing can be written any more, empty while all is well."""
        return self._failed

    def close(self) -> None:
        """Close the file; closing twice is harmless, and what is written afterwards is refused."""
        with self._lock:
            self._failed = self._failed or f"the history {self.path} is closed."
            self._file.close()
