"""The columnar form of a history: numpy arrays with one entry an event, for checkers that judge millions."""

from dataclasses import dataclass, fields
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from harness.history.texts import Texts

I1 = NDArray[np.int8]
U1 = NDArray[np.uint8]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

EVENT, INVOKE, OK, FAIL, INFO = range(5)
TYPES = {"event": EVENT, "invoke": INVOKE, "ok": OK, "fail": FAIL, "info": INFO}
"""Numbers of the types, as the column `type` holds them."""

EPHEMERAL, SEQUENCE, CONTAINER, TTL, WATCH, FOUND, RECURSIVE = (1 << bit for bit in range(7))
"""Bits of the column `flags`; FOUND is the answer of `exists`, RECURSIVE the mode of `add-watch`."""

ANY_VERSION = -1


def dtype_of(annotation: Any) -> Any:
    """Return the numpy type of an annotation such as I8."""
    return get_args(get_args(annotation)[1])[0]


@dataclass(slots=True, kw_only=True)
class Stats:
    """One row a Stat, the columns under ZooKeeper's names."""

    czxid: I8
    mzxid: I8
    pzxid: I8
    ctime: I8
    mtime: I8
    version: I4
    cversion: I4
    aversion: I4
    ephemeralOwner: I8  # noqa: N815 - ZooKeeper's name
    dataLength: I4  # noqa: N815
    numChildren: I4  # noqa: N815

    def __len__(self) -> int:
        return len(self.czxid)


@dataclass(slots=True, kw_only=True)
class Parts:
    """One row a part of a `multi` or `multi-read`, asked for or answered; -1 stands for nothing."""

    f: I4
    key: I4
    text: I4
    """Text number of the data, or of the path made."""
    number: I4
    """Expected version."""
    flags: U1
    error: I4
    stat: I4
    """Row in `Stats`."""
    first: I8
    count: I4

    def __len__(self) -> int:
        return len(self.f)


@dataclass(slots=True, kw_only=True)
class Columns:
    """One row an event, at the place of its index; strings by their number in `texts`.

    What `text`, `number`, `first` and `count` hold depends on the event; -1 (or a count of 0) says nothing:

    | event | `text` | `number` | `first`, `count` |
    |---|---|---|---|
    | invoke of create, set | data | expected version | |
    | invoke of delete | | expected version | |
    | invoke of multi, multi-read, and their ok | | | rows of `parts`, one a part |
    | ok of create | path made | | |
    | ok of get | data | | |
    | ok of children, ephemerals, get-acl | | | places in `items` |
    | fail of multi | | part that was the cause | |
    | session | state | timeout in ms | |
    | watch | type | | |
    """

    time: I8
    type: I1
    f: I4
    process: I4
    node: I4
    key: I4
    error: I4
    """Text number; that of the empty string for none."""
    server: I4
    session: I8
    conn: I4
    xid: I4
    zxid: I8
    wire: I4
    sent: I8
    received: I8
    text: I4
    number: I4
    flags: U1
    stat: I4
    """Row in `stats`, -1 for none."""
    first: I8
    count: I4
    offset: I8
    """Where the event's line begins in the file; -1 for a history that has none."""
    stats: Stats
    parts: Parts
    items: I4
    """Text numbers: names of children, paths, access rules."""
    texts: Texts

    def __len__(self) -> int:
        return len(self.time)


STAT_FIELDS = {field.name: dtype_of(field.type) for field in fields(Stats)}
PART_FIELDS = {field.name: dtype_of(field.type) for field in fields(Parts)}
TABLES = ("stats", "parts", "items", "texts")
EVENT_FIELDS = {field.name: dtype_of(field.type) for field in fields(Columns) if field.name not in TABLES}
"""{column: numpy type} of what there is one of an event."""


def columns_of(arrays: dict[str, NDArray[Any]], texts: Texts) -> Columns:
    """Return columns made of arrays: {`time` and so on, `stats.czxid` and so on, `parts.key` ..., `items`}.

    They are made read-only: every checker is shown the same history.
    """
    for array in arrays.values():
        array.flags.writeable = False
    return Columns(
        **{name: arrays[name] for name in EVENT_FIELDS},
        stats=Stats(**{name: arrays[f"stats.{name}"] for name in STAT_FIELDS}),
        parts=Parts(**{name: arrays[f"parts.{name}"] for name in PART_FIELDS}),
        items=arrays["items"],
        texts=texts,
    )
