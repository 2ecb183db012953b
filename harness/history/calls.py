"""Calls with their answers as columns: one row a call, in order of invocation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.history.columns import I1, I4, I8, INFO, INVOKE, U1, Columns
from harness.history.pairing import by_process

NEVER = 2**63 - 1
"""The time (ns) of what did not come."""


@dataclass(slots=True, kw_only=True)
class Calls:
    """Columns of the calls; what only an answer tells is 0 without one, or -1 for a text or row."""

    invoke: I8
    """Index of the invocation."""
    complete: I8
    """Index of the completion, -1 where there is none."""
    outcome: I1
    """OK, FAIL or INFO; INFO also where no completion came."""
    f: I4
    process: I4
    node: I4
    key: I4
    invoked: I8
    """ns, right before the call."""
    completed: I8
    """ns, right after the answer or the loss of hope for one; NEVER where there is no completion."""
    asked: I4
    """Text number of the data to write, that of the empty string where a create or set told none; else -1."""
    expected: I4
    """Version asked for, -1 for any."""
    flags: U1
    """Bits of what was asked for."""
    asked_first: I8
    asked_count: I4
    session: I8
    conn: I4
    xid: I4
    zxid: I8
    server: I4
    wire: I4
    sent: I8
    received: I8
    error: I4
    """Text number, that of the empty string for none."""
    told: I4
    """Text number of the path made, or of the data read."""
    cause: I4
    """The part of a refused `multi` that was the cause, else -1."""
    found: NDArray[np.bool_]
    """What `exists` said."""
    stat: I4
    """Row in `stats`, -1 for none."""
    first: I8
    count: I4

    def __len__(self) -> int:
        return len(self.invoke)


def pair(columns: Columns) -> tuple[I8, I8]:
    """Return the indexes of all invocations, in order, and of their completions (-1 without one).

    The history has been checked: the calls and answers of a process alternate.
    """
    rows = by_process(columns)
    invokes = np.flatnonzero(columns.type[rows] == INVOKE)
    after = np.minimum(invokes + 1, max(len(rows) - 1, 0))
    answered = (columns.process[rows[after]] == columns.process[rows[invokes]]) & (
        columns.type[rows[after]] != INVOKE
    )
    complete = np.where(answered, rows[after], -1)
    order = np.argsort(rows[invokes], kind="stable")
    return rows[invokes][order], complete[order]


def calls_of(columns: Columns) -> Calls:
    """Return the calls of a history."""
    invoke, complete = pair(columns)
    has = complete >= 0
    text = columns.text[invoke]
    writes = np.isin(columns.f[invoke], [columns.texts.find(f) for f in ("create", "set")])

    lost = ~has

    def told(name: str, otherwise: int) -> NDArray[Any]:
        column: NDArray[Any] = getattr(columns, name)[complete]
        column[lost] = otherwise
        return column

    return Calls(
        invoke=invoke,
        complete=complete,
        outcome=told("type", INFO),
        f=columns.f[invoke],
        process=columns.process[invoke],
        node=columns.node[invoke],
        key=columns.key[invoke],
        invoked=columns.time[invoke],
        completed=told("time", NEVER),
        asked=np.where(writes & (text < 0), 0, text),
        expected=columns.number[invoke],
        flags=columns.flags[invoke],
        asked_first=columns.first[invoke],
        asked_count=columns.count[invoke],
        session=told("session", 0),
        conn=told("conn", 0),
        xid=told("xid", 0),
        zxid=told("zxid", 0),
        server=told("server", 0),
        wire=told("wire", 0),
        sent=told("sent", 0),
        received=told("received", 0),
        error=told("error", 0),
        told=told("text", -1),
        cause=told("number", -1),
        found=told("flags", 0) != 0,
        stat=told("stat", -1),
        first=told("first", 0),
        count=told("count", 0),
    )
