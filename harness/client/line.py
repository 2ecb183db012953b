"""One line of an app node's standard output: an event as the program sees it.

The harness adds what a program cannot know of itself: the node's name, its life, and the position in
the history.
"""

from typing import Any

import msgspec

from harness.history.event import Type


class Line(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """An event on its way to the history; the fields are those of `harness.history.Event`."""

    time: int
    type: Type
    f: str
    process: int = 0
    """Number of the logical process, unique within one life of the program."""
    key: str = ""
    value: Any = None
    error: str = ""
    session: int = 0
    conn: int = 0
    xid: int = 0
    zxid: int = 0
    server: str = ""
    stat: dict[str, int] | None = None
