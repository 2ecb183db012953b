"""Readers: each follows all configurations with watches and applies every newer value that it reads."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from harness.client import Participant, Program
from harness.client.data_token import token
from harness.client.operation import children, get, sync
from workloads.config.values import ROOT


class Reader(Participant):
    """Reads what a watch told to have changed, each time with a new watch in the same request.

    Watches die with the connection, so everything is read anew on each. A new session may reach a server
    that lags behind what the last one had read: what is not newer than what was applied is left alone.
    """

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.applied: dict[str, int] = {}
        """By configuration the transaction that made what was applied last."""
        self._known: set[str] = set()
        """Configurations that are followed on this connection."""
        self._changed: SimpleQueue[str] = SimpleQueue()

    def stop(self) -> None:
        """Wake up whoever waits for a change."""
        self._changed.put("")

    def on_session(self, state: str) -> None:  # noqa: ARG002 - whatever it is, the waiting is over
        """Look whether the connection is another one."""
        self._changed.put("")

    def on_watch(self, path: str) -> None:
        """Note that something changed."""
        self._changed.put(path)

    def turn(self) -> None:
        """Follow everything until the connection breaks."""
        breaks = self.breaks
        # All that was acknowledged before it is then seen, however far behind this server was.
        reply = self.call(sync(ROOT)).reply
        self.event("follows", key=ROOT, value={"reader": self.name}, session=reply.session, conn=reply.conn)
        self._known.clear()
        self._look_for_more()
        while breaks == self.breaks and not self.stopping.is_set():
            path = self._changed.get()
            if path == ROOT:
                self._look_for_more()
            elif path:
                self.look(path)

    def _look_for_more(self) -> None:
        names = self.call(children(ROOT, watch=True)).value
        for path in sorted({f"{ROOT}/{name}" for name in names} - self._known):
            self.follow(path)
            self._known.add(path)

    def follow(self, path: str) -> None:
        """Begin to follow a configuration."""
        self.look(path)

    def look(self, path: str) -> None:
        """Read a configuration, watch it, and apply what is there."""
        data, stat = self.call(get(path, watch=True)).value
        self.apply(path, stat.mzxid, version=stat.version, data=token(data))

    def apply(self, path: str, zxid: int, **value: Any) -> None:
        """Use what the transaction `zxid` made, if it is newer than what is used already."""
        if zxid > self.applied.get(path, 0):
            self.applied[path] = zxid
            told = {"reader": self.name, "zxid": zxid, **value}
            self.event("applied", key=path, value=told, session=self.client.session)


class DataWatchReader(Reader):
    """Leaves reading and watching of values to kazoo's DataWatch, one for each configuration."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._watched: set[str] = set()

    def follow(self, path: str) -> None:
        """Register a DataWatch, once: it goes on over connections and sessions."""
        if path not in self._watched:
            self._watched.add(path)
            self.client.DataWatch(path, self._use(path))

    def look(self, path: str) -> None:
        """Leave it to the DataWatch."""

    def _use(self, path: str) -> Callable[[bytes | None, Any], None]:
        def use(data: bytes | None, stat: Any) -> None:
            if data is not None:
                self.apply(path, stat.mzxid, version=stat.version, data=token(data))

        return use
