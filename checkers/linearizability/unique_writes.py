"""A register whose written values are all different, decided in n log n.

P. Gibbons, E. Korach: Testing shared memories (1997). The calls about one value (its write and the reads of
it) are a cluster. Its zone spans from the earliest return to the latest invocation among them: forward where
the former comes first, since then the value was there all the time between; else backward, from the latest
invocation to the earliest return. There is a linearization exactly if every read returned after its write was
invoked, no two forward zones overlap, and no backward zone lies within a forward one. (The value at the start
was written before everything.)
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.model import Model
from checkers.linearizability.models.register import Register


@dataclass(frozen=True, slots=True)
class Columns:
    """Clusters by number: first return, last invocation, first return of a read, invocation of the write."""

    first_return: np.ndarray[tuple[int], np.dtype[np.int64]]
    last_invoke: np.ndarray[tuple[int], np.dtype[np.int64]]
    first_read: np.ndarray[tuple[int], np.dtype[np.int64]]
    write: np.ndarray[tuple[int], np.dtype[np.int64]]


def decide_unique_writes(model: Model, calls: Sequence[Call]) -> bool | None:
    """Tell whether prepared calls are linearizable; None where the shortcut does not apply.

    It does for reads and writes of a register, each value written once and not the initial one. An unknown
    write counts where it was read; prepared calls hold no other.
    """
    if not isinstance(model, Register):
        return None
    number: dict[Hashable, int] = {model.init: 0}
    for call in calls:
        if call.f == "write":
            if call.argument in number:
                return None
            number[call.argument] = len(number)
        elif call.f != "read":
            return None
    reads = [call for call in calls if call.f == "read"]
    if any(call.result not in number for call in reads):
        return False
    return _consistent(_clusters(calls, number))


def _clusters(calls: Sequence[Call], number: dict[Hashable, int]) -> Columns:
    size = len(number)
    cluster = np.fromiter(
        (number[c.argument if c.f == "write" else c.result] for c in calls), np.int64, len(calls)
    )
    invoked = np.fromiter((call.invoked for call in calls), np.int64, len(calls))
    returned = np.fromiter((call.returned for call in calls), np.int64, len(calls))
    writes = np.fromiter((call.f == "write" for call in calls), np.bool_, len(calls))
    first_return = np.full(size, NEVER)
    last_invoke = np.full(size, -1)
    first_read = np.full(size, NEVER)
    write = np.full(size, -1)
    np.minimum.at(first_return, cluster, returned)
    np.maximum.at(last_invoke, cluster, invoked)
    np.minimum.at(first_read, cluster[~writes], returned[~writes])
    write[cluster[writes]] = invoked[writes]
    # Whatever is at the start was written, and that write had returned, before the first position.
    first_return[0] = -1
    return Columns(first_return, last_invoke, first_read, write)


def _consistent(columns: Columns) -> bool:
    if bool((columns.first_read < columns.write).any()):
        return False
    forward = columns.first_return < columns.last_invoke
    forward[0] = True
    starts, ends = columns.first_return[forward], columns.last_invoke[forward]
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    if bool((starts[1:] < ends[:-1]).any()):
        return False
    begin, end = columns.last_invoke[~forward], columns.first_return[~forward]
    # Forward zones lie one after the other, so only the last one that begins before can hold a backward one.
    holder = np.searchsorted(starts, begin) - 1
    inside = (holder >= 0) & (end < ends[holder])
    return not bool(inside.any())
