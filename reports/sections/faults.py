"""The faults of a run as the report shows them."""

import msgspec

from harness.history import FaultWindow, History
from reports.clock import Clock
from reports.timeline.slots import pack
from reports.values import mapping, shown


class Fault(msgspec.Struct, frozen=True):
    """One fault. Times in seconds, None for what never came."""

    id: int
    name: str
    effect: str
    role: str
    targets: list[str]
    begin: float
    proven: float | None
    heal_begin: float | None
    healed: float | None
    end: float
    """Where its shading ends: healed, or the end of the history for a fault that never was."""
    outcome: str
    heal_outcome: str
    reason: str
    proof: str
    params: str
    slot: int


def build_faults(history: History, clock: Clock) -> list[Fault]:
    """Turn the history's fault windows into rows; those that overlap get slots of their own."""
    ends = [_end(history, window) for window in history.faults]
    slots = pack([(window.begin, end) for window, end in zip(history.faults, ends, strict=True)])
    return [
        Fault(
            id=window.id,
            name=window.fault,
            effect=window.effect,
            role=window.role,
            targets=list(window.targets),
            begin=clock.seconds(window.begin),
            proven=clock.maybe(window.proven),
            heal_begin=clock.maybe(window.heal_begin),
            healed=clock.maybe(window.healed),
            end=clock.seconds(end),
            outcome=window.outcome,
            heal_outcome=window.heal_outcome,
            reason=window.reason,
            proof=shown(window.proof),
            params=_params(history, window),
            slot=slot,
        )
        for window, end, slot in zip(history.faults, ends, slots, strict=True)
    ]


def _end(history: History, window: FaultWindow) -> int:
    if window.healed is not None:
        return window.healed
    if window.outcome == "vanished":
        return max(history.events[index].time for index in window.events)
    return history.end


def _params(history: History, window: FaultWindow) -> str:
    given = mapping(mapping(history.events[window.events[0]].value).get("params"))
    return shown(given) if given else ""
