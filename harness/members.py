"""Who belongs to an ensemble by its plan, and the password with which that is changed while it runs."""

import base64
import hashlib
from collections.abc import Mapping

import msgspec

MEMBERS_FILE = "/zkchaos/members.json"
"""Where each holder keeps it."""


class Members(msgspec.Struct, frozen=True):
    """The members of the plan; without a password they stay the same all the time."""

    password: str = ""
    lines: Mapping[int, str] = {}
    """{number: `server.N=…`} of each."""

    config: str = ""
    """Text of the zoo.cfg that says so."""

    @property
    def flag(self) -> str:
        """The property by which a server's JVM knows the super user's password, or its digest rather."""
        digest = base64.b64encode(hashlib.sha1(f"super:{self.password}".encode()).digest()).decode()  # noqa: S324 - ZooKeeper's
        return f"-Dzookeeper.DigestAuthenticationProvider.superDigest=super:{digest}"

    def encode(self) -> bytes:
        """Write it down."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, text: bytes) -> "Members":
        """Read it back; raises msgspec.DecodeError."""
        return msgspec.json.decode(text, type=cls)
