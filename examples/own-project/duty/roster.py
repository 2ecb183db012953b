"""A roster: of all machines that share it, at most one is on duty.

Whoever goes on duty makes two ephemeral znodes in one transaction: `post`, which only one can make, and a
badge under a name that nobody else ever uses. The badge's czxid is the number of the term. It grows from term
to term, and a transaction that checks the badge is refused once the term is over.
"""

import threading
import uuid

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import ConnectionLoss, NodeExistsError, NoNodeError


class Roster:
    """Takes part with a client of kazoo's; `relieved(why)` is called when a term ends, on any thread."""

    def __init__(self, client: KazooClient, root: str, relieved=lambda why: None):
        self.client, self.root, self.relieved = client, root, relieved
        self.post = f"{root}/post"
        self.badge = ""
        """The badge of the present term, empty while off duty."""
        self._breaks = 0
        self._stopped = False
        self._change = threading.Lock()
        self._news = threading.Event()
        client.add_listener(self._connection)

    def go_on_duty(self) -> tuple[str, int]:
        """Wait until this machine is on duty; return its badge and the number of its term.

        Raises exceptions of kazoo's, after which it may be called again, and InterruptedError after `stop`.
        """
        self.go_off_duty()
        while not self._stopped:
            self._news.clear()
            breaks = self._breaks
            badge = self._claim()
            if badge:
                return badge, self._begin_term(badge, breaks)
            if not self._give_back():
                self._news.wait(10)
        raise InterruptedError("the roster was stopped")

    def go_off_duty(self) -> None:
        """End the term, if there is one; whoever waits is next. Raises exceptions of kazoo's."""
        badge = self._end_term("done")
        if badge:
            self._leave(badge)

    def stop(self) -> None:
        """Wake up whoever waits in `go_on_duty`."""
        self._stopped = True
        self._news.set()

    def _claim(self) -> str:
        """Take the post if it is free; return the badge, nothing while somebody else is on duty."""
        badge = f"{self.root}/badge-{uuid.uuid4().hex}"
        claim = self.client.transaction()
        claim.create(self.post, badge.encode(), ephemeral=True)
        claim.create(badge, ephemeral=True)
        taken = claim.commit()[0]
        if isinstance(taken, NodeExistsError):
            return ""
        if isinstance(taken, Exception):
            raise taken
        return badge

    def _begin_term(self, badge: str, breaks: int) -> int:
        stat = self.client.exists(badge)
        with self._change:
            # What was true before the connection broke need not be true any more.
            if stat is None or breaks != self._breaks:
                raise ConnectionLoss
            self.badge = badge
        return stat.czxid

    def _give_back(self) -> bool:
        """Leave the post if it is from a claim whose answer was lost; otherwise leave a watch on it.

        Nothing is concluded from reading it: a transaction that was lost on the way may still be to come,
        and the next one comes after it.
        """
        try:
            badge, stat = self.client.get(self.post, watch=lambda event: self._news.set())
        except NoNodeError:
            return True
        mine = self.client.client_id
        if not mine or stat.ephemeralOwner != mine[0]:
            return False
        self._leave(badge.decode())
        return True

    def _leave(self, badge: str) -> None:
        leaving = self.client.transaction()
        # The badge goes first: where it is gone, the post is somebody else's and stays.
        leaving.delete(badge)
        leaving.delete(self.post)
        leaving.commit()

    def _connection(self, state: str) -> None:
        """Be off duty as soon as the connection breaks: nobody would tell when the session ends."""
        if state != KazooState.CONNECTED:
            self._breaks += 1
            self._end_term(state.lower())
        self._news.set()

    def _end_term(self, why: str) -> str:
        with self._change:
            badge, self.badge = self.badge, ""
        if badge:
            self.relieved(why)
        return badge
