"""The own place in a line: an ephemeral sequential node that is found again, and left for sure.

A create whose answer was lost may have made a node. So the node's name begins with a guid, by which the
client recognises it later: to adopt it, or to remove it.
"""

import os
import threading
from contextlib import suppress

from harness.client import Participant, Refused
from harness.client.operation import children, create, delete, exists, sync


class Place:
    """One place at a time in the line of one lock."""

    def __init__(self, participant: Participant, line: str):
        self._participant = participant
        self.line = line
        """Path of the lock, the parent of all nodes in its line."""
        self.node = ""
        """Path of the own node, empty without one."""
        self.token = 0
        """The own node's czxid."""
        self.leaving = False
        """The node is being given up, and may be gone: it must not hold the lock again."""
        self._guid = ""
        """Set from before the first attempt to create the node until it is certainly gone."""
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Name of the own node."""
        return self.node.rpartition("/")[2]

    def take(self, kind: str = "") -> None:
        """Queue up, or adopt the node that a create without an answer left behind.

        `kind` stands in the node's name. Raises what `call` does; then it may be called again.
        """
        if self.node or self._find():
            return
        self._guid = self.label()
        answer = self._participant.call(
            create(f"{self.line}/{self._guid}-{kind}", ephemeral=True, sequence=True)
        )
        self._keep(answer.value, answer.reply.zxid, answer.reply.session)

    def label(self) -> str:
        """Begin the name of a new node."""
        # Not from the seed: the next life must not take this one's node for its own.
        return os.urandom(8).hex()

    def leave(self) -> None:
        """Remove the own node, the one of a create without an answer included, and be sure of it.

        Raises what `call` does; then it has to be called again.
        """
        self.leaving = True
        node = self.node or self._find()
        if node:
            with suppress(Refused):  # an attempt without an answer had done it, or the session is over
                self._participant.call(delete(node))
        self.forget()

    def forget(self) -> None:
        """Know of no own node any more: it is gone, or the session is, and all its nodes with it."""
        with self._lock:
            self.node, self.token, self._guid, self.leaving = "", 0, "", False

    def _find(self) -> str:
        """Look for the node of a create without an answer; return its path, or nothing."""
        call, guid = self._participant.call, self._guid
        if not guid:
            return ""
        # The server of this connection may not have seen what the last one did.
        call(sync(self.line))
        name = next((name for name in call(children(self.line)).value if name.startswith(guid)), None)
        if name is None:
            return ""
        answer = call(exists(f"{self.line}/{name}"))
        stat = answer.value
        if stat is None or stat.ephemeralOwner != answer.reply.session:
            return ""
        self._keep(f"{self.line}/{name}", stat.czxid, answer.reply.session)
        return self.node

    def _keep(self, node: str, token: int, session: int) -> None:
        with self._lock:
            # The session may have been lost between the answer and here; its node is then no good.
            if session == self._participant.client.session:
                self.node, self.token = node, token


def sequence(name: str) -> int:
    """Return the number that ZooKeeper appended: ten digits."""
    return int(name[-10:])
