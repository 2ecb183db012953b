"""Leader election: ephemeral sequential nodes, each candidate watching only the one right before it.

The second algorithm of the textbooks (and of ZooKeeper's own recipes page): one departure wakes one
candidate.
"""

import os
import threading
from contextlib import suppress

from harness.client import Program, Refused
from harness.client.operation import children, create, delete, exists, sync
from workloads.election.leader import Leader
from workloads.place import sequence


class Candidate(Leader):
    """Runs for leader again and again until it is stopped."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._wake = threading.Event()
        self._guid = ""
        self._leaving = ""
        """The own node while it is being given up."""

    def stop(self) -> None:
        """Wake up whoever waits for the node ahead."""
        self._wake.set()

    def on_session(self, state: str) -> None:
        """Step down when the connection breaks; forget the node when the session is lost."""
        if state == "connected":
            return
        self.step_down(state)
        if state == "lost":
            self.forget()
        self._wake.set()

    def on_watch(self, path: str) -> None:  # noqa: ARG002 - it is watched because it is ahead
        """Look again when the candidate ahead is gone."""
        self._wake.set()

    def turn(self) -> None:
        """Campaign: join the line, look who is ahead, and lead or wait."""
        breaks = self.breaks
        self.make_once(*self.parents())
        if self._leaving:
            self._leave()
        if not self.node:
            self._join()
        self._wake.clear()
        ahead = self.ahead()
        if ahead is None:
            self.forget()
        elif not ahead:
            if self.lead.begin(self.node, breaks, token=self.token):
                self.reign()
        elif self.watch(ahead) and not self.stopping.is_set():
            self._wake.wait(self.patience)

    def ahead(self) -> list[str] | None:
        """Look who stands before the own node, in their order; None when that is gone."""
        mine = self.node.rpartition("/")[2]
        names = self.look()
        if mine not in names:
            return None
        return sorted((name for name in names if sequence(name) < sequence(mine)), key=sequence)

    def look(self) -> list[str]:
        """Read who is in line."""
        return self.candidates()

    def watch(self, ahead: list[str]) -> bool:
        """Watch the candidate right before, the last of those `ahead`; False when it is gone already."""
        return self.call(exists(f"{self.root}/{ahead[-1]}", watch=True)).value is not None

    def candidates(self) -> list[str]:
        """Names of all candidates' nodes."""
        return list(self.call(children(self.root)).value)

    def forget(self) -> None:
        """Know of no own node any more."""
        with self._lock:
            self.node, self.token, self._guid, self._leaving = "", 0, "", ""

    def resign(self) -> None:
        """Make room for the next one: step down and give the own node up."""
        with self._lock:
            self._leaving = self.node
        self.step_down("term")
        self._leave()

    def _join(self) -> None:
        """Create the own node, or find the one that a create without an answer left behind."""
        if self._guid and self._adopt():
            return
        # Not from the seed: the next life of this node must not take the last one's node for its own.
        self._guid = os.urandom(8).hex()
        answer = self.call(create(f"{self.root}/{self._guid}-", ephemeral=True, sequence=True))
        self.enter(answer.value, answer.reply.zxid, answer.reply.session)

    def _adopt(self) -> bool:
        # The server of this connection may not have seen what the last one did.
        self.call(sync(self.root))
        mine = next((name for name in self.candidates() if name.startswith(self._guid)), None)
        if mine is None:
            return False
        answer = self.call(exists(f"{self.root}/{mine}"))
        stat = answer.value
        if stat is None or stat.ephemeralOwner != answer.reply.session:
            return False
        self.enter(f"{self.root}/{mine}", stat.czxid, answer.reply.session)
        return True

    def _leave(self) -> None:
        """Delete the own node and be sure of it: one whose deletion is in flight must not lead again."""
        node = self._leaving
        if node:
            with suppress(Refused):  # an attempt without an answer had done it
                self.call(delete(node))
        self.forget()
