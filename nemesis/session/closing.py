"""How a session is closed from outside, by its id and a password that follows from it."""

import socket
import struct
from typing import BinaryIO

from kazoo.protocol.serialization import Close, Connect, int_int_struct, int_struct, reply_header_struct

SECRET = 0xB3415C00
"""What ZooKeeper mixes into a session's id to seed its password (SessionTrackerImpl, since 3.0)."""


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
