"""The engine's stream format: both outputs of a container over one connection, in frames.

A frame is eight bytes of header (stream number, three zeros, length as four bytes from the highest
down) and its payload, as the Engine API documents it for attaching.
"""

import struct
import time
from collections.abc import Callable, Iterator

HEADER = struct.Struct(">BxxxL")
STDERR = 2

GATHER = 0.005
"""Seconds between two readings: to be woken for every line of a busy node would slow that node down."""

READ_SIZE = 1 << 18


def outputs(receive: Callable[[int], bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield chunks of (standard output, standard error) until `receive` returns nothing.

    A frame may come in pieces and many may come at once: a chunk is all that was whole.
    """
    rest = b""
    while data := receive(READ_SIZE):
        rest += data
        out: list[bytes] = []
        err: list[bytes] = []
        position = 0
        while len(rest) - position >= HEADER.size:
            stream, length = HEADER.unpack_from(rest, position)
            end = position + HEADER.size + length
            if end > len(rest):
                break
            (err if stream == STDERR else out).append(rest[position + HEADER.size : end])
            position = end
        rest = rest[position:]
        if out or err:
            yield b"".join(out), b"".join(err)
        time.sleep(GATHER)
