"""What every contender for a lock does, whichever recipe it goes by: acquire, work, release, rest."""

import threading
from abc import abstractmethod
from typing import Any, NamedTuple

from kazoo.exceptions import ConnectionLoss

from harness.client import Belief, NotSent, Participant, Program, Refused, Undone
from harness.client.operation import work

LOCKS = "/locks"
RESOURCES = "/resources"


class Grip(NamedTuple):
    """What a holder holds the lock by."""

    node: str
    """Path of its node in the line."""
    token: int
    """Fencing token: the node's czxid, unique, and larger for each later holder."""


class Contender(Participant):
    """Wants one lock again and again until it is stopped, and changes what the lock protects.

    Each piece of work is fenced: one transaction checks the holder's own node and writes, so that ZooKeeper
    itself refuses a holder whose node is gone, whatever that one believes.
    """

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        which = number % int(self.params["locks"])
        self.lock = f"{LOCKS}/l{which}"
        self.resource = f"{RESOURCES}/l{which}"
        """The znode that the lock protects."""
        self.mode = "exclusive"
        """Or `shared`: with others who share."""
        self.belief = Belief(self)
        self.grip = Grip("", 0)
        self.wake = threading.Event()
        """Something changed for whoever waits in line."""
        self._works = 0

    @abstractmethod
    def obtain(self) -> str:
        """Wait for the lock and begin to believe; return nothing, or why it is certainly not held.

        May raise what is in BROKEN.
        """

    @abstractmethod
    def release(self) -> None:
        """Leave the line, as a holder or as one that gave up; may raise what is in BROKEN."""

    def asked(self) -> dict[str, Any]:
        """Describe what is about to be acquired, as the history tells it."""
        return {"mode": self.mode}

    def turn(self) -> None:
        """Acquire the lock, work under it, release it, rest."""
        self.make_once(LOCKS, RESOURCES, self.lock, self.resource)
        if self.acquire():
            try:
                self.use()
            finally:
                # Work without an answer ends the turn too, and the next one begins with letting go.
                self.belief.end("done")
        if not self.stopping.is_set():
            self.release()
        self.stopping.wait(float(self.params["rest"]) * self.random.uniform(0.2, 1.8))

    def acquire(self) -> bool:
        """Try to come to hold the lock, and tell of it."""
        try:
            self.deeds.do("acquire", self.lock, self._attempt, self.asked())
        except Undone:
            return False
        return True

    def _attempt(self) -> dict[str, Any]:
        try:
            failure = self.obtain()
        except (NotSent, Refused) as broken:
            # A node may be in line all the same: nobody can say that nothing was done.
            raise ConnectionLoss(str(broken)) from broken
        if failure:
            raise Undone(failure)
        return self.grip._asdict()

    def hold(self, breaks: int, node: str, token: int) -> bool:
        """Believe to hold the lock, unless the connection broke since `breaks` was read."""
        self.grip = Grip(node, token)
        mode = {"mode": self.mode} if self.mode == "shared" else {}
        return self.belief.begin(self.lock, breaks, token=token, node=node, **mode)

    def use(self) -> None:
        """Work under the lock for a moment, once at least, as long as it is believed to be held."""
        end = self.recorder.clock() + float(self.params["hold"]) * self.random.uniform(0.2, 1.8) * 1e9
        while self.belief.held and not self.stopping.is_set():
            self.work()
            if self.recorder.clock() >= end:
                return
            self.stopping.wait(self.params["interval"])

    def work(self) -> None:
        """Do one fenced action; believe no more when ZooKeeper refuses it."""
        try:
            self.call(work(self.resource, **self.next_work()))
        except Refused:
            self.belief.end("refused")

    def next_work(self) -> dict[str, Any]:
        """Say what `work` has to know of the next action."""
        self._works += 1
        return {**self.grip._asdict(), "n": self._works}

    def finish(self) -> None:
        """Believe no more; the end of the session removes the node."""
        self.belief.end("stopping")

    def stop(self) -> None:
        """Wake up whoever waits in line."""
        self.wake.set()

    def on_session(self, state: str) -> None:
        """Stop believing when the connection breaks: nobody tells any more whether the lock is still held."""
        if state != "connected":
            self.belief.end(state)
            self.wake.set()
