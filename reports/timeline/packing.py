"""Numbers and strings packed for a page: a byte or two each where that is enough, ready to be compressed."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

_BYTES = 8


class Column(msgspec.Struct, frozen=True):
    """Whole numbers in as few bytes each as the widest of them needs.

    All lowest bytes come first, then all second ones and so on: neighbours that differ little then
    compress well. With `delta` each is told by what it is more than its predecessor (the first one's is 0),
    with its sign in the lowest bit.
    """

    count: int
    width: int
    """Bytes for one number."""
    delta: bool
    planes: bytes
    """`width` times `count` bytes."""


class PackedStrings(msgspec.Struct, frozen=True):
    """Strings one after the other in UTF-8, and the bytes of each."""

    lengths: Column
    utf8: bytes


def pack(numbers: NDArray[Any], *, delta: bool = False) -> Column:
    """Pack whole numbers. Without `delta` none may be negative, or ValueError is raised."""
    wide = numbers.astype(np.int64)
    if delta:
        steps = np.diff(wide, prepend=0)
        wide = (steps << 1) ^ (steps >> 63)
    elif len(wide) and int(wide.min()) < 0:
        raise ValueError("negative numbers are packed with delta only")
    unsigned = wide.astype("<u8")
    widest = int(unsigned.max()) if len(unsigned) else 0
    width = max(1, (widest.bit_length() + 7) // 8)
    planes = unsigned.view(np.uint8).reshape(-1, _BYTES)[:, :width].T
    return Column(count=len(wide), width=width, delta=delta, planes=planes.tobytes())


def unpack(column: Column) -> NDArray[np.int64]:
    """Return the numbers that were packed."""
    raw = np.zeros((column.count, _BYTES), np.uint8)
    raw[:, : column.width] = np.frombuffer(column.planes, np.uint8).reshape(column.width, column.count).T
    unsigned = raw.reshape(-1).view("<u8")
    if not column.delta:
        return unsigned.astype(np.int64)
    steps = (unsigned >> np.uint64(1)).astype(np.int64) ^ -(unsigned & np.uint64(1)).astype(np.int64)
    return np.cumsum(steps, dtype=np.int64)


def pack_strings(strings: Sequence[str]) -> PackedStrings:
    """Pack strings; what is no Unicode text, such as half of a surrogate pair, becomes a question mark."""
    encoded = [string.encode("utf-8", "replace") for string in strings]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    return PackedStrings(lengths=pack(lengths), utf8=b"".join(encoded))
