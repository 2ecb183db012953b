"""Broken twins of the keeper: mistakes that people really make, to prove that they are caught."""

from typing import Any

from harness.client.operation import set_data
from workloads.session.keeper import UNSIGNED
from workloads.session.moving import Mover


class OldId(Mover):
    """Reads the id of its session once and keeps it: after an expiry it acts for a session that is over.

    Its library has made a new session without a word, so its writes go through.
    """

    def forget(self) -> None:
        """Never look at the id again."""

    def appear(self) -> None:
        """Appear once, with the first session."""
        if not self.session:
            super().appear()

    def deed(self, session: int) -> Any:
        """Write without looking whether the session is still there."""
        return set_data(self.record, f"{self.name}/{session & UNSIGNED:x}-{self._acts}".encode())
