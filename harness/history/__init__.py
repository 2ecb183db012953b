"""The history of a run: its record, its file, and the ways to look at it."""

from harness.event import COMPLETIONS, Event, Stat, Type
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
    "Stat",
    "Type",
    "read_history",
]
