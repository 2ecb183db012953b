"""Recovery: what each fault cost, and how long after it, and after its healing, everything worked again."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from checkers.result import Results
from harness.history import History
from reports.clock import Clock
from reports.sections.faults import Fault
from reports.sections.silence import Acknowledged, Silence
from reports.values import mapping, shown


class RecoveryRow(msgspec.Struct, frozen=True):
    """How long after a fault (or its healing) everything worked again. Seconds; None: not seen."""

    id: str
    fault: str
    targets: list[str]
    since: str
    """`injected`, `healed`, or `started` for the start of the workload."""
    zk_leader: float | None
    app_leader: float | None
    write: float | None
    bound: float | None
    late: list[str]
    """Which of the three were demanded and not seen within the bound."""
    censored: bool
    """Cut short, by the next fault or the end, before the bound had run out."""

    @property
    def judged(self) -> bool:
        """Tell whether the bound was demanded: while a fault is applied, recovery is only measured."""
        return self.since != "injected" and not self.censored


class FaultCost(msgspec.Struct, frozen=True):
    """One fault, or the start of a run without any, and what came of it. Seconds; None: not seen."""

    fault: Fault | None
    """None for the start of the workload."""
    bite: float | None
    """From its beginning to the proof that it took effect."""
    applied: float | None
    """From that proof to the beginning of its healing."""
    heal: float | None
    """From the beginning of its healing to the proof that it was over."""
    silence: Silence | None
    """The longest time without an acknowledged write, of those that overlap the fault."""
    injected: RecoveryRow | None
    ended: RecoveryRow | None
    """Measured from the proof that it was over, or from the start of the workload."""
    late: list[str]
    """Signs of `ended` that came too late or not at all, where that is judged."""
    why: str
    """Why nothing is judged, empty where it is."""

    @property
    def kept(self) -> bool:
        """Tell whether everything worked again within the bound."""
        return not self.why and not self.late


class CostTable(msgspec.Struct, frozen=True):
    """All of them, and what a reader compares them with."""

    rows: list[FaultCost]
    elects: bool
    """Whether anybody was seen to lead among the app nodes."""
    calm: float | None
    """The longest time without an acknowledged write while there was no fault."""


def fault_costs(history: History, results: Results, faults: Sequence[Fault], clock: Clock) -> CostTable:
    """Put together what the history tells of every fault and what the checker `recovery` measured."""
    measured: dict[tuple[str, str], RecoveryRow] = {}
    for row in recovery_rows(results):
        measured.setdefault((row.id, row.since), row)
    acknowledged = Acknowledged(history, clock)
    rows = [_cost(fault, measured, acknowledged) for fault in faults]
    started = next((row for row in measured.values() if row.since == "started"), None)
    if started is not None and not rows:
        rows = [FaultCost(None, None, None, None, None, None, started, _late(started), _unjudged(started))]
    hit = [(fault.begin, fault.end) for fault in faults if fault.outcome != "vanished"]
    return CostTable(
        rows=rows,
        elects=any(row.app_leader is not None for row in measured.values()),
        calm=acknowledged.longest_apart_from(hit),
    )


def _cost(
    fault: Fault,
    measured: Mapping[tuple[str, str], RecoveryRow],
    acknowledged: Acknowledged,
) -> FaultCost:
    there = fault.outcome != "vanished"
    ended = measured.get((str(fault.id), "healed"))
    if not there:
        why = "it found no target"
    elif fault.proven is None:
        why = "it was never proven to bite"
    elif ended is None:
        why = "its healing was never proven"
    else:
        why = _unjudged(ended)
    return FaultCost(
        fault=fault,
        bite=_between(fault.begin, fault.proven),
        applied=_between(fault.proven, fault.heal_begin),
        heal=_between(fault.heal_begin, fault.healed),
        silence=acknowledged.longest(fault.begin, fault.end) if there else None,
        injected=measured.get((str(fault.id), "injected")),
        ended=ended,
        late=[] if why or ended is None else _late(ended),
        why=why,
    )


def _unjudged(row: RecoveryRow) -> str:
    return "the next fault or the end came first" if row.censored else ""


def _late(row: RecoveryRow) -> list[str]:
    return row.late if row.judged else []


def _between(begin: float | None, end: float | None) -> float | None:
    return None if begin is None or end is None else round(end - begin, 6)


def recovery_rows(results: Results) -> list[RecoveryRow]:
    """Read `measures["faults"]` of the checker `recovery`, empty where it did not run."""
    found: list[RecoveryRow] = []
    for result in results.results:
        told = result.measures.get("faults")
        if result.name != "recovery" or not isinstance(told, list):
            continue
        found.extend(_recovery_row(mapping(entry)) for entry in told)
    return found


def _recovery_row(entry: Mapping[str, Any]) -> RecoveryRow:
    targets, late = entry.get("targets"), entry.get("late")
    return RecoveryRow(
        id=shown(entry.get("id")),
        fault=shown(entry.get("fault")),
        targets=[shown(target) for target in targets] if isinstance(targets, list | tuple) else [],
        since=shown(entry.get("from")),
        zk_leader=_number(entry.get("zk_leader")),
        app_leader=_number(entry.get("app_leader")),
        write=_number(entry.get("write")),
        bound=_number(entry.get("bound")),
        late=[shown(sign) for sign in late] if isinstance(late, list | tuple) else [],
        censored=bool(entry.get("censored")),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
