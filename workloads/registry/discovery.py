"""Discovery: who is registered, read anew after each change.

A watch on the children fires once and is renewed by the next reading, before which anything may happen: the
reading shows it. A member that is replaced between the listing and the reading of its address changes the
children again, so the renewed watch fires.
"""

import threading
from contextlib import suppress

from harness.client import Operation, Participant, Refused
from harness.client.operation import children, get
from workloads.registry.paths import MEMBERS


class Discovery:
    """What one participant knows of the members, told as `discovered` whenever it was read."""

    def __init__(self, participant: Participant):
        self._participant = participant
        self._stale = threading.Event()
        self._stale.set()

    def on_session(self, state: str) -> None:  # noqa: ARG002 - watches end with every connection
        """Hear that the connection is another one, or none: nobody tells of changes any more."""
        self._stale.set()

    def on_watch(self, path: str) -> None:
        """Hear that a watch fired."""
        if path == MEMBERS:
            self._stale.set()

    def look(self) -> None:
        """Read the members again and again until no change is known that was not read."""
        while self._stale.is_set():
            self._stale.clear()
            try:
                self._read()
            except BaseException:
                self._stale.set()
                raise

    def listing(self) -> Operation:
        """Ask for the members' names, and to be told of the next change."""
        return children(MEMBERS, watch=True)

    def _read(self) -> None:
        listed = self._participant.call(self.listing())
        members: dict[str, int] = {}
        for name in listed.value:
            with suppress(Refused):  # gone again, of which the watch tells
                address, stat = self._participant.call(get(f"{MEMBERS}/{name}")).value
                members[address.decode()] = stat.ephemeralOwner
        self._participant.event(
            "discovered",
            key=MEMBERS,
            value={"members": members, "zxid": listed.reply.zxid},
            session=listed.reply.session,
        )
