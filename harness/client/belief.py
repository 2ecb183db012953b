"""What a participant believes: that it leads, or holds a lock, told as it begins and ends."""

import threading
from typing import Any

from harness.client.participant import Participant


class Belief:
    """One belief at a time, safe to end on the connection's thread while the participant acts on its own.

    `began` and `ended` are the events that tell of it; see docs/history.md.
    """

    def __init__(self, participant: Participant, began: str = "holds", ended: str = "let-go"):
        self._participant = participant
        self._began = began
        self._ended = ended
        self._lock = threading.Lock()
        self.held = False
        self._key = ""
        self._value: dict[str, Any] = {}

    def begin(self, key: str, breaks: int, **value: Any) -> bool:
        """Believe from now on, unless the connection broke since `breaks` was read; tell whether it does.

        Whoever decides reads `participant.breaks` first, then asks ZooKeeper, then begins to believe: what it
        was told before a break says nothing afterwards. `value` should hold the fencing `token`.
        """
        with self._lock:
            if breaks != self._participant.breaks:
                return False
            if not self.held:
                self.held, self._key, self._value = True, key, value
                session = self._participant.client.session
                self._participant.event(self._began, key=key, value=value, session=session)
            return True

    def end(self, why: str) -> None:
        """Believe no more; does nothing where nothing is believed."""
        with self._lock:
            if self.held:
                self.held = False
                self._participant.event(self._ended, key=self._key, value={**self._value, "why": why})
