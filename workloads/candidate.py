"""Leader election: ephemeral sequential nodes, each candidate watching only the one right before it.

The second algorithm of the textbooks (and of ZooKeeper's own recipes page): one departure wakes one
candidate. While it leads, a candidate does fenced work: a transaction that checks its own election node
and writes to a shared znode, so that an action of a leader whose node is gone is refused by ZooKeeper
itself. The token of a leadership is the czxid of its election node.
"""

import json
import os
import threading
from contextlib import suppress
from typing import Any, BinaryIO

from harness.client import NodePlan, NotSent, Operation, Program, Refused, Unanswered
from harness.client.multi import Multi
from harness.client.operation import children, create, delete, exists, sync
from harness.client.requests import Check, SetData

ROOT = "/election"
WORK = "/work"


class Candidate(Program):
    """Runs for leader again and again until it is stopped."""

    def __init__(self, plan: NodePlan, out: BinaryIO):
        super().__init__(plan, out)
        self.node = ""
        """Path of the own election node, empty without one."""
        self.token = 0
        self.leading = False
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._breaks = 0
        """How often the connection broke: what was read before a break is no reason to lead after it."""
        self._guid = ""
        self._leaving = ""
        """The own node while it is being given up."""
        self._works = 0
        self._prepared = False

    def run(self) -> None:
        """Campaign until stopped; a broken connection or a refused call starts the next campaign."""
        while not self.stopping.is_set():
            try:
                if self.connected.wait(0.1):
                    self._campaign()
            except (NotSent, Unanswered, Refused):
                self.stopping.wait(0.05)
        self.step_down("stopping")

    def stop(self) -> None:
        """End soon: also wake up whoever waits for the node ahead."""
        super().stop()
        self._wake.set()

    def on_session(self, state: str) -> None:
        """Step down when the connection breaks; forget the node when the session is lost."""
        if state == "connected":
            return
        self.step_down(state)
        with self._lock:
            self._breaks += 1
            if state == "lost":
                self._forget()
        self._wake.set()

    def on_watch(self, path: str) -> None:  # noqa: ARG002 - it is watched because it is ahead
        """Look again when the candidate ahead is gone."""
        self._wake.set()

    def step_down(self, why: str) -> None:
        """Stop believing; does nothing when this candidate does not lead."""
        with self._lock:
            if self.leading:
                self.leading = False
                self.event("stepped-down", key=self.node, value={"token": self.token, "why": why})

    def _campaign(self) -> None:
        breaks = self._breaks
        self._prepare()
        if self._leaving:
            self._leave()
        if not self.node:
            self._join()
        self._wake.clear()
        mine = self.node.rpartition("/")[2]
        names = self._candidates()
        if mine not in names:
            with self._lock:
                self._forget()
            return
        ahead = [name for name in names if _sequence(name) < _sequence(mine)]
        if not ahead:
            self._lead(breaks)
        elif self._watch(max(ahead, key=_sequence)) and not self.stopping.is_set():
            self._wake.wait(self.patience)

    def _prepare(self) -> None:
        """Make the parents, once."""
        if self._prepared:
            return
        for path in (ROOT, WORK):
            with suppress(Refused):  # somebody else was quicker
                self.process.call(create(path), within=self.patience)
        self._prepared = True

    def _join(self) -> None:
        """Create the own node, or find the one that a create without an answer left behind."""
        if self._guid and self._adopt():
            return
        # Not from the seed: the next life of this node must not take the last one's node for its own.
        self._guid = os.urandom(8).hex()
        place = create(f"{ROOT}/{self._guid}-", ephemeral=True, sequence=True)
        answer = self.process.call(place, within=self.patience)
        self._enter(answer.value, answer.reply.zxid, answer.reply.session)

    def _adopt(self) -> bool:
        # The server of this connection may not have seen what the last one did.
        self.process.call(sync(ROOT), within=self.patience)
        mine = next((name for name in self._candidates() if name.startswith(self._guid)), None)
        if mine is None:
            return False
        answer = self.process.call(exists(f"{ROOT}/{mine}"), within=self.patience)
        stat = answer.value
        if stat is None or stat.ephemeralOwner != answer.reply.session:
            return False
        self._enter(f"{ROOT}/{mine}", stat.czxid, answer.reply.session)
        return True

    def _enter(self, node: str, token: int, session: int) -> None:
        with self._lock:
            # The session may have been lost between the answer and here; its node is then no good.
            if session == self.client.session:
                self.node, self.token = node, token
        self.event("candidate", key=node, value={"token": token}, session=session)

    def _forget(self) -> None:
        self.node, self.token, self._guid, self._leaving = "", 0, "", ""

    def _candidates(self) -> list[str]:
        return list(self.process.call(children(ROOT), within=self.patience).value)

    def _watch(self, name: str) -> bool:
        """Watch the candidate right before; False when it is gone already."""
        looking = exists(f"{ROOT}/{name}", watch=True)
        return self.process.call(looking, within=self.patience).value is not None

    def _lead(self, breaks: int) -> None:
        with self._lock:
            if breaks != self._breaks or not self.node:
                return
            if not self.leading:
                self.leading = True
                self.event("leader", key=self.node, value={"token": self.token})
        self._reign()

    def _reign(self) -> None:
        """Work until the leadership or the term is over."""
        end = self.recorder.clock() + self.term * 1e9
        while self.leading and not self.stopping.is_set() and self.recorder.clock() < end:
            self.work()
            self.stopping.wait(self.plan.params["interval"])
        if self.leading and not self.stopping.is_set():
            self._resign()

    @property
    def term(self) -> float:
        """Seconds after which a leader makes room for the next one."""
        return float(self.plan.params["term"]) * self.random.uniform(0.5, 1.5)

    def _resign(self) -> None:
        with self._lock:
            self._leaving = self.node
        self.step_down("term")
        self._leave()

    def _leave(self) -> None:
        """Delete the own node and be sure of it: one whose deletion is in flight must not lead again."""
        node = self._leaving
        if node:
            with suppress(Refused):  # an attempt without an answer had done it
                self.process.call(delete(node), within=self.patience)
        with self._lock:
            self._forget()

    def work(self) -> None:
        """Do one fenced action; step down when ZooKeeper refuses it."""
        value = self._next_work()
        if value is None:
            return
        act = SetData(WORK, json.dumps(value).encode())
        try:
            self.process.call(working(value, Multi((Check(value["path"], 0), act))), within=self.patience)
        except Refused:
            self.refused()

    def refused(self) -> None:
        """Give up the leadership: the own node is gone, and with it the right to lead."""
        self.step_down("refused")
        with self._lock:
            self._forget()

    def _next_work(self) -> dict[str, Any] | None:
        """Describe the next action; None when the node was lost a moment ago."""
        with self._lock:
            if not self.node:
                return None
            self._works += 1
            return {"token": self.token, "path": self.node, "n": self._works}


def working(value: dict[str, Any], request: Any) -> Operation:
    """One action of a leader, as the history tells it."""
    return Operation("work", WORK, request, value, lambda _: (value, None))


def _sequence(name: str) -> int:
    """Return the number that ZooKeeper appended: ten digits."""
    return int(name[-10:])
