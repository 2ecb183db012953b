"""What a leader does, however it was elected: fenced work, until its connection or its term is over.

Each piece of work is a transaction that checks the leader's own election node and writes to a shared znode,
so that an action of a leader whose node is gone is refused by ZooKeeper itself. The token of a leadership is
the czxid of its election node.
"""

import threading
from typing import Any

from harness.client import Belief, Participant, Program, Refused
from harness.client.operation import work

ROOT = "/election"
WORK = "/work"


class Leader(Participant):
    """Base of whoever runs for leader: knows its own election node, and works while it leads."""

    root = ROOT
    """Where the candidates queue up."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.node = ""
        """Path of the own election node, empty without one."""
        self.token = 0
        self.lead = Belief(self, "leader", "stepped-down")
        self._lock = threading.Lock()
        self._works = 0

    def finish(self) -> None:
        """Step down."""
        self.step_down("stopping")

    def step_down(self, why: str) -> None:
        """Stop believing; does nothing when this candidate does not lead."""
        self.lead.end(why)

    def parents(self) -> list[str]:
        """Paths that have to be there, those above others first."""
        return [self.root, WORK]

    def enter(self, node: str, token: int, session: int) -> None:
        """Know the own node, which was made in a session, and say that it stands in line."""
        with self._lock:
            # The session may have been lost between the answer and here; its node is then no good.
            if session == self.client.session:
                self.node, self.token = node, token
        self.event("candidate", key=node, value={"token": token}, session=session)

    def forget(self) -> None:
        """Know of no own node any more."""
        with self._lock:
            self.node, self.token = "", 0

    def reign(self) -> None:
        """Work until the leadership or the term is over."""
        end = self.recorder.clock() + self.term * 1e9
        while self.lead.held and not self.stopping.is_set() and self.recorder.clock() < end:
            self.work()
            self.stopping.wait(self.params["interval"])
        if self.lead.held and not self.stopping.is_set():
            self.resign()

    @property
    def term(self) -> float:
        """Seconds after which a leader makes room for the next one."""
        return float(self.params["term"]) * self.random.uniform(0.5, 1.5)

    def resign(self) -> None:
        """Make room for the next one: step down."""
        self.step_down("term")

    def work(self) -> None:
        """Do one fenced action; step down when ZooKeeper refuses it."""
        said = self.next_work()
        if said is None:
            return
        try:
            self.call(work(WORK, **said))
        except Refused:
            self.refused()

    def refused(self) -> None:
        """Give up the leadership: the own node is gone, and with it the right to lead."""
        self.step_down("refused")
        self.forget()

    def next_work(self) -> dict[str, Any] | None:
        """Say what `work` has to know of the next action; None when the node was lost a moment ago."""
        with self._lock:
            if not self.node:
                return None
            self._works += 1
            return {"token": self.token, "node": self.node, "n": self._works}
