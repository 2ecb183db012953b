"""Ctrl-C, SIGTERM, a terminal that goes away: the first asks for an orderly end, the second ends at once."""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """While entered, counts the requests to stop; `on_second` is called for the second one.

    A plain attribute and no threading.Event: a signal handler runs in the middle of whatever the main
    thread does and must not wait for a lock that it holds.
    """

    def __init__(self, on_first: Callable[[], None], on_second: Callable[[], None]):
        self.requested = False
        self._on_first = on_first
        self._on_second = on_second
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is not threading.main_thread():
            return self  # elsewhere no handler can be set; whoever owns the main thread has its own
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        if self.requested:
            self._on_second()
        else:
            self.requested = True
            self._on_first()
