"""A history in memory."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import numpy as np

from harness.errors import HistoryError
from harness.event import Event
from harness.history.calls import Calls, calls_of
from harness.history.columnizer import Columnizer
from harness.history.columns import TYPES, Columns
from harness.history.views import FaultWindow, Operation, fault_windows, pair_operations
from harness.plan import FORMAT, Plan

if TYPE_CHECKING:
    import pandas


T = TypeVar("T")


class _Fact:
    """What a function of a history gave."""

    __slots__ = ("lock", "there", "value")

    def __init__(self) -> None:
        self.lock = Lock()
        self.there = False
        self.value: Any = None


class History:
    """All events of a run in file order, with its plan. Never changed after it was made."""

    def __init__(
        self,
        events: Sequence[Event],
        *,
        torn: str = "",
        name: str = "history",
        columns: Columns | None = None,
    ):
        self.events = events
        self._columns = columns
        self._derived: dict[Callable[[History], Any], _Fact] = {}
        self._lock = Lock()
        self.torn = torn
        """What was wrong with the last line, empty where it was whole."""
        self.name = name
        """Where it came from, for messages."""

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    @cached_property
    def columns(self) -> Columns:
        """All events as numpy columns."""
        if self._columns is None:
            columnizer = Columnizer()
            columnizer.add(self.events)
            self._columns = columnizer.columns()
        return self._columns

    @cached_property
    def calls(self) -> Calls:
        """Calls with their answers as numpy columns, in order of invocation."""
        return calls_of(self.columns)

    def derive(self, function: Callable[["History"], T]) -> T:
        """Return what a pure function of the history gives; it is computed once, whoever asks first.

        Whoever asks meanwhile on another thread waits.
        """
        with self._lock:
            fact = self._derived.setdefault(function, _Fact())
        with fact.lock:
            if not fact.there:
                fact.value, fact.there = function(self), True
        found: T = fact.value
        return found

    @cached_property
    def plan(self) -> Plan:
        """The plan of the run, which the first event carries.

        Raises HistoryError where there is none, or one that this version cannot read.
        """
        first = next((e for e in self.select("plan") if e.process == "harness"), None)
        if first is None:
            raise HistoryError(
                f"{self.name} holds no plan: it is not the history of a zkchaos run; name a run's directory."
            )
        # The format first: a plan of another one may lack what this one demands.
        written = first.value.get("format", FORMAT) if isinstance(first.value, dict) else FORMAT
        if written != FORMAT:
            raise HistoryError(
                f"{self.name} was written in format {written}; this zkchaos reads format {FORMAT}."
            )
        try:
            return msgspec.convert(first.value, Plan)
        except msgspec.ValidationError as error:
            raise HistoryError(
                f"{self.name}, line {first.index + 1}: the plan cannot be read ({error})."
            ) from error

    @cached_property
    def operations(self) -> list[Operation]:
        """Calls with their answers, in order of invocation."""
        return pair_operations(self.events)

    @cached_property
    def faults(self) -> list[FaultWindow]:
        """Faults in the order in which they were begun.

        Raises HistoryError where the nemesis tells of one in a way that this version cannot read.
        """
        try:
            return fault_windows(self.select("inject", "heal"))
        except (KeyError, TypeError, AttributeError) as error:
            raise HistoryError(f"{self.name}: the events of a fault cannot be read ({error!r}).") from error

    @cached_property
    def start(self) -> int:
        """Time of the first event (ns), the zero of every time shown to a person."""
        return self.events[0].time if self.events else 0

    @cached_property
    def end(self) -> int:
        """The latest time in the history (ns)."""
        return int(self.columns.time.max()) if self.events else 0

    @cached_property
    def closed(self) -> bool:
        """Tell whether the run wrote its history to the end."""
        return any(e.process == "harness" and e.value == "closed" for e in self.select("phase"))

    def select(self, *fs: str, type: str | None = None) -> list[Event]:  # noqa: A002 - the field's name
        """Events of the given `f`, in file order, optionally of one type only."""
        columns = self.columns
        chosen = np.isin(columns.f, [columns.texts.find(f) for f in fs])
        if type is not None:
            chosen &= columns.type == TYPES[type]
        return [self.events[place] for place in np.flatnonzero(chosen).tolist()]

    def faults_at(self, time: int) -> list[FaultWindow]:
        """Faults that were applied at a time (ns)."""
        return [fault for fault in self.faults if fault.active_at(time)]

    def frame(self) -> "pandas.DataFrame":
        """All events as a pandas DataFrame, one row an event, one column a field."""
        import pandas  # noqa: PLC0415 - takes half a second: only those who analyse pay for it

        return pandas.DataFrame([msgspec.structs.asdict(e) for e in self.events])
