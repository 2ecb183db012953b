"""The calls of one key in the order in which they had to be done, prepared for the search.

The known calls are numbered by their return: number `p` must be done before the p-th return. Each holds a
slot while it is open, so that what is done of the open calls is one small integer, however long the history
is. (The bit set of Lowe's cache, with the part that is the same for everybody left out.)
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.model import Model

READS, OVERWRITES, CHANGES = range(3)

Group = tuple[int, tuple[int, ...]]
"""A kind and the bits of its open calls, the one that must return first in front."""


@dataclass(slots=True)
class Timeline:
    """Known calls in order of return, unknown ones by kind, and who is open at each return."""

    calls: list[Call] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    """Kind of each known call: calls of one kind do the same to every state."""
    bit: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    open_bits: list[int] = field(default_factory=list)
    """[p]: the slots in use just before the p-th return."""
    readers: list[list[tuple[int, int]]] = field(default_factory=list)
    """[p]: (kind, bits) of the open calls that only read."""
    writers: list[list[Group]] = field(default_factory=list)
    """[p]: open calls that overwrite."""
    others: list[list[Group]] = field(default_factory=list)
    """[p]: open calls that are legal in some states only, and change them."""
    kinds: list[Call] = field(default_factory=list)
    """One call of each kind."""
    roles: list[int] = field(default_factory=list)
    """What each kind does: READS, OVERWRITES or CHANGES (legal in some states only, or depending on them)."""
    unknown_kinds: list[int] = field(default_factory=list)
    unknown: list[list[Call]] = field(default_factory=list)
    """Unknown calls of each of `unknown_kinds`, in order of invocation."""

    def open_calls(self, p: int, bits: int) -> tuple[list[Call], int]:
        """Return the calls in some slots before the p-th return, and the kind of the last of them."""
        found, number, kind = [], p, -1
        while bits:
            bit = self.bit[number]
            if bits & bit:
                bits ^= bit
                found.append(self.calls[number])
                kind = self.kind[number]
            number += 1
        return found, kind


def kind_key(call: Call) -> Hashable:
    """Return what two calls must share to be of one kind."""
    return call.f, call.argument, call.result, call.version, call.outcome


def role(model: Model, call: Call) -> int:
    """Return what a call does. Only facets tell when an overwritten state was wanted, so both or none."""
    if model.reads(call):
        return READS
    return OVERWRITES if model.faceted and model.overwrites(call) else CHANGES


def timeline(model: Model, calls: Sequence[Call]) -> Timeline:
    """Sort and number the calls; `calls` as `Model.prepare` gives them, in any order."""
    line = Timeline()
    numbers: dict[Hashable, int] = {}

    def number(call: Call) -> int:
        key = kind_key(call)
        if key not in numbers:
            numbers[key] = len(line.kinds)
            line.kinds.append(call)
        return numbers[key]

    line.calls = sorted((c for c in calls if c.returned != NEVER), key=lambda c: c.returned)
    line.kind = [number(call) for call in line.calls]
    line.returned = [call.returned for call in line.calls]
    by_kind: dict[int, list[Call]] = {}
    # An unknown call that only reads says nothing.
    guessed = (c for c in calls if c.returned == NEVER and not model.reads(c))
    for call in sorted(guessed, key=lambda c: c.invoked):
        by_kind.setdefault(number(call), []).append(call)
    line.unknown_kinds = list(by_kind)
    line.unknown = list(by_kind.values())
    _sweep(line, model)
    return line


def _sweep(line: Timeline, model: Model) -> None:
    line.roles = [role(model, call) for call in line.kinds]
    line.bit = [0] * len(line.calls)
    invocations = sorted(range(len(line.calls)), key=lambda number: line.calls[number].invoked)
    pending = iter([*invocations, -1])
    following = next(pending)
    live: dict[int, None] = {}
    free: list[int] = []
    slots = 0
    for p, call in enumerate(line.calls):
        while following >= 0 and line.calls[following].invoked < call.returned:
            slot, slots = (heappop(free), slots) if free else (slots, slots + 1)
            line.bit[following] = 1 << slot
            live[following] = None
            following = next(pending)
        _snapshot(line, sorted(live))
        del live[p]
        heappush(free, line.bit[p].bit_length() - 1)


def _snapshot(line: Timeline, live: list[int]) -> None:
    groups: tuple[dict[int, list[int]], ...] = ({}, {}, {})
    everything = 0
    for number in live:
        kind = line.kind[number]
        bit = line.bit[number]
        everything |= bit
        groups[line.roles[kind]].setdefault(kind, []).append(bit)
    line.open_bits.append(everything)
    line.readers.append([(kind, sum(bits)) for kind, bits in groups[0].items()])
    line.writers.append([(kind, tuple(bits)) for kind, bits in groups[1].items()])
    line.others.append([(kind, tuple(bits)) for kind, bits in groups[2].items()])
