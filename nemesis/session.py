"""Sessions: end one from outside, while its client is alive and well."""

import struct
from typing import ClassVar

from harness.errors import EnsembleError
from harness.four_letter import ask
from harness.visitor import visiting
from nemesis.fault import Fault, Proof

SECRET = 0xB3415C00
"""What ZooKeeper mixes into a session's id to seed its password (SessionTrackerImpl, since 3.0)."""

ATTEMPTS = 5
"""A busy client loses its connection with the session, and is back within a tenth of a second."""


def session_password(session: int) -> bytes:
    """Compute a session's password: 16 bytes of java.util.Random, seeded with the id and a constant.

    The generator is the linear congruential one that the Java class library documents.
    """
    state = ((session ^ SECRET) ^ 0x5DEECE66D) & ((1 << 48) - 1)
    words = []
    for _ in range(4):
        state = (state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        words.append((state >> 16) & 0xFFFFFFFF)
    # nextBytes hands out each 32-bit word from its lowest byte up.
    return struct.pack("<4I", *words)


class ExpireAppLeader(Fault):
    """Ends the session of the app node that leads, by closing it with its id and password."""

    name = "expire-app-leader"
    summary = "ends the session of the app node that leads, from outside"
    effect = "expire"
    role = "app"
    target = "app-leader"
    evidence: ClassVar = ("new-leader-after-each",)

    _session = 0
    _closing = 0

    def inject(self) -> None:
        """Take the session over on another connection and close it."""
        self._session = self.arena.board.snapshot().sessions.get(self.target_name, 0)
        for _ in range(ATTEMPTS):
            self._closing = self._take_over()
            if self._closing:
                return

    def _take_over(self) -> int:
        """Close the session; the zxid of its end, 0 where its client won it back before it was closed."""
        leader = self.arena.ensemble.leader()
        if not self._session or leader is None:
            return 0
        identity = (self._session, session_password(self._session))
        with visiting(leader.host_address, 5, identity) as client:
            taken = client.session == self._session
        return client.closing.zxid if taken and client.closing else 0

    def observe(self) -> Proof | None:
        """The leader's list of sessions does not hold it any more."""
        leader = self.arena.ensemble.leader()
        if not self._closing or leader is None:
            return None
        try:
            sessions = ask(leader.host_address, "dump")
        except OSError as error:
            raise EnsembleError(f"{leader.name} did not answer `dump`: {error}.") from error
        shown = f"{self._session & (2**64 - 1):#x}"
        if shown in sessions:
            return None
        return {"session": self._session, "closed_at_zxid": self._closing, "dump": "session absent"}

    def heal(self) -> None:
        """Nothing to undo: the client makes a new session by itself."""

    def observe_healed(self) -> Proof | None:
        """The app node has another session."""
        session = self.arena.board.snapshot().sessions.get(self.target_name)
        return {"session": session} if session and session != self._session else None
