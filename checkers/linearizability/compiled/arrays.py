"""From prepared calls to the tables of the compiled search."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.compiled.tables import ANY, Ints, Tables, earliest_from, open_slots
from checkers.linearizability.model import ANY as ANY_FACET
from checkers.linearizability.model import Model
from checkers.linearizability.outcome import Outcome
from checkers.linearizability.timeline import CHANGES, OVERWRITES, READS, kind_key, role
from checkers.result import Verdict


@dataclass(frozen=True, slots=True)
class Arrays:
    """Tables, and the calls behind them."""

    memory: Ints
    tables: Tables
    calls: Sequence[Call]
    """Known calls in order of return."""

    def outcome(self, verdict: int, configurations: int, furthest: int) -> Outcome:
        """Return what the kernel found; its verdicts are 0 (valid), 1 and 2 (unknown)."""
        said = (Verdict.VALID, Verdict.VIOLATION, Verdict.UNKNOWN)[verdict]
        stuck = self.calls[furthest] if said is not Verdict.VALID else None
        return Outcome(said, configurations, stuck=stuck)


class _Kinds:
    """Numbers the kinds of calls and their facets."""

    def __init__(self, model: Model):
        self._model = model
        self.numbers: dict[Hashable, int] = {}
        self.facets: dict[Hashable, int] = {model.init: 0}
        self.rows: list[tuple[int, int, int, int]] = []
        """Of each kind role, need, leave and what it forbids."""

    def number(self, call: Call) -> int:
        key = kind_key(call)
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.rows)
            self.rows.append(self._row(call))
        return number

    def _row(self, call: Call) -> tuple[int, int, int, int]:
        does = role(self._model, call)
        need = self._facet(self._model.needs(call))
        leave = -1 if does == READS else self._facet(self._model.leaves(call))
        return does, need, leave, self._facet(self._model.forbids(call))

    def _facet(self, facet: Hashable) -> int:
        return ANY if facet is ANY_FACET else self.facets.setdefault(facet, len(self.facets))


def arrays_of(model: Model, calls: Sequence[Call]) -> Arrays:
    """Make the tables; numbers and orders are those of the plain search."""
    kinds = _Kinds(model)
    known = sorted((c for c in calls if c.returned != NEVER), key=attrgetter("returned"))
    kind = _ints(map(kinds.number, known))
    unknown: dict[int, list[int]] = {}
    guessed = (c for c in calls if c.returned == NEVER and not model.reads(c))
    for call in sorted(guessed, key=attrgetter("invoked")):
        unknown.setdefault(kinds.number(call), []).append(call.invoked)
    invoked = _ints(map(attrgetter("invoked"), known))
    returned = _ints(map(attrgetter("returned"), known))
    bit, open_calls, open_bits, slots = open_slots(invoked, returned, np.argsort(invoked, kind="stable"))
    rows = np.array(kinds.rows, dtype=np.int64).reshape(-1, 4)
    does, need, leave, forbid = (np.ascontiguousarray(rows[:, column]) for column in range(4))
    size = len(kinds.facets)
    memory = _Memory()
    ours = {
        "kind": kind, "returned": returned, "bit": bit, "open_calls": open_calls.ravel(),
        "open_bits": open_bits, "role": does, "need": need, "leave": leave, "forbid": forbid,
    }  # fmt: skip
    ours |= _known_tables(kind, invoked, returned, rows, size)
    ours |= _unknown_tables(unknown, rows, size)
    needs = need[kind[does[kind] != OVERWRITES]]
    tables = Tables(
        calls=len(known),
        slots=slots,
        facets=size,
        unknowns=len(unknown),
        guesses=len(ours["unknown"]),
        changing=len(ours["changes"]),
        overwriters=len(ours["overwriter"]),
        overwriting=len(ours["overwrites"]),
        refusing=int((needs == ANY).any()),
        **{name: memory.add(array) for name, array in ours.items()},
    )
    return Arrays(memory.whole(), tables, known)


class _Memory:
    """Arrays one after the other."""

    def __init__(self) -> None:
        self._arrays: list[Ints] = []
        self._size = 0

    def add(self, array: Ints) -> int:
        """Append an array and return where it begins."""
        begin = self._size
        self._arrays.append(array)
        self._size += len(array)
        return begin

    def whole(self) -> Ints:
        return np.concatenate(self._arrays)


def _known_tables(kind: Ints, invoked: Ints, returned: Ints, rows: Ints, size: int) -> dict[str, Ints]:
    roles, needs, leaves = rows[kind, 0], rows[kind, 1], rows[kind, 2]
    wanting, making, over = (roles != OVERWRITES) & (needs != ANY), roles != READS, roles == OVERWRITES
    wants, wants_return, wants_start = _spans(needs[wanting], invoked[wanting], returned[wanting], size)
    makes, _, makes_start = _spans(leaves[making], invoked[making], returned[making], size)
    nowhere = np.zeros(int(over.sum()), np.int64)
    overwrites, overwrites_return, _ = _spans(nowhere, invoked[over], returned[over], 1)
    return {
        "wants": wants,
        "wants_return": wants_return,
        "wants_start": wants_start,
        "makes": makes,
        "makes_start": makes_start,
        "overwrites": overwrites,
        "overwrites_return": np.append(overwrites_return, NEVER),
    }


def _unknown_tables(unknown: dict[int, list[int]], rows: Ints, size: int) -> dict[str, Ints]:
    kinds = _ints(unknown)
    roles, leaves = rows[kinds, 0], rows[kinds, 2]
    positions = _ints(position for positions in unknown.values() for position in positions)
    wanted = np.zeros(size, np.int64)
    wanted[rows[kinds[roles == CHANGES], 1]] = 1
    makers = np.argsort(leaves, kind="stable")
    return {
        "unknown_kind": kinds,
        "supply": positions,
        "supply_start": _ints(np.cumsum([0, *map(len, unknown.values())])),
        "unknown": np.sort(positions),
        "changes": np.flatnonzero(roles == CHANGES),
        "overwriter": np.flatnonzero(roles == OVERWRITES),
        "makers": makers,
        "makers_start": np.searchsorted(leaves[makers], np.arange(size + 1)),
        "unknown_wants": wanted,
    }


def _spans(facet: Ints, invoked: Ints, returned: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Sort by facet and invocation: invocations, first return from each place on, where facets start."""
    order = np.lexsort((invoked, facet))
    start = np.searchsorted(facet[order], np.arange(size + 1))
    return invoked[order], earliest_from(start, returned[order]), start


def _ints(values: Any) -> Ints:
    return np.fromiter(values, np.int64)
