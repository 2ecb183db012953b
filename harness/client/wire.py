"""ZooKeeper's wire format (jute): strings, buffers, vectors, Stat and ACL, as bytes and back."""

import struct
from typing import Any

from harness.event import Stat

INT = struct.Struct("!i")

STAT = struct.Struct("!qqqqiiiqiiq")

PERMISSIONS = "rwcda"
"""Letters of the permission bits, the lowest first: read, write, create, delete, admin."""


def write_buffer(data: bytes) -> bytes:
    """Pack a buffer: its length, its bytes."""
    return INT.pack(len(data)) + data


def write_string(text: str) -> bytes:
    """Pack a string."""
    return write_buffer(text.encode())


OPEN_ACL = INT.pack(1) + INT.pack(31) + write_string("world") + write_string("anyone")
"""Everybody may do everything."""


def read_buffer(data: bytes, offset: int) -> tuple[bytes, int]:
    """Unpack a buffer and say where it ends; one that is null is empty."""
    (length,) = INT.unpack_from(data, offset)
    start = offset + 4
    end = start + max(length, 0)
    return data[start:end], end


def read_string(data: bytes, offset: int) -> tuple[str, int]:
    """Unpack a string and say where it ends."""
    text, end = read_buffer(data, offset)
    return text.decode(), end


def read_strings(data: bytes, offset: int) -> tuple[list[str], int]:
    """Unpack a vector of strings and say where it ends."""
    (count,) = INT.unpack_from(data, offset)
    offset += 4
    found = []
    for _ in range(count):
        text, offset = read_string(data, offset)
        found.append(text)
    return found, offset


def read_stat(data: bytes, offset: int) -> tuple[Stat, int]:
    """Unpack a Stat and say where it ends."""
    czxid, mzxid, ctime, mtime, version, cversion, aversion, owner, length, children, pzxid = (
        STAT.unpack_from(data, offset)
    )
    stat = Stat(czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion, owner, length, children)
    return stat, offset + STAT.size


def read_acls(data: bytes, offset: int) -> tuple[list[tuple[int, str, str]], int]:
    """Unpack a vector of ACLs, (permission bits, scheme, id), and say where it ends."""
    (count,) = INT.unpack_from(data, offset)
    offset += 4
    found: list[tuple[int, str, str]] = []
    for _ in range(count):
        (bits,) = INT.unpack_from(data, offset)
        scheme, offset = read_string(data, offset + 4)
        who, offset = read_string(data, offset)
        found.append((bits, scheme, who))
    return found, offset


def permissions(bits: Any) -> str:
    """Permission bits as letters, `rwcda` for all."""
    return "".join(letter for place, letter in enumerate(PERMISSIONS) if bits >> place & 1)
