"""What goes over a connection."""

from dataclasses import dataclass
from typing import Any

from harness.history import Stat


@dataclass(frozen=True, slots=True)
class Frame:
    """Something that a server sends: `reply`, `ping` (the answer to one) or `watch` (an event)."""

    kind: str
    zxid: int
    xid: int = 0
    value: Any = None
    stat: Stat | None = None
    error: str = ""
    path: str = ""


@dataclass(slots=True)
class Request:
    """Something that a client sends, in the words of its call.

    `open` and `reopen` begin a connection, `close` ends the session, `ping` asks nothing.
    """

    f: str
    key: str = ""
    value: Any = None
    xid: int = 0
    timeout: int = 0
    reply: Frame | None = None
    """The answer, once it is known; reads get theirs when their turn comes."""
