"""The double barrier of ZooKeeper's recipes page, made for rounds, and for parties that come and go.

    /barrier/0000000007            a round
    /barrier/0000000007/app1       ephemeral: app1 takes part in it
    /barrier/0000000007/ready      the round has begun: whoever comes later is too late for it

Every round has a znode of its own, so that nothing is left in it from the one before. A party that lost
its session has left its round; it finds the current one and is either in time for it or waits in the next.
"""

import threading
from contextlib import suppress
from functools import partial
from typing import Any

from kazoo.exceptions import KazooException, NoNodeError

from harness.client import Answer, NotSent, Operation, Participant, Program, Refused, Undone
from harness.client.operation import children, create, delete, exists, sync

ROOT = "/barrier"
READY = "ready"


class BrokenOff(KazooException):  # type: ignore[misc]  # kazoo is not typed
    """A deed ended somewhere on its way."""


class Party(Participant):
    """Enters, computes and leaves, round after round."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.round = 0
        """The round that it is in, or tries to enter; 0 while it does not know."""
        self._session = 0
        """The session under which it takes part in the round."""
        self._computed = False
        self._wake = threading.Event()

    def stop(self) -> None:
        """Wake up."""
        self._wake.set()

    def on_session(self, state: str) -> None:  # noqa: ARG002 - whatever changed, it is time to look
        """Look again: watches end with their connection."""
        self._wake.set()

    def on_watch(self, path: str) -> None:  # noqa: ARG002 - only what is waited for is watched
        """Look again."""
        self._wake.set()

    def turn(self) -> None:
        """Enter, compute and leave; what was broken off is done again as long as the session lives."""
        self.make_once(ROOT)
        if self._session != self.client.session:
            self._session, self.round, self._computed = self.client.session, self.find(), False
        told = {"round": self.round, "of": int(self.params["size"])}
        if not self._computed:
            self.deeds.do("enter", ROOT, partial(self._whole, self.enter), told)
            self._computed = True
            self.stopping.wait(float(self.params["compute"]) * self.random.uniform(0.5, 1.5))
        if not self.stopping.is_set() and self._session == self.client.session:
            self.deeds.do("leave", ROOT, partial(self._whole, self.leave), told)
            self.go_on()

    def find(self) -> int:
        """Return the youngest round that there is, and see to it that there is one."""
        # The server of a new session may not have seen yet what the last one did.
        self.call(sync(ROOT))
        rounds = self.call(children(ROOT)).value
        if rounds:
            return max(int(name) for name in rounds)
        with suppress(Refused):  # somebody else was quicker
            self.call(create(self.place(1)))
        return 1

    def go_on(self) -> None:
        """Have left this round, or come too late for it: the next one is open."""
        with suppress(Refused):  # somebody else was quicker
            self.call(create(self.place(self.round + 1)))
        self.round, self._computed = self.round + 1, False

    def place(self, number: int) -> str:
        """Return the path of a round."""
        return f"{ROOT}/{number:010d}"

    @property
    def own(self) -> str:
        """Path of the own node in this round."""
        return f"{self.place(self.round)}/{self.name}"

    def enter(self) -> None:
        """Wait until everybody is there; raises Undone when the round had begun without this party."""
        mine = self.take_part()
        ready = f"{self.place(self.round)}/{READY}"
        while True:
            self._wake.clear()
            begun = self.ask(exists(ready, watch=True)).value
            if begun is not None:
                break
            if len(self.parties()) >= self.params["size"]:
                with suppress(Refused):  # somebody else was quicker
                    self.ask(create(ready))
            else:
                self._await()
        if self.too_late(mine, begun.czxid):
            self.withdraw()
            raise Undone("the round had begun")

    def take_part(self) -> int:
        """Make the own node and return its czxid; raises Undone while the last session's is still there."""
        with suppress(Refused):
            return int(self.ask(create(self.own, ephemeral=True)).reply.zxid)
        self._wake.clear()
        stat = self.ask(exists(self.own, watch=True)).value
        if stat is not None and stat.ephemeralOwner != self._session:
            self._await()
        if stat is None or stat.ephemeralOwner != self._session:
            raise Undone("the node of an earlier session was there")
        return int(stat.czxid)

    def too_late(self, mine: int, begun: int) -> bool:
        """Tell whether the round began (czxid) before the own node was made (czxid): nobody counted it."""
        return begun < mine

    def withdraw(self) -> None:
        """Take the own node out of a round that began without it, and go on to the next."""
        self.delete_own()
        self.go_on()

    def leave(self) -> None:
        """Wait until everybody is done: the lowest waits for all others to go, they wait for the lowest."""
        while names := sorted(self.parties()):
            self._wake.clear()
            if names == [self.name]:
                self.delete_own()
                return
            if self.name == names[0]:
                other = names[-1]
            else:
                other = names[0]
                if self.name in names:
                    self.delete_own()
            if self.ask(exists(f"{self.place(self.round)}/{other}", watch=True)).value is not None:
                self._await()

    def delete_own(self) -> None:
        """Be in nobody's way any more; raises Refused where the session has ended."""
        try:
            self.ask(delete(self.own))
        except Refused as refused:
            # An attempt without an answer had done it.
            if not isinstance(refused.error, NoNodeError):
                raise

    def parties(self) -> list[str]:
        """Return the names of all who take part in this round now."""
        return [name for name in self.ask(children(self.place(self.round))).value if name != READY]

    def ask(self, operation: Operation) -> Answer:
        """Call; raises BrokenOff where the answer is not for the session that takes part."""
        answer = self.call(operation)
        if answer.reply.session != self._session:
            raise BrokenOff("the session is another one")
        return answer

    def _await(self) -> None:
        """Wait for what is watched; raises BrokenOff when that cannot be heard of any more."""
        if not self.stopping.is_set():
            self._wake.wait(self.patience)
        if self.stopping.is_set():
            raise BrokenOff("the program ends")
        if not self.connected.is_set():
            raise BrokenOff("the connection broke")

    def _whole(self, act: Any) -> None:
        """Do all of a deed; what ends it on its way says nothing of what was done before."""
        try:
            act()
        except (Refused, NotSent) as why:
            raise BrokenOff(str(why)) from why
