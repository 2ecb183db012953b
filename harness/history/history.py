"""A history in memory."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from harness.errors import HistoryError
from harness.history.event import Event
from harness.history.views import FaultWindow, Operation, fault_windows, pair_operations
from harness.plan import FORMAT, Plan

if TYPE_CHECKING:
    import pandas


class History:
    """All events of a run in file order, with its plan. Never changed after it was made."""

    def __init__(self, events: Sequence[Event], *, torn: str = "", name: str = "history"):
        self.events = events
        self.torn = torn
        """What was wrong with the last line, empty where it was whole."""
        self.name = name
        """Where it came from, for messages."""

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    @cached_property
    def plan(self) -> Plan:
        """The plan of the run, which the first event carries.

        Raises HistoryError where there is none, or one that this version cannot read.
        """
        first = next((e for e in self.events if e.f == "plan" and e.process == "harness"), None)
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
            return fault_windows(self.events)
        except (KeyError, TypeError, AttributeError) as error:
            raise HistoryError(f"{self.name}: the events of a fault cannot be read ({error!r}).") from error

    @cached_property
    def start(self) -> int:
        """Time of the first event (ns), the zero of every time shown to a person."""
        return self.events[0].time if self.events else 0

    @cached_property
    def end(self) -> int:
        """The latest time in the history (ns)."""
        return max((e.time for e in self.events), default=0)

    @cached_property
    def closed(self) -> bool:
        """Tell whether the run wrote its history to the end."""
        return any(e.f == "phase" and e.process == "harness" and e.value == "closed" for e in self.events)

    def select(self, *fs: str, type: str | None = None) -> list[Event]:  # noqa: A002 - the field's name
        """Events of the given `f`, in file order, optionally of one type only."""
        wanted = set(fs)
        return [e for e in self.events if e.f in wanted and (type is None or e.type == type)]

    def faults_at(self, time: int) -> list[FaultWindow]:
        """Faults that were applied at a time (ns)."""
        return [fault for fault in self.faults if fault.active_at(time)]

    def frame(self) -> "pandas.DataFrame":
        """All events as a pandas DataFrame, one row an event, one column a field."""
        import pandas  # noqa: PLC0415 - takes half a second: only those who analyse pay for it

        return pandas.DataFrame([msgspec.structs.asdict(e) for e in self.events])
