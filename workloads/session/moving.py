"""Moving: a client breaks its connection and goes on with its session at another server."""

from typing import Any

from workloads.session.keeper import RECORDS, Keeper


class Mover(Keeper):
    """Takes its session from server to server."""

    def go_elsewhere(self) -> None:
        """Move."""
        self.deeds.do("move", RECORDS, self._move, {"session": self.client.session})

    def _move(self) -> dict[str, Any]:
        session, breaks = self.client.session, self.breaks
        self.client.drop()
        while self.breaks == breaks and self.connected.is_set() and not self.stopping.is_set():
            self.changed.wait(self.patience)
            self.changed.clear()
        return self.await_session(session)
