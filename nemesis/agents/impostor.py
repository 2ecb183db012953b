"""An impostor in an app node's holder: tells clients, in the servers' place, that their sessions expired.

Runs alone, as `impostor.py PORT SESSION...` with session ids in decimal. New connections to any server are
led to its port. A client that wants to take up one of the sessions is told that it has expired; anybody
else is turned away, and tries again. It ends when every session was lied to, or after a minute.

It writes one line of JSON to STATUS whenever something happened.
"""

import json
import socket
import struct
import sys
import time
from pathlib import Path

STATUS = Path("/tmp/zkchaos/impostor.json")  # noqa: S108 - a container of its own
LIFETIME = 60.0
"""Seconds after which it ends, whatever happened."""
PATIENCE = 2.0
"""Seconds for a client to say who it is."""

CONNECT = struct.Struct("!iiqiq")
"""Length of the rest, protocol, last zxid seen, timeout, session id."""

EXPIRED = struct.pack("!iiiqi16s?", 37, 0, 0, 0, 16, b"\0" * 16, False)  # noqa: FBT003 - the field readOnly
"""What a server answers that does not know a session: no time, no id, a password of zeros."""


def read(connection: socket.socket, length: int) -> bytes:
    """Read so many bytes; raises ConnectionError when the other side ends before."""
    data = b""
    while len(data) < length:
        chunk = connection.recv(length - len(data))
        if not chunk:
            raise ConnectionError("the client left")
        data += chunk
    return data


def lie_to(connection: socket.socket, sessions: set[int]) -> int:
    """Hear which session a client wants; tell it that it has expired when it is one of these, 0 if not."""
    connection.settimeout(PATIENCE)
    *_, session = CONNECT.unpack(read(connection, CONNECT.size))
    if session not in sessions:
        return 0
    connection.sendall(EXPIRED)
    # Closing with something unread would reset the connection, and the lie might get lost.
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass
    return int(session)


def tell(**status: object) -> None:
    """Put the status in place in one go."""
    fresh = STATUS.with_suffix(".new")
    fresh.write_text(json.dumps(status))
    fresh.rename(STATUS)


def main() -> None:
    """Lie until everybody has heard it."""
    port, *wanted = (int(word) for word in sys.argv[1:])
    left, told, turned_away = set(wanted), list[int](), 0
    end = time.monotonic() + LIFETIME
    with socket.create_server(("0.0.0.0", port)) as server:  # noqa: S104 - in a network of its own
        server.settimeout(0.5)
        tell(ready=True, told=told, turned_away=turned_away)
        while left and time.monotonic() < end:
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            with connection:
                try:
                    session = lie_to(connection, left)
                except OSError:
                    session = 0
            if session:
                left.discard(session)
                told.append(session)
            else:
                turned_away += 1
            tell(ready=True, told=told, turned_away=turned_away)


if __name__ == "__main__":
    main()
