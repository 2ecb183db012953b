"""Several operations in one request: transactions, and reads of several znodes at once."""

import struct
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
from kazoo.exceptions import EXCEPTIONS, KazooException, RolledBackError, RuntimeInconsistency

from harness.client.wire import INT

PART = struct.Struct("!iBi")
"""Header of a part: type of operation, whether this is the end, error."""

END = PART.pack(-1, 1, -1)

ERROR_TYPE = -1

BYSTANDERS = (RolledBackError, RuntimeInconsistency)
"""What the innocent parts of a refused transaction come back with."""


class Multi(msgspec.Struct, frozen=True):
    """A transaction of creates, deletes, sets and checks.

    Answers one result a part; where the transaction was refused, those are exceptions of kazoo.
    """

    parts: tuple[Any, ...]
    type: ClassVar[int] = 14

    def serialize(self) -> bytes:
        """Pack the body."""
        packed = (PART.pack(part.type, 0, -1) + part.serialize() for part in self.parts)
        return b"".join(packed) + END

    def deserialize(self, data: bytes, offset: int) -> list[Any]:
        """Unpack the answer."""
        results = []
        for part in self.parts:
            kind, _, _ = PART.unpack_from(data, offset)
            offset += PART.size
            if kind == ERROR_TYPE:
                (code,) = INT.unpack_from(data, offset)
                offset += INT.size
                results.append(EXCEPTIONS[code]())
            else:
                result, offset = part.read(data, offset)
                results.append(result)
        return results


class MultiRead(Multi, frozen=True):
    """Reads of several znodes at one moment; each part has its own result or exception."""

    type: ClassVar[int] = 22


def refusal(results: Sequence[Any]) -> tuple[int, KazooException] | None:
    """Find the part (counted from 0) for which a transaction was refused; None when it went through."""
    failures = [(n, r) for n, r in enumerate(results) if isinstance(r, KazooException)]
    cause = next((failure for failure in failures if not isinstance(failure[1], BYSTANDERS)), None)
    return cause or (failures[0] if failures else None)
