"""Recovery: how long after each fault, and after its healing, everything worked again."""

from collections.abc import Mapping
from typing import Any

import msgspec

from checkers.result import Results
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
    censored: bool
    """Cut short, by the next fault or the end, before the bound had run out."""

    @property
    def judged(self) -> bool:
        """Tell whether the bound was demanded: while a fault is applied, recovery is only measured."""
        return self.since != "injected" and not self.censored


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
    targets = entry.get("targets")
    return RecoveryRow(
        id=shown(entry.get("id")),
        fault=shown(entry.get("fault")),
        targets=[shown(target) for target in targets] if isinstance(targets, list | tuple) else [],
        since=shown(entry.get("from")),
        zk_leader=_number(entry.get("zk_leader")),
        app_leader=_number(entry.get("app_leader")),
        write=_number(entry.get("write")),
        bound=_number(entry.get("bound")),
        censored=bool(entry.get("censored")),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
