"""ZooKeeper's requests as kazoo's connection sends them, those that kazoo lacks included.

Like kazoo's own, each has the number of its operation as `type`, and packs and unpacks itself. Beyond
kazoo: containers and nodes with a time to live, persistent and recursive watches, reads of several nodes
at once, and a session's ephemeral nodes. A watch is a flag here; its events are told by the connection.
"""

import struct
from typing import Any, ClassVar

import msgspec

from harness.client.wire import (
    INT,
    OPEN_ACL,
    permissions,
    read_acls,
    read_buffer,
    read_stat,
    read_string,
    read_strings,
    write_buffer,
    write_string,
)

EPHEMERAL, SEQUENCE = 1, 2

CONTAINER_FLAGS, TTL_FLAGS, TTL_SEQUENCE_FLAGS = 4, 5, 6

ANY_VERSION = -1

WATCH_MODES = {"persistent": 0, "recursive": 1}


class Create(msgspec.Struct, frozen=True, gc=False):
    """Make a znode; answers its path, and with `stat`, as a container or with a `ttl` in ms (path, Stat)."""

    path: str
    data: bytes = b""
    ephemeral: bool = False
    sequence: bool = False
    container: bool = False
    ttl: int = 0
    stat: bool = False

    @property
    def type(self) -> int:
        """Number of the operation, which differs by kind."""
        if self.container:
            return 19
        if self.ttl:
            return 21
        return 15 if self.stat else 1

    @property
    def flags(self) -> int:
        """ZooKeeper's CreateMode."""
        if self.container:
            return CONTAINER_FLAGS
        if self.ttl:
            return TTL_SEQUENCE_FLAGS if self.sequence else TTL_FLAGS
        return EPHEMERAL * self.ephemeral | SEQUENCE * self.sequence

    def serialize(self) -> bytes:
        """Pack the body."""
        body = write_string(self.path) + write_buffer(self.data) + OPEN_ACL + INT.pack(self.flags)
        return body + struct.pack("!q", self.ttl) if self.ttl else body

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        return self.read(data, offset)[0]

    def read(self, data: bytes, offset: int) -> tuple[Any, int]:
        """Unpack the answer and say where it ends."""
        path, offset = read_string(data, offset)
        if self.type == 1:
            return path, offset
        stat, offset = read_stat(data, offset)
        return (path, stat), offset


class Delete(msgspec.Struct, frozen=True, gc=False):
    """Remove a znode."""

    path: str
    version: int = ANY_VERSION
    type: ClassVar[int] = 2

    def serialize(self) -> bytes:
        """Pack the body."""
        return write_string(self.path) + INT.pack(self.version)

    def deserialize(self, data: bytes, offset: int) -> None:  # noqa: ARG002 - there is nothing in it
        """Unpack the answer, which says nothing."""
        return

    def read(self, data: bytes, offset: int) -> tuple[None, int]:  # noqa: ARG002
        """Unpack the answer and say where it ends."""
        return None, offset


class Check(Delete, frozen=True, gc=False):
    """Part of a multi: refuse it unless the znode has this version."""

    type: ClassVar[int] = 13


class SetData(msgspec.Struct, frozen=True, gc=False):
    """Replace a znode's data; answers its Stat."""

    path: str
    data: bytes = b""
    version: int = ANY_VERSION
    type: ClassVar[int] = 5

    def serialize(self) -> bytes:
        """Pack the body."""
        return write_string(self.path) + write_buffer(self.data) + INT.pack(self.version)

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        return read_stat(data, offset)[0]

    def read(self, data: bytes, offset: int) -> tuple[Any, int]:
        """Unpack the answer and say where it ends."""
        return read_stat(data, offset)


class _WatchingRead(msgspec.Struct, frozen=True, gc=False):
    """What the reads that can leave a watch have in common."""

    path: str
    watch: bool = False

    def serialize(self) -> bytes:
        """Pack the body."""
        return write_string(self.path) + (b"\x01" if self.watch else b"\x00")


class Exists(_WatchingRead, frozen=True, gc=False):
    """Ask for a znode's Stat; answers None where there is no znode."""

    type: ClassVar[int] = 3

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        return read_stat(data, offset)[0]


class GetData(_WatchingRead, frozen=True, gc=False):
    """Read a znode; answers (data, Stat)."""

    type: ClassVar[int] = 4

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        return self.read(data, offset)[0]

    def read(self, data: bytes, offset: int) -> tuple[Any, int]:
        """Unpack the answer and say where it ends."""
        content, offset = read_buffer(data, offset)
        stat, offset = read_stat(data, offset)
        return (content, stat), offset


class GetChildren(_WatchingRead, frozen=True, gc=False):
    """Read the names of a znode's children."""

    type: ClassVar[int] = 8

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        return read_strings(data, offset)[0]

    def read(self, data: bytes, offset: int) -> tuple[Any, int]:
        """Unpack the answer and say where it ends."""
        return read_strings(data, offset)


class GetChildren2(_WatchingRead, frozen=True, gc=False):
    """Read the names of a znode's children and its Stat; answers (names, Stat)."""

    type: ClassVar[int] = 12

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        names, offset = read_strings(data, offset)
        return names, read_stat(data, offset)[0]


class GetAcl(msgspec.Struct, frozen=True, gc=False):
    """Read who may do what; answers (list of `scheme:id:permissions`, Stat)."""

    path: str
    type: ClassVar[int] = 6

    def serialize(self) -> bytes:
        """Pack the body."""
        return write_string(self.path)

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        acls, offset = read_acls(data, offset)
        shown = [f"{scheme}:{who}:{permissions(bits)}" for bits, scheme, who in acls]
        return shown, read_stat(data, offset)[0]


class Sync(msgspec.Struct, frozen=True, gc=False):
    """Bring the server of this session up to date."""

    path: str
    type: ClassVar[int] = 9

    def serialize(self) -> bytes:
        """Pack the body."""
        return write_string(self.path)

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        return read_string(data, offset)[0]


class GetEphemerals(Sync, frozen=True, gc=False):
    """List the session's own ephemeral nodes whose paths begin with a prefix."""

    type: ClassVar[int] = 103

    def deserialize(self, data: bytes, offset: int) -> Any:
        """Unpack the answer."""
        return read_strings(data, offset)[0]


class AddWatch(msgspec.Struct, frozen=True, gc=False):
    """Leave a watch that stays until the connection ends, `persistent` or `recursive`."""

    path: str
    mode: str
    type: ClassVar[int] = 106

    def serialize(self) -> bytes:
        """Pack the body."""
        return write_string(self.path) + INT.pack(WATCH_MODES[self.mode])

    def deserialize(self, data: bytes, offset: int) -> None:  # noqa: ARG002 - the header says it all
        """Unpack the answer, which says nothing."""
        return
