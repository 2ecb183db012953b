"""Leader election with kazoo's own recipe, used with the care that its documentation asks for.

`Election.run` waits in line and calls a function once it is this candidate's turn. That the function is
called says nothing of the connection since then, so it looks at the own node before it believes; its czxid is
the fencing token. A state listener ends the belief when the connection is suspended or the session lost.
"""

from contextlib import suppress
from typing import Any

from kazoo.retry import KazooRetry

from harness.client import NotSent, Program, Unanswered
from harness.client.operation import exists
from workloads.election.leader import Leader


class KazooCandidate(Leader):
    """Runs for leader as kazoo does."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        # Between its attempts kazoo's recipe sleeps, up to a minute: the end must not wait for that.
        self.client.handler.sleep_func = self.stopping.wait
        self._election = self.client.Election(self.root, self.name)

    def client_options(self) -> dict[str, Any]:
        """Retry soon: kazoo's own default sleeps twice as long each time, up to an hour."""
        return {"command_retry": KazooRetry(max_tries=-1, delay=0.05, backoff=1.5, max_delay=0.5)}

    def stop(self) -> None:
        """Call the waiting off."""
        self._election.cancel()

    def on_session(self, state: str) -> None:
        """Step down when the connection breaks: this is the listener that kazoo asks for."""
        if state != "connected":
            self.step_down(state)

    def turn(self) -> None:
        """Campaign: wait in line, and lead."""
        self.make_once(*self.parents())
        self._election.run(self._elected)

    def _elected(self) -> None:
        """Make sure of the own node, lead, and step down before kazoo deletes it."""
        breaks = self.breaks
        node = f"{self.root}/{self._election.lock.node}"
        answer = self.call(exists(node))
        stat = answer.value
        if stat is None or stat.ephemeralOwner != answer.reply.session:
            return
        self.enter(node, stat.czxid, stat.ephemeralOwner)
        if self.lead.begin(node, breaks, token=stat.czxid):
            self.reign()
            self.step_down("stopping")
        self.forget()

    def work(self) -> None:
        """Do one fenced action; one without an answer ends no leadership that the connection outlives."""
        with suppress(NotSent, Unanswered):
            super().work()
