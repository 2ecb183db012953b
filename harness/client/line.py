"""One line of an app node's standard output: an event as the program sees it.

The harness adds what a program cannot know of itself: the node's name, its life, and the position in
the history.
"""

from typing import Any

import msgspec

from harness.event import Int32, Int64, Stat, Type


class Line(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """An event on its way to the history; the fields are those of `harness.history.Event`."""

    time: Int64
    type: Type
    f: str
    process: Int32 = 0
    """Number of the logical process, unique within one life of the program."""
    key: str = ""
    value: Any = None
    error: str = ""
    session: Int64 = 0
    conn: Int32 = 0
    xid: Int32 = 0
    zxid: Int64 = 0
    server: str = ""
    wire: Int32 = 0
    sent: Int64 = 0
    received: Int64 = 0
    stat: Stat | None = None
