"""Sharing: two clients with one session; the newer one gets it, and the older one is cut off.

A server that is asked to attach a session closes the connection of that session which it has itself. Another
server is told nothing: there the older client goes on reading, until it writes. That write is refused by the
leader and ends the connection. So the older client tries, before and after the newer one has acted.
"""

from contextlib import suppress
from typing import Any

from harness.client import BROKEN
from workloads.session.reattaching import Reattacher

TRIES = 1.0
"""Seconds that the older client waits for an answer: the newer one has to keep the session alive."""

GLANCE = 0.01
"""Seconds between two attempts of the older client."""


class Sharer(Reattacher):
    """Attaches a second client to its session while the first one goes on."""

    def _reattach(self) -> dict[str, Any]:
        old, through = self.client, self.process
        ticket = self.pass_on()
        self.go_on(old, ticket)
        try:
            while not self.connected.is_set() and old.connected and not self.stopping.is_set():
                with suppress(*BROKEN):
                    through.call(self.deed(ticket.session), within=TRIES)
                self.stopping.wait(GLANCE)
            told = self.await_session(ticket.session)
            self.process.call(self.deed(ticket.session), within=self.patience)
            with suppress(*BROKEN):
                through.call(self.deed(ticket.session), within=TRIES)
        finally:
            old.leave()
        return told
