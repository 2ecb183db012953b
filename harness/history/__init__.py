"""The history of a run: its record, its file, and the ways to look at it."""

from harness.history.event import COMPLETIONS, Event, Type
from harness.history.history import History
from harness.history.reader import read_history
from harness.history.views import FaultWindow, Operation
from harness.history.writer import HistoryWriter

__all__ = [
    "COMPLETIONS",
    "Event",
    "FaultWindow",
    "History",
    "HistoryWriter",
    "Operation",
    "Type",
    "read_history",
]
