"""Who hears of a session: what its client tells as it happens, on the connection's own thread."""

import threading


class Hearer:
    """Hears of one session; subclasses override what they need a word of.

    `on_session` and `on_watch` are called on the connection's thread and must neither block nor call
    ZooKeeper.
    """

    def __init__(self) -> None:
        self.connected = threading.Event()
        self.breaks = 0
        """How often the connection broke: what was read before a break is no reason to act after it."""

    def hear(self, state: str) -> None:
        """Take in that the session is `connected`, `suspended`, `lost` or `closed`, and pass it on."""
        if state == "connected":
            self.connected.set()
        else:
            self.connected.clear()
            self.breaks += 1
        self.on_session(state)

    def on_session(self, state: str) -> None:
        """Hear that the session is `connected`, `suspended`, `lost` or `closed`."""

    def on_watch(self, path: str) -> None:
        """Hear that a watch fired, after it was recorded."""
