"""The record that everything is made of: one event, one JSON object, one line."""

from typing import Any, Literal

import msgspec

Type = Literal["invoke", "ok", "fail", "info", "event"]

COMPLETIONS: frozenset[str] = frozenset({"ok", "fail", "info"})


class Event(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of a history.

    Times are nanoseconds of CLOCK_MONOTONIC on the kernel of the Docker engine, taken right before a
    call and right after its answer. `zxid` is that of the reply's header, not one out of a Stat.
    """

    index: int
    """Dense and unique: the position in the file, from 0."""
    time: int
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
    session: int = 0
    """Session id, 64 bits."""
    conn: int = 0
    """Number of the connection within the client's life, from 1."""
    xid: int = 0
    """Request id on that connection."""
    zxid: int = 0
    """epoch << 32 | counter, from the reply's header; 0 where there was no reply."""
    server: str = ""
    """The server that answered, `10.0.0.2:2181` or its node name."""
    stat: dict[str, int] | None = None
