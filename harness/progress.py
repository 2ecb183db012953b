"""Progress of a run: a live line on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from harness.board import Snapshot
from harness.history import Event

PLAIN_EVERY = 10.0
"""Seconds between two status lines where there is no terminal."""


PHASES = {
    "ensemble": ": starting the servers until a quorum is proven",
    "apps": ": starting the app nodes until each has a session",
    "workload": " begins",
    "heal": ": bringing every node back, waiting until everything works again",
    "final": ": reading every server directly",
    "stop": ": ending the app nodes, waiting for the last sessions to end",
}


class Progress:
    """Shows phases, faults and troubles as they come, and in between how the run goes.

    The listener runs under the history's lock: it only prints.
    """

    def __init__(self, out: TextIO = sys.stdout):
        self._console = Console(file=out, highlight=False, soft_wrap=True)
        self._live: Live | None = None
        self._next_plain = 0.0
        self._start: int | None = None

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._live = Live(Text(), console=self._console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()
            self._live = None

    def say(self, line: str) -> None:
        """Print one line that stays."""
        self._console.print(Text(line))

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
        line = (
            f"{now.phase} {elapsed:.0f}/{total:.0f} s · {now.operations['ok']} ok"
            f" {now.operations['fail']} refused {now.operations['info']} unknown"
            f" · ZooKeeper leader {', '.join(leaders) or 'none'}"
            f" · app leader {', '.join(now.app_leaders) or 'none'}"
            f" · faults {now.faults_proven}/{now.faults_begun} proven"
        )
        if now.fault:
            line += f" · now {now.fault}"
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
