"""The record that everything is made of: one event, one JSON object, one line."""

from typing import Annotated, Any, Literal

import msgspec

Type = Literal["invoke", "ok", "fail", "info", "event"]

# The columnar form holds these; a number beyond them is refused where the line is read.
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]

COMPLETIONS: frozenset[str] = frozenset({"ok", "fail", "info"})


class Stat(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A znode's Stat under ZooKeeper's own names; `ctime` and `mtime` are wall-clock ms of the leader."""

    czxid: Int64 = 0
    mzxid: Int64 = 0
    pzxid: Int64 = 0
    ctime: Int64 = 0
    mtime: Int64 = 0
    version: Int32 = 0
    cversion: Int32 = 0
    aversion: Int32 = 0
    ephemeralOwner: Int64 = 0  # noqa: N815 - ZooKeeper's name
    dataLength: Int32 = 0  # noqa: N815
    numChildren: Int32 = 0  # noqa: N815


class Event(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One line of a history.

    Times are nanoseconds of CLOCK_MONOTONIC on the kernel of the Docker engine, taken right before a
    call and right after its answer. `zxid` is that of the reply's header, not one out of a Stat.
    """

    index: int
    """Dense and unique: the position in the file, from 0."""
    time: Int64
    type: Type
    """`invoke`; then `ok`, `fail` (certainly did not happen) or `info` (unknown); else `event`."""
    f: str
    """What happened: an operation such as `create`, an occurrence such as `leader` or `inject`."""
    process: str = ""
    """Logical process: `app1/2.0` is process 0 in the second life of app1; or harness, monitor, nemesis."""
    node: str = ""
    """App node or server that the event is about."""
    key: str = ""
    """The znode's path; for a fault its name."""
    value: Any = None
    error: str = ""
    session: Int64 = 0
    """Session id, 64 bits."""
    conn: Int32 = 0
    """Number of the connection within the client's life, from 1."""
    xid: Int32 = 0
    """Request id on that connection."""
    zxid: Int64 = 0
    """epoch << 32 | counter, from the reply's header; 0 where there was no reply."""
    server: str = ""
    """The server that answered, `10.0.0.2:2181` or its node name."""
    wire: Int32 = 0
    """Position of the reply among everything received on its connection, from 1."""
    sent: Int64 = 0
    """When the request was written to the socket (ns)."""
    received: Int64 = 0
    """When the reply was read from the socket (ns)."""
    stat: Stat | None = None
