"""What it takes to go on with a session that another client has begun, and the numbers of its connections."""

import itertools
import threading
from typing import NamedTuple

LIFE = 1 << 20
"""Connections of one life of a program, more than it ever makes; the numbers of the next life come after."""


class Connections:
    """Numbers the connections of one session, whichever of its clients makes them, from `first` on.

    With the lock held no client begins a connection.
    """

    def __init__(self, first: int = 1):
        self._count = itertools.count(first)
        self.lock = threading.Lock()

    def next(self) -> int:
        """Return the next number; the lock is held."""
        return next(self._count)


class Ticket(NamedTuple):
    """A session as one client hands it to the next."""

    session: int
    password: bytes
    zxid: int
    """The last that the session was shown, 0 where nobody knows: no server then shows anything older."""
    connections: Connections
    heir: int = 0
    """Number of the client that uses it, among those of one life that have shared the session; from 0."""
