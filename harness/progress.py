"""Progress of a run: a live line on a terminal, plain lines elsewhere."""

import queue
import sys
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from harness.board import Snapshot
from harness.history import Event

LAST_LINES_WITHIN = 5.0
"""Seconds that the last lines may take to reach the screen."""

PLAIN_EVERY = 10.0
"""Seconds between two status lines where there is no terminal."""


PHASES = {
    "ensemble": ": starting the servers until a quorum is proven",
    "apps": ": starting the app nodes until each has a session",
    "workload": " begins",
    "liveness": ": breaking a minority for good, waiting until the rest makes progress",
    "heal": ": bringing every node back, waiting until everything works again",
    "settle": ": leaving everything alone until it must have settled",
    "final": ": reading every server directly",
    "stop": ": ending the app nodes, waiting for the last sessions to end",
}


class Progress:
    """Shows phases, faults and troubles as they come, and in between how the run goes.

    The listener runs under the history's lock and must never wait for a reader of the screen, so a
    thread of its own prints. A screen that is gone costs the run nothing.
    """

    def __init__(self, out: TextIO = sys.stdout):
        self._console = Console(file=out, highlight=False, soft_wrap=True)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._printer: threading.Thread | None = None
        self._live: Live | None = None
        self._elects = False
        self._next_plain = 0.0
        self._start: int | None = None

    def __enter__(self) -> "Progress":
        # A daemon: a screen that takes nothing more must not keep the process.
        self._printer = threading.Thread(target=self._print, name="progress", daemon=True)
        self._printer.start()
        if self._console.is_terminal:
            self._live = Live(Text(), console=self._console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.put(None)
        if self._printer:
            self._printer.join(LAST_LINES_WITHIN)
            self._printer = None
        if self._live:
            with suppress(OSError):
                self._live.stop()
            self._live = None

    def say(self, line: str) -> None:
        """Print one line that stays."""
        if self._printer:
            self._lines.put(line)
        else:
            self._console.print(Text(line))

    def settle(self) -> None:
        """Wait until everything said so far is printed."""
        self._lines.join()

    def _print(self) -> None:
        gone = False
        while True:
            line = self._lines.get()
            if line is not None and not gone:
                try:
                    self._console.print(Text(line))
                except OSError:
                    gone = True
            self._lines.task_done()
            if line is None:
                return

    def listen(self, event: Event) -> None:
        """Print what a person wants to know at once."""
        if event.f == "phase" and event.process == "harness":
            if event.value == "workload":
                self._start = event.time
            self.say(f"{self._at(event)}{event.value}{PHASES.get(event.value, '')}")
        elif event.f in {"inject", "heal"} and event.process == "nemesis":
            self._tell_fault(event)
        elif event.f == "trouble" and event.process == "harness":
            self.say(f"{self._at(event)}trouble: {event.value}")

    def update(self, now: Snapshot, elapsed: float, total: float) -> None:
        """Show how far the run is."""
        leaders = [name for name, mode in now.server_modes.items() if mode in {"leader", "standalone"}]
        # Not every workload elects a leader.
        self._elects = self._elects or bool(now.app_leaders)
        elected = f" · app leader {', '.join(now.app_leaders) or 'none'}" if self._elects else ""
        line = (
            f"{now.phase} {elapsed:.0f}/{total:.0f} s · {now.operations['ok']} ok"
            f" {now.operations['fail']} refused {now.operations['info']} unknown"
            f" · ZooKeeper leader {', '.join(leaders) or 'none'}"
            f"{elected} · faults {now.faults_proven}/{now.faults_begun} proven"
        )
        if now.active:
            line += f" · now {' and '.join(now.active.values())}"
        if self._live:
            self._live.update(Text(line, style="bold"))
        elif time.monotonic() >= self._next_plain:
            self._next_plain = time.monotonic() + PLAIN_EVERY
            self.say(line)

    def _tell_fault(self, event: Event) -> None:
        value = event.value
        if value["stage"] == "begin":
            return
        what = "" if event.f == "inject" else " healed"
        target = ", ".join(value["targets"]) or "nobody"
        reason = f" ({value['reason']})" if value.get("reason") else ""
        self.say(f"{self._at(event)}{event.key} on {target}:{what} {value['stage']}{reason}")

    def _at(self, event: Event) -> str:
        return "" if self._start is None else f"{(event.time - self._start) / 1e9:6.1f} s  "
