"""Transactions that certainly happened, in the order of their zxids: the effects of acknowledged writes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.facts.words import Words
from harness.history import History
from harness.history.columns import FAIL, I4, I8, OK, U1

CREATE, SET, DELETE, CHECK = range(4)
KINDS = {"create": CREATE, "set": SET, "delete": DELETE, "check": CHECK, "work": SET}
"""What the calls and parts do; the part of a `work` that checks the leader is left out."""

FOREVER = 2**63 - 1
"""Above every zxid."""

EMPTY, UNTOLD = 0, -2
"""Text numbers of empty data, and of data that the history does not hold (what `work` writes)."""


@dataclass(slots=True, kw_only=True)
class Transactions:
    """One row an effect, sorted by (zxid, part): a single write is one row, a `multi` one row a part.

    The removal of a session's ephemeral nodes is no row: see `sessions`.
    """

    zxid: I8
    part: I4
    """Position within a `multi`, 0 for a single write."""
    kind: I4
    """CREATE, SET, DELETE or CHECK."""
    path: I4
    """Text number of the path; for a CREATE that of the path made."""
    asked: I4
    """Text number of the path asked for: for a sequential CREATE a prefix of `path`."""
    data: I4
    """Text number of the data written by a CREATE or SET, UNTOLD or EMPTY; -1 for others."""
    expected: I4
    """Version asked for, -1 for any."""
    flags: U1
    """EPHEMERAL, SEQUENCE, CONTAINER, TTL of a CREATE."""
    stat: I4
    """Row of the Stat that the answer told, -1 for none."""
    session: I8
    """Session that asked; the owner of an EPHEMERAL."""
    call: I8
    """Row of the call."""

    def __len__(self) -> int:
        return len(self.zxid)


def transactions(history: History) -> Transactions:
    """Return what acknowledged writes did. A zxid of 0 (nobody told) leaves a write out."""
    calls, columns, words = history.calls, history.columns, Words(history)
    acknowledged = (calls.outcome == OK) & (calls.zxid > 0)
    rows = np.flatnonzero(acknowledged & words.among(calls.f, ("create", "set", "delete", "work")))
    whole = calls.count == calls.asked_count
    multis = np.flatnonzero(acknowledged & whole & (calls.f == words["multi"]))
    # Plain calls first, then parts; the sort below brings them into one order.
    owner, part, asked, told = _parts_of(multis, calls.asked_first, calls.asked_count, calls.first)
    parts = columns.parts
    f = np.concatenate((calls.f[rows], parts.f[asked]))
    kind = kinds_of(f, words)
    path = np.concatenate((calls.key[rows], parts.key[asked]))
    made = np.concatenate((calls.told[rows], parts.text[told]))
    call = np.concatenate((rows, owner))
    table = Transactions(
        zxid=calls.zxid[call],
        part=np.concatenate((np.zeros(len(rows), np.int32), part)),
        kind=kind,
        path=np.where((kind == CREATE) & (made >= 0), made, path),
        asked=path,
        data=written(kind, f, np.concatenate((calls.asked[rows], parts.text[asked])), words),
        expected=np.concatenate((calls.expected[rows], parts.number[asked])),
        flags=np.concatenate((calls.flags[rows], parts.flags[asked])),
        stat=np.concatenate((calls.stat[rows], parts.stat[told])),
        session=calls.session[call],
        call=call,
    )
    order = np.lexsort((table.part, table.zxid))
    order = order[table.kind[order] >= 0]
    return Transactions(**{name: getattr(table, name)[order] for name in Transactions.__slots__})


def refusals(history: History) -> NDArray[np.int64]:
    """Rows of the calls of refused writes, in order of their zxids: transactions without effect."""
    calls, words = history.calls, Words(history)
    refused = (calls.outcome == FAIL) & (calls.zxid > 0)
    rows = np.flatnonzero(refused & words.among(calls.f, ("create", "set", "delete", "multi", "work")))
    return rows[np.argsort(calls.zxid[rows], kind="stable")]


def kinds_of(f: I4, words: Words) -> I4:
    """Return what calls or parts do, -1 for none of KINDS."""
    kind = np.full(len(f), -1, np.int32)
    for name, code in KINDS.items():
        kind[f == words[name]] = code
    return kind


def written(kind: I4, f: I4, asked: I4, words: Words) -> I4:
    """Return the data that calls or parts write."""
    data = np.where((kind == CREATE) | (kind == SET), np.where(asked < 0, EMPTY, asked), -1)
    return np.where(f == words["work"], UNTOLD, data).astype(np.int32)


def _parts_of(
    calls: NDArray[np.int64], asked_first: I8, asked_count: I4, told_first: I8
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return for every part of some multis: call, position, row as asked for, row as answered."""
    count = asked_count[calls].astype(np.int64)
    owner = np.repeat(calls, count)
    part = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return owner, part.astype(np.int32), asked_first[owner] + part, told_first[owner] + part
