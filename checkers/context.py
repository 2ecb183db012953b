"""What every checker asks of a history before it looks for its own facts, safe on one that was cut off."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import HistoryError
from harness.history import Event, FaultWindow, History
from harness.history.columns import OK
from harness.plan import Plan

MUTATIONS = ("create", "set", "delete", "multi", "work")
"""Operations whose acknowledgement says that a quorum wrote something down."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in ns, from `start` to `end`."""

    start: int
    end: int


def plan_of(history: History) -> Plan | None:
    """Return the plan, or None where the history holds none that can be read."""
    try:
        return history.plan
    except HistoryError:
        return None


def told(event: Event, name: str) -> Any:
    """Return one entry of the event's value, None where the value is no mapping or has no such entry."""
    return event.value.get(name) if isinstance(event.value, dict) else None


def number(event: Event, name: str) -> int:
    """Return one entry of the event's value as an integer, 0 where there is none."""
    found = told(event, name)
    return found if isinstance(found, int) else 0


def word(event: Event, name: str) -> str:
    """Return one entry of the event's value as a text, empty where there is none."""
    found = told(event, name)
    return found if isinstance(found, str) else ""


def in_time(events: list[Event]) -> list[Event]:
    """Sort by time; of two at the same nanosecond the one that arrived first comes first."""
    return sorted(events, key=lambda event: (event.time, event.index))


def program_ended(event: Event) -> bool:
    """Tell whether the event, one of `node`, says that the node's program has ended."""
    return word(event, "state") in {"died", "stopped"}


def program_ends(history: History) -> list[Event]:
    """Return what tells that the program of a node has ended, in the order of the history."""
    return [event for event in history.select("node", type="event") if program_ended(event)]


def life_of(process: str) -> str:
    """Return the life that a logical process belongs to: `app1/2` of `app1/2.7`."""
    return process.rpartition(".")[0] or process


def workload_span(history: History) -> Span | None:
    """Return from when to when the workload ran, None where it never began.

    It ends with the next phase, or with the history where that came first.
    """
    phases = in_time(history.select("phase", type="event"))
    began = next((i for i, event in enumerate(phases) if event.value == "workload"), None)
    if began is None:
        return None
    after = phases[began + 1].time if began + 1 < len(phases) else history.end
    return Span(phases[began].time, after)


def real_faults(history: History) -> list[FaultWindow]:
    """Faults that had a target, in order of their begin; one that found none has broken nothing."""
    return sorted(
        (fault for fault in history.faults if fault.outcome != "vanished"), key=lambda fault: fault.begin
    )


def fault_ids(history: History, start: int, end: int) -> tuple[int, ...]:
    """Ids of the faults that were applied at some time between `start` and `end` (ns)."""
    return tuple(
        fault.id
        for fault in real_faults(history)
        if fault.begin <= end and (fault.healed is None or start <= fault.healed)
    )


def acknowledged_writes(history: History) -> NDArray[np.int64]:
    """Return the rows of `calls` of every write that ZooKeeper acknowledged, in order of invocation."""
    calls, find = history.calls, history.columns.texts.find
    written = np.isin(calls.f, [number for f in MUTATIONS if (number := find(f)) >= 0])
    return np.flatnonzero(written & (calls.outcome == OK))


def server_polls(history: History) -> list[Event]:
    """Return what the monitor heard from the servers, in order of time."""
    return in_time(history.select("server", type="event"))


def leader_polls(history: History) -> list[Event]:
    """Return the polls in which a server said that it leads, in order of time."""
    polls = history.derive(server_polls)
    return [event for event in polls if word(event, "mode") in {"leader", "standalone"}]


def acknowledged_calls(history: History) -> int:
    """Return how many calls were acknowledged."""
    return int((history.columns.type == OK).sum())
