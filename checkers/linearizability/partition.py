"""From the operations of a history to the calls of each key, which are linearizable or not on their own.

(M. Herlihy, J. Wing: Linearizability (1990), locality.)
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.model import Model
from checkers.linearizability.models.znode import Znode
from checkers.wording import count
from harness.errors import HistoryError
from harness.history import History, Operation
from harness.history.foreign import Foreign

PARTED = frozenset({"ephemeral", "sequence", "container", "ttl"})
"""Creates after which a znode may go, or be called otherwise, without any call on its path."""


@dataclass(slots=True)
class Partition:
    """The calls of each key, and what was left out."""

    calls: dict[Hashable, list[Call]]
    left_out: list[str] = field(default_factory=list)
    """A sentence for each reason."""


def partition(foreign: Foreign, model: type[Model]) -> Partition:
    """Make the calls of a history, by key; positions are places in the file, in zkchaos's own those in time.

    Raises HistoryError with file, line and reason for an operation that the model does not know, or a value
    of the wrong shape.
    """
    history = foreign.history
    positions = _by_time(history) if foreign.recorded else range(len(history))
    operations: Iterable[Operation] = history.operations
    parted = Partition({})
    if foreign.recorded:
        operations = _selected(history, model, parted)
    maker = model()
    for operation in operations:
        invoke, complete = operation.invoke, operation.complete
        where = f"{history.name}, line {foreign.lines[invoke.index]}"
        if invoke.f not in model.operations:
            raise HistoryError(
                f"{where}: the model {model.name} does not know the operation {invoke.f!r}; it knows: "
                f"{', '.join(sorted(model.operations))}."
            )
        ends = positions[complete.index] if complete and complete.type != "info" else NEVER
        try:
            call = maker.call(operation, (positions[invoke.index], ends), refusals=foreign.refusals)
        except ValueError as error:
            raise HistoryError(f"{where}: {error}, here it is {invoke.value!r}.") from error
        if call is not None:
            parted.calls.setdefault(call.key, []).append(call)
    return parted


def _by_time(history: History) -> list[int]:
    """Rank the events by time; of events at the same time those that invoke come first."""
    order = sorted(history.events, key=lambda event: (event.time, event.type != "invoke", event.index))
    ranks = [0] * len(order)
    for rank, event in enumerate(order):
        ranks[event.index] = rank
    return ranks


def _selected(history: History, model: type[Model], parted: Partition) -> list[Operation]:
    """Take the model's calls of a run; paths that other calls change are left out, and that is said."""
    own = [op for op in history.operations if op.invoke.f in model.operations]
    if not own:
        asked = ", ".join(sorted({op.invoke.f for op in history.operations})) or "none"
        raise HistoryError(
            f"{history.name}: the model {model.name} judges {', '.join(sorted(model.operations))}; "
            f"the calls of this run are: {asked}."
        )
    if model is not Znode:
        return own
    reasons: dict[str, set[str]] = {
        "changed by a multi as well": _in_multis(history),
        "ephemeral, sequential, container or with a time to live": {
            op.invoke.key
            for op in own
            if isinstance(op.invoke.value, dict) and PARTED & op.invoke.value.keys()
        },
    }
    made = {op.invoke.key for op in own if op.invoke.f == "create"}
    reasons["made by somebody else"] = {op.invoke.key for op in own} - made
    left: set[str] = set()
    for reason, paths in reasons.items():
        touched = paths & {op.invoke.key for op in own} - left
        if touched:
            parted.left_out.append(f"Left out: {count(len(touched), 'path')} {reason} ({_few(touched)}).")
        left |= paths
    return [op for op in own if op.invoke.key not in left]


def _in_multis(history: History) -> set[str]:
    """Paths that a multi may have changed, those of `work` among them."""
    paths = {op.invoke.key for op in history.operations if op.invoke.f == "work"}
    for op in history.operations:
        if op.invoke.f == "multi" and isinstance(op.invoke.value, list):
            paths |= {part.get("key", "") for part in op.invoke.value if isinstance(part, dict)}
    return paths


def _few(paths: set[str]) -> str:
    first = sorted(paths)[:3]
    return ", ".join(first) + (", …" if len(paths) > len(first) else "")
