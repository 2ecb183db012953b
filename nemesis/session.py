"""Sessions: end one from outside, while its client is alive and well."""

import socket
import struct
from typing import BinaryIO, ClassVar

from kazoo.protocol.serialization import Close, Connect, int_int_struct, int_struct, reply_header_struct

from harness.clock import wait_for
from harness.errors import EnsembleError
from harness.four_letter import ask
from nemesis.fault import AppLeaderFault, Proof

SECRET = 0xB3415C00
"""What ZooKeeper mixes into a session's id to seed its password (SessionTrackerImpl, since 3.0)."""

ATTEMPTS = 5
"""How often to try: one closing in a hundred takes effect without an answer."""

DUMP_HEADER = "SessionTracker dump:"

LEADER_WITHIN = 5.0
"""Seconds to wait for a server that leads."""


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


def close_session(address: tuple[str, int], session: int, within: float = 5.0) -> int:
    """Take a session over and close it; return the zxid of its end, 0 where it had ended before.

    One write carries both requests: a busy client that loses its session to another connection is back
    within a tenth of a second, and wins it back from whoever closes it in a second step.
    Raises OSError when no answer comes: the session may have ended then, or not.
    """
    connect = Connect(0, 0, int(within * 1000), session, session_password(session), False)  # noqa: FBT003
    requests = (connect.serialize(), int_int_struct.pack(1, Close.type))
    with (
        socket.create_connection(address, timeout=within) as connection,
        connection.makefile("rb") as answers,
    ):
        connection.sendall(b"".join(int_struct.pack(len(request)) + request for request in requests))
        granted, _ = Connect.deserialize(_read(answers), 0)
        if granted.session_id != session or granted.time_out <= 0:
            return 0
        _, zxid, _ = reply_header_struct.unpack_from(_read(answers))
    return int(zxid)


def _read(answers: BinaryIO) -> bytes:
    """Read one answer: its length, then as many bytes."""
    head = answers.read(int_struct.size)
    body = answers.read(int_struct.unpack(head)[0]) if len(head) == int_struct.size else b""
    if not body:
        raise ConnectionResetError("the server closed the connection without an answer")
    return body


class ExpireAppLeader(AppLeaderFault):
    """Ends the session of the app node that leads, by closing it with its id and password."""

    name = "expire-app-leader"
    summary = "ends the session of the app node that leads, from outside"
    effect = "expire"
    evidence: ClassVar = ("new-leader-after-each",)

    _session = 0
    _closing = 0
    _ended = False

    def inject(self) -> None:
        """Take the session over on another connection and close it."""
        self._session = self.arena.board.snapshot().sessions.get(self.target_name, 0)
        if not self._session:
            raise EnsembleError(f"{self.target_name} has no session to end.")
        leader = wait_for(self.arena.ensemble.leader, within=LEADER_WITHIN, what="a server leads")
        unanswered = False
        for _ in range(ATTEMPTS):
            try:
                self._closing = close_session(leader.host_address, self._session)
            except OSError:
                unanswered = True
                continue
            # Gone already: by the attempt before, whose answer was lost, or not by this fault's doing.
            self._ended = self._closing > 0 or unanswered
            return

    def observe(self) -> Proof | None:
        """The leader's list of sessions does not hold it any more.

        `closed_at_zxid` is 0 where the closing took effect and its answer was lost.
        """
        leader = self.arena.ensemble.leader()
        if not self._ended or leader is None:
            return None
        try:
            sessions = ask(leader.host_address, "dump")
        except OSError as error:
            raise EnsembleError(f"{leader.name} did not answer `dump`: {error}.") from error
        # A server that is not serving, or not allowed to, answers without a list: that proves nothing.
        if DUMP_HEADER not in sessions or f"{self._session & (2**64 - 1):#x}" in sessions:
            return None
        return {"session": self._session, "closed_at_zxid": self._closing, "dump": "session absent"}

    def heal(self) -> None:
        """Nothing to undo: the client makes a new session by itself."""

    def observe_healed(self) -> Proof | None:
        """The app node has another session."""
        session = self.arena.board.snapshot().sessions.get(self.target_name)
        return {"session": session} if session and session != self._session else None
