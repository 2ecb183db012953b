"""What outlives a program: id and password of its session, in a file on the node's own disk."""

from pathlib import Path

import msgspec

from harness.client.ticket import LIFE, Connections, Ticket


class Kept(msgspec.Struct):
    """The contents of the file."""

    life: int
    """Counts the lives of the program that have used the file, from 0."""
    session: int = 0
    password: bytes = b""


class Safe:
    """The file of one participant; without a `path` nothing outlives the program."""

    def __init__(self, path: Path | None):
        self._path = path
        self._now = Kept(0)

    def open(self) -> Ticket | None:
        """Begin another life with the file; return the last life's session, if there was one.

        What that was shown nobody knows, so that the servers may show something older.
        """
        if self._path is None:
            return None
        try:
            before = msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (OSError, msgspec.DecodeError):
            return None
        self._now = msgspec.structs.replace(before, life=before.life + 1)
        self._write()
        if not before.session:
            return None
        return Ticket(before.session, before.password, 0, Connections(self._now.life * LIFE + 1))

    def keep(self, ticket: Ticket) -> None:
        """Note the present session, where it is another one."""
        if ticket.session != self._now.session:
            self._now = Kept(self._now.life, ticket.session, ticket.password)
            self._write()

    def _write(self) -> None:
        """Put a whole new file in the place of the old one: a program may be killed at any time."""
        if self._path is not None:
            fresh = self._path.with_suffix(".new")
            fresh.write_bytes(msgspec.json.encode(self._now))
            fresh.replace(self._path)
