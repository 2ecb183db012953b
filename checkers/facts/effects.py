"""What happens to paths, one row an effect: acknowledged, revealed by a Stat, or of a session's end."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from checkers.facts.transactions import CREATE, UNTOLD, Transactions
from harness.history import History
from harness.history.columns import CONTAINER, EPHEMERAL, I4, I8, SEQUENCE, TTL, U1, dtype_of

END, VANISH, APPEAR = 4, 5, 6
"""Kinds of effects beside CREATE, SET, DELETE and CHECK: the end of a session removes an ephemeral node;
something unknown has removed or made a node somewhere before a place, but nobody knows exactly where."""

CONTAINER_OWNER = -(2**63)
"""What the Stat of a container says of its owner."""

NOBODY, SOMEBODY = 0, -1
"""Owners: of a persistent node, and of a node of which nobody knows it (or which has a time to live)."""


@dataclass(slots=True, kw_only=True)
class Effects:
    """One row an effect, in no particular order."""

    path: I4
    zxid: I8
    """Of an APPEAR or VANISH the zxid before or at which it happened."""
    part: I4
    kind: I4
    data: I4
    """Text number, UNTOLD where nobody knows, -1 for what writes none."""
    owner: I8
    """Session, NOBODY, SOMEBODY or CONTAINER_OWNER for what creates."""
    claimed: I4
    """Version that a Stat told for right after this effect, -1 for none."""
    stat: I4
    """Row of the Stat that the answer told, -1 for none."""
    call: I8
    """Row of the call, -1 where nobody knows who asked."""
    since: I8
    """The lowest zxid at which it can have happened: `zxid` itself where that is known."""

    def __len__(self) -> int:
        return len(self.path)


Row = tuple[int, ...]
"""One effect, entries in the order of the columns."""

DTYPES = {field.name: dtype_of(field.type) for field in fields(Effects)}
NAMES = tuple(DTYPES)


def acknowledged(history: History, done: Transactions) -> Effects:
    """Return the effects of acknowledged writes; checks are effects that change nothing."""
    version = np.append(history.columns.stats.version, np.int32(-1))
    # A server that names another path than the one asked for has more likely misspoken than created it.
    sequential = (done.kind == CREATE) & (done.flags & SEQUENCE != 0)
    return Effects(
        path=np.where(sequential, done.path, done.asked),
        zxid=done.zxid,
        part=done.part,
        kind=done.kind,
        data=done.data,
        owner=owners(done.kind, done.flags, done.session),
        claimed=version[done.stat],
        stat=done.stat,
        call=done.call,
        since=done.zxid,
    )


def owners(kind: I4, flags: U1, session: I8) -> I8:
    """Return whom nodes belong to that were created with some flags."""
    owner = np.where(flags & EPHEMERAL != 0, np.where(session == 0, SOMEBODY, session), NOBODY)
    owner = np.where(flags & CONTAINER != 0, CONTAINER_OWNER, owner)
    owner = np.where(flags & TTL != 0, SOMEBODY, owner)
    return np.where(kind == CREATE, owner, NOBODY)


def row(
    path: int,
    zxid: int,
    kind: int,
    *,
    part: int = 0,
    data: int = UNTOLD,
    owner: int = NOBODY,
    claimed: int = -1,
    call: int = -1,
    since: int | None = None,
) -> Row:
    """Return one effect."""
    return path, zxid, part, kind, data, owner, claimed, -1, call, zxid if since is None else since


def table(rows: Iterable[Row]) -> Effects:
    """Return rows as a table."""
    columns = np.array(list(rows), np.int64).reshape(-1, len(NAMES)).T
    return Effects(**{name: column.astype(DTYPES[name]) for name, column in zip(NAMES, columns, strict=True)})


def together(*tables: Effects) -> Effects:
    """Return the rows of all tables."""
    return Effects(**{name: np.concatenate([getattr(one, name) for one in tables]) for name in NAMES})


def chosen(effects: Effects, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Effects:
    """Return some rows in a given order."""
    return Effects(**{name: getattr(effects, name)[rows] for name in NAMES})
