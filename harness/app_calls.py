"""The rules for the calls of a program's processes; a line that breaks one does not enter the history."""

from collections.abc import Mapping

from harness.client.line import Line
from harness.event import COMPLETIONS


class AppCalls:
    """The calls of one life of a program."""

    def __init__(self) -> None:
        self._open: dict[int, Line] = {}
        self._answered: dict[int, int] = {}
        """{process: time of its last answer}"""
        self._retired: set[int] = set()
        """Processes that had a call with an unknown outcome."""

    @property
    def open(self) -> Mapping[int, Line]:
        """{process: its call} of the calls that have no answer yet."""
        return self._open

    def take(self, line: Line) -> str:
        """Note a line, or say what is wrong with it, in words that follow the node's name."""
        process = line.process
        if line.type == "invoke":
            mistake = self._wrong_call(line)
            if not mistake:
                self._open[process] = line
            return mistake
        if line.type not in COMPLETIONS:
            return ""
        call = self._open.get(process)
        if call is None or call.f != line.f:
            return f"completed a call of {line.f} that its process {process} had not invoked"
        if line.time < call.time:
            return f"gave the answer to {line.f} an earlier time than the call"
        del self._open[process]
        self._answered[process] = line.time
        if line.type == "info":
            self._retired.add(process)
        return ""

    def _wrong_call(self, line: Line) -> str:
        process = line.process
        before = self._open.get(process)
        if before:
            return f"invoked {line.f} while {before.f} of its process {process} was outstanding"
        if process in self._retired:
            return f"invoked {line.f} in its process {process}, which an unknown outcome had retired"
        if line.time < self._answered.get(process, line.time):
            return f"gave the call of {line.f} an earlier time than the last answer of its process {process}"
        return ""
