"""Views that pair events up: operations (invoke and completion) and fault windows (inject to heal)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.event import COMPLETIONS, Event


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of one process: its invocation and, where one came, its completion."""

    invoke: Event
    complete: Event | None

    @property
    def outcome(self) -> str:
        """`ok`, `fail`, or `info` where the answer is unknown or never came."""
        return self.complete.type if self.complete else "info"

    @property
    def latency(self) -> int | None:
        """Nanoseconds from call to answer, None without an answer."""
        return self.complete.time - self.invoke.time if self.complete else None


@dataclass(slots=True)
class FaultWindow:
    """One fault, from the first attempt to the proof that it is over; times in ns, None: never."""

    id: int
    fault: str
    """Name of the fault, such as `kill-leader`."""
    effect: str
    """What it does to its target: `kill`, `pause`, `expire`."""
    role: str
    """`server` or `app`: the kind of the targets."""
    targets: tuple[str, ...]
    begin: int
    proven: int | None = None
    heal_begin: int | None = None
    healed: int | None = None
    outcome: str = "begun"
    """`begun`, `proven`, `unproven` or `vanished` (there was no such target when it fired)."""
    heal_outcome: str = ""
    """Empty until healing began, then `begun`, `proven` or `unproven`."""
    reason: str = ""
    """Why something could not be proven."""
    proof: Any = None
    events: list[int] = field(default_factory=list)
    """Indexes of the events that tell of it."""

    def active_at(self, time: int) -> bool:
        """Tell whether the fault was applied, or being applied, at a time (ns)."""
        if self.outcome == "vanished":
            return False
        return self.begin <= time and (self.healed is None or time <= self.healed)


def pair_operations(events: Iterable[Event]) -> list[Operation]:
    """Pair invocations with completions, in order of invocation."""
    rows: list[tuple[Event, Event | None]] = []
    open_row: dict[str, int] = {}
    for event in events:
        if event.type == "invoke":
            open_row[event.process] = len(rows)
            rows.append((event, None))
        elif event.type in COMPLETIONS:
            row = open_row.pop(event.process, None)
            if row is not None:
                rows[row] = (rows[row][0], event)
    return [Operation(invoke, complete) for invoke, complete in rows]


def fault_windows(events: Sequence[Event]) -> list[FaultWindow]:
    """Collect the `inject` and `heal` events of the nemesis into one window per fault."""
    windows: dict[int, FaultWindow] = {}
    for event in events:
        if event.process != "nemesis" or event.f not in {"inject", "heal"}:
            continue
        value: dict[str, Any] = event.value
        window = windows.get(value["id"])
        if window is None:
            window = windows[value["id"]] = FaultWindow(
                id=value["id"],
                fault=event.key,
                effect=value.get("effect", ""),
                role=value.get("role", ""),
                targets=tuple(value.get("targets", ())),
                begin=event.time,
            )
        window.events.append(event.index)
        _advance(window, event)
    return list(windows.values())


def _advance(window: FaultWindow, event: Event) -> None:
    value = event.value
    stage = value["stage"]
    window.reason = value.get("reason", window.reason)
    if event.f == "inject":
        window.outcome = "begun" if stage == "begin" else stage
        if stage == "proven":
            window.proven, window.proof = event.time, value.get("proof")
            # Some faults find out only as they fire whom they hit.
            window.targets = tuple(value.get("targets", window.targets))
    elif stage == "begin":
        window.heal_begin, window.heal_outcome = event.time, "begun"
    else:
        window.healed, window.heal_outcome = event.time, stage
