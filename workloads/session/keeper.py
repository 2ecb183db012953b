"""A keeper: keeps an ephemeral znode as long as its session lives, and acts in the name of that session.

The znode's path holds the session's id, so that it says which session is there. An action is one
transaction that checks that znode and writes the keeper's record: nothing is done in the name of a session
that is over. Now and then the keeper takes its session elsewhere; how is what the variants differ in.
"""

import threading
from abc import abstractmethod
from functools import partial
from typing import Any

from harness.client import Participant, Process, Program, Undone
from harness.client.operation import check, children, create, exists, multi, set_data, sync

PRESENT = "/sessions"
"""Parent of the ephemeral znodes."""

RECORDS = "/records"
"""Parent of what the keepers write."""

UNSIGNED = (1 << 64) - 1


class Keeper(Participant):
    """Appears, acts for a while, and takes its session elsewhere."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.program = program
        self.session = 0
        """The session in whose name it acts, 0 for none."""
        self.changed = threading.Event()
        """Something became of the session."""
        self._list_again = True
        self._acts = 0

    def node(self, session: int) -> str:
        """Path of the own ephemeral znode in a session."""
        return f"{PRESENT}/{self.name}-{session & UNSIGNED:016x}"

    @property
    def record(self) -> str:
        """Path of what it writes."""
        return f"{RECORDS}/{self.name}"

    def stop(self) -> None:
        """Wake up whoever waits for the session."""
        self.changed.set()

    def on_session(self, state: str) -> None:
        """Take note; who lost the session acts for it no more."""
        if state == "lost":
            self.forget()
        self._list_again = True
        self.changed.set()

    def on_watch(self, path: str) -> None:  # noqa: ARG002 - the list is all that is watched
        """Read the list of the sessions again."""
        self._list_again = True

    def forget(self) -> None:
        """Act in the name of no session, until there is one again."""
        self.session = 0

    def turn(self) -> None:
        """Appear, act for a while, go elsewhere."""
        self.make_once(PRESENT, RECORDS, self.record)
        self.appear()
        end = self.recorder.clock() + self.random.expovariate(1 / float(self.params["stay"])) * 1e9
        while self.session and self.connected.is_set() and not self.stopping.is_set():
            if self.recorder.clock() > end:
                self.go_elsewhere()
                return
            self.act(self.process)
            self._look_around()
            self.stopping.wait(self.params["interval"])

    @abstractmethod
    def go_elsewhere(self) -> None:
        """Take the session to another server or client; raises what is in BROKEN."""

    def appear(self) -> None:
        """See to it that the own ephemeral znode is there, after each change of server as well."""
        # The server of this connection may not have seen what the last one did.
        mine = self.call(sync(PRESENT)).reply.session
        if self.session not in {0, mine}:
            self.forget()
            raise Undone("the session is another one")
        node = self.node(mine)
        if self.call(exists(node)).value is None:
            made = self.call(create(node, ephemeral=True))
            if made.reply.session != mine:
                raise Undone("the session was lost meanwhile")
        self.session = mine

    def act(self, through: Process, within: float = 0.0) -> None:
        """Write the own record in the name of the session, through the session's newest client or another."""
        session = self.session
        if session:
            act = partial(self._act, through, session, within or self.patience)
            self.deeds.do("act", self.record, act, {"session": session})

    def _act(self, through: Process, session: int, within: float) -> dict[str, int]:
        self._acts += 1
        answer = through.call(self.deed(session), within=within)
        return {"session": session, "zxid": answer.reply.zxid}

    def deed(self, session: int) -> Any:
        """Return the transaction that is done in the name of a session, while it lives."""
        data = f"{self.name}/{session & UNSIGNED:x}-{self._acts}"
        return multi([check(self.node(session)), set_data(self.record, data.encode())])

    def _look_around(self) -> None:
        """List the sessions that are there, and leave a watch, when the last one has fired."""
        if self._list_again:
            self._list_again = False
            self.call(children(PRESENT, watch=True))

    def await_session(self, session: int) -> dict[str, Any]:
        """Wait until it is connected again; raises Undone when that took too long for the session to live."""
        while not self.connected.is_set() and not self.stopping.is_set():
            self.changed.wait(self.patience)
            self.changed.clear()
        if not self.connected.is_set():
            raise Undone("the program ends")
        if self.client.session != session:
            raise Undone("the session was lost")
        return {"session": session, "server": self.client.server}
