"""What refused writes say of the tree right before their own zxids."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.facts.paths import Paths
from checkers.facts.transactions import CHECK, CREATE, DELETE, SET, kinds_of, refusals
from checkers.facts.words import Words
from harness.history import History
from harness.history.columns import I4, I8, SEQUENCE, U1

NO_NODE, NODE_EXISTS, BAD_VERSION, NOT_EMPTY, EPHEMERAL_PARENT = range(5)
REASONS = {
    "NoNodeError": NO_NODE,
    "NodeExistsError": NODE_EXISTS,
    "BadVersionError": BAD_VERSION,
    "NotEmptyError": NOT_EMPTY,
    "NoChildrenForEphemeralsError": EPHEMERAL_PARENT,
}

POSSIBLE = {
    CREATE: (NO_NODE, NODE_EXISTS, EPHEMERAL_PARENT),
    SET: (NO_NODE, BAD_VERSION),
    DELETE: (NO_NODE, BAD_VERSION, NOT_EMPTY),
    CHECK: (NO_NODE, BAD_VERSION),
}
"""Which reasons each kind of write can be refused for."""


@dataclass(slots=True, kw_only=True)
class Refused:
    """One row a refusal: the single write, or the part of a multi that was the cause."""

    call: I8
    zxid: I8
    kind: I4
    path: I4
    expected: I4
    flags: U1
    reason: I4
    part: I4
    """Position of the part within its multi, 0 for a single write."""
    subject: I8
    """The path of which the reason speaks: the written one, or for some reasons its parent."""
    tentative: NDArray[np.bool_]
    """Earlier parts of its multi come into it: it speaks not of the tree, but of what they had made of it."""

    def __len__(self) -> int:
        return len(self.call)


def refused(history: History, paths: Paths) -> Refused:
    """Return the refusals whose reason the state of the tree decides.

    A refused `work` is left out: its history does not tell which of its parts was the cause.
    """
    calls, columns, words = history.calls, history.columns, Words(history)
    rows = refusals(history)
    multi = calls.f[rows] == words["multi"]
    cause = calls.cause[rows]
    told = ~multi | ((cause >= 0) & (cause < calls.asked_count[rows]))
    rows = rows[told & (calls.f[rows] != words["work"])]
    multi, cause = calls.f[rows] == words["multi"], calls.cause[rows]
    part = np.where(multi, calls.asked_first[rows] + cause, -1)
    parts = columns.parts

    def either(single: I4, inside: I4) -> I4:
        return np.where(multi, np.append(inside, inside.dtype.type(-1))[part], single[rows])

    f = either(calls.f, parts.f)
    path = either(calls.key, parts.key)
    kind = kinds_of(f, words)
    flags = np.where(multi, np.append(parts.flags, np.uint8(0))[part], calls.flags[rows])
    reason = np.full(len(rows), -1, np.int32)
    for name, code in REASONS.items():
        reason[calls.error[rows] == words[name]] = code
    above = (kind == CREATE) & np.isin(reason, (NO_NODE, EPHEMERAL_PARENT))
    # Nobody knows which path a sequential create wanted to make, but its parent was there.
    above |= (kind == CREATE) & (reason == NODE_EXISTS) & (flags & SEQUENCE != 0)
    table = Refused(
        call=rows,
        zxid=calls.zxid[rows],
        kind=kind,
        path=path,
        expected=either(calls.expected, parts.number),
        flags=flags,
        reason=reason,
        part=np.where(multi, cause, 0).astype(np.int32),
        subject=np.where(above, paths.parents(path), path),
        tentative=np.zeros(len(rows), bool),
    )
    known = (reason >= 0) & (kind >= 0) & (table.subject >= 0)
    table = Refused(**{name: getattr(table, name)[known] for name in Refused.__slots__})
    table.tentative = _tentative(history, table, paths)
    return table


def _tentative(history: History, table: Refused, paths: Paths) -> NDArray[np.bool_]:
    """Tell which refusals speak of a path that an earlier part of the same multi, or a child of it, wrote."""
    earlier = table.part.astype(np.int64)
    row = np.repeat(np.arange(len(table)), earlier)
    number = np.arange(len(row)) - np.repeat(np.cumsum(earlier) - earlier, earlier)
    key = history.columns.parts.key[history.calls.asked_first[table.call[row]] + number]
    near = (key == table.subject[row]) | (paths.parents(key) == table.subject[row])
    found = np.zeros(len(table), bool)
    found[row[near]] = True
    return found
