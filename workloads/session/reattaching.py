"""Re-attaching: one client leaves without closing the session, and another one goes on with it.

Id and password are kept on the node's disk as well, so that the next life of a program that was killed
goes on with the session of the last one, if that still lives.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from kazoo.exceptions import WriterNotClosedException

from harness.client import Process, Undone
from harness.client.recording_client import RecordingClient
from harness.client.ticket import Ticket
from workloads.session.keeper import RECORDS, Keeper
from workloads.session.kept import Safe


class Reattacher(Keeper):
    """Hands its session from client to client."""

    def client_options(self) -> dict[str, Any]:
        """Go on with the session of the last life."""
        self.safe = Safe(
            Path(self.plan.journal).parent / f"session-{self.number}" if self.plan.journal else None
        )
        ticket = self.safe.open()
        return {"ticket": ticket} if ticket else {}

    def appear(self) -> None:
        """Note id and password before anything is done with the session."""
        ticket = self.client.ticket()
        if ticket is not None:
            self.safe.keep(ticket)
        super().appear()

    def go_elsewhere(self) -> None:
        """Leave, stay away for a moment, attach anew."""
        self.deeds.do("reattach", RECORDS, self._reattach, {"session": self.client.session})

    def _reattach(self) -> dict[str, Any]:
        old, ticket = self.client, self.pass_on()
        # kazoo may give up waiting for its own thread; its connection is broken all the same.
        with suppress(WriterNotClosedException):
            old.leave()
        self.stopping.wait(self.random.expovariate(1 / float(self.params["away"])))
        self.go_on(old, ticket)
        return self.await_session(ticket.session)

    def pass_on(self) -> Ticket:
        """Make the present client one that may only lose its connection; raises Undone where it has none."""
        ticket = self.client.pass_on()
        if ticket is None:
            raise Undone("not connected")
        # For this participant the session is suspended until the other client has connected.
        self.hear("suspended")
        return ticket

    def go_on(self, old: RecordingClient, ticket: Ticket) -> None:
        """Go on through another client."""
        self.client = self.program.replace(old, self, ticket)
        self.process = Process(self.client, self.recorder, self.program.numbers)
