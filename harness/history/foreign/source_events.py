"""Events of a foreign history, checked one by one as they are read."""

from typing import Any

from harness.errors import HistoryError
from harness.event import COMPLETIONS, Event, Type


class SourceEvents:
    """Collects events and the lines they came from; refuses what no history can hold, with a HistoryError."""

    def __init__(self, name: str):
        self.name = name
        self.events: list[Event] = []
        self.lines: list[int] = []
        self._open: dict[str, int] = {}
        self._timed = False

    def refuse(self, line: int, reason: str) -> HistoryError:
        """Make the error that names file, line and reason."""
        return HistoryError(f"{self.name}, line {line}: {reason}.")

    def add(
        self,
        line: int,
        *,
        type: Type,  # noqa: A002 - the field's name
        f: str,
        process: str,
        time: int | None = None,
        **fields: Any,
    ) -> None:
        """Append one event; its time is its place where the history tells none."""
        index = len(self.events)
        if type == "invoke":
            if process in self._open:
                raise self.refuse(
                    line,
                    f"process {process} invokes {f} while its {self.events[self._open[process]].f} of line "
                    f"{self.lines[self._open[process]]} is outstanding",
                )
            self._open[process] = index
        elif type in COMPLETIONS:
            invoked = self._open.pop(process, None)
            if invoked is None:
                raise self.refuse(line, f"process {process} completes {f}, which it did not invoke")
            invoke = self.events[invoked]
            if invoke.f != f:
                raise self.refuse(line, f"process {process} completes {f} but its open call is {invoke.f}")
        time = self._time(line, time)
        self.events.append(Event(index=index, time=time, type=type, f=f, process=process, **fields))
        self.lines.append(line)

    def waits(self, process: str) -> bool:
        """Tell whether a process has a call outstanding."""
        return process in self._open

    def _time(self, line: int, time: int | None) -> int:
        """Check a time; an event without one has that of the one before, or its place where none has."""
        before = self.events[-1].time if self.events else 0
        if time is None:
            return before if self._timed else len(self.events)
        if self._timed and time < before:
            raise self.refuse(line, f"time {time} after {before}; the times go back")
        self._timed = True
        return time
