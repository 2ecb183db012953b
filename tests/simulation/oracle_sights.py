"""What reads saw of single nodes, and whether it is older than what they should have seen."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from harness.history import Event, Stat
from harness.history.views import Operation
from tests.simulation.oracle_state import Claims, Step, answer


@dataclass(frozen=True, slots=True)
class Sight:
    """One node as one answer shows it."""

    op: Operation
    path: str
    zxid: int
    alive: bool
    data: str | None = None
    stat: Stat | None = None
    children: tuple[str, ...] | None = None


def sights(claims: Claims) -> Iterator[Sight]:
    """Yield everything that was read."""
    for op in claims.answered:
        event = answer(op)
        if op.invoke.f == "multi-read" and event.type == "ok":
            yield from _parts(op, event)
        elif op.invoke.f == "final-read":
            yield Sight(op, op.invoke.key, event.zxid, alive=True, children=tuple(event.value["children"]))
        elif op.invoke.f in {"get", "exists", "children", "get-acl"}:
            yield _single(op, event)


def _single(op: Operation, event: Event) -> Sight:
    alive = event.type == "ok" and event.value is not False
    data = event.value if alive and op.invoke.f == "get" else None
    names = tuple(event.value) if alive and op.invoke.f == "children" else None
    return Sight(op, op.invoke.key, event.zxid, alive, data, event.stat, names)


def _parts(op: Operation, event: Event) -> Iterator[Sight]:
    for part, told in zip(op.invoke.value, event.value, strict=True):
        stat = msgspec.convert(told["stat"], Stat) if "stat" in told else None
        names = tuple(told["children"]) if "children" in told else None
        yield Sight(op, part["key"], event.zxid, "error" not in told, told.get("data"), stat, names)


def older(sight: Sight, last: Step) -> bool:
    """Tell whether a sight shows a node as it was before the last write of it."""
    node = last.after.get(sight.path)
    if node is None:
        return sight.alive and (sight.stat is None or sight.stat.czxid < last.zxid)
    if not sight.alive:
        return True
    return sight.stat is not None and sight.stat.mzxid < node.mzxid
