"""One request on its way to its outcome, which is strict: answered, refused, never sent, or unknown."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec
from kazoo.exceptions import KazooException
from msgspec.structs import replace

from harness.client.multi import Multi, refusal


class Reply(msgspec.Struct, frozen=True, gc=False):
    """Header of one reply, where it came from, and when."""

    session: int
    conn: int
    xid: int
    zxid: int
    server: str
    """address:port"""
    wire: int
    """Position among everything received on the connection, from 1."""
    sent: int
    """Time (ns) right before the request was written to the socket."""
    received: int
    """Time (ns) right after the reply was read from the socket."""


class Answer(msgspec.Struct, frozen=True):
    """What a server answered to one request."""

    value: Any
    reply: Reply


class Refused(Exception):
    """The server answered with an error: the request certainly had no effect."""

    def __init__(self, error: KazooException, reply: Reply, part: int | None = None):
        super().__init__(type(error).__name__)
        self.error = error
        self.reply = reply
        self.part = part
        """Of a transaction: the part, counted from 0, that was the cause."""


class NotSent(Exception):
    """The request never left the client: it certainly had no effect."""


class Unanswered(Exception):
    """The request was sent and not answered: nobody knows."""

    def __init__(self, why: str, sending: Reply):
        super().__init__(why)
        self.sending = sending
        """What is known of the sending; zxid, wire and received are 0."""


Outcome = Answer | Refused | NotSent | Unanswered


class Call:
    """A request and its outcome, in the place where kazoo expects an AsyncResult.

    Settled once, by whoever comes first: the reply, the end of the connection, or a deadline. `settled` is
    told on the thread where that happens, mostly the connection's own, and must neither block nor raise.
    """

    __slots__ = ("_lock", "_settled", "outcome", "reply", "request")

    def __init__(self, request: Any, settled: Callable[["Call"], None]):
        self.request = request
        self.reply: Reply | None = None
        """None before the request leaves; with a position on the wire once it was answered."""
        self.outcome: Outcome | None = None
        self._settled = settled
        self._lock = threading.Lock()

    def leave(self, sending: Reply) -> bool:
        """Note that the request is about to be written; False says that it must not be any more."""
        with self._lock:
            if self.outcome is not None:
                return False
            self.reply = sending
            return True

    def stay(self) -> None:
        """Note that no byte of the request was written after all."""
        with self._lock:
            self.reply = None

    def answered(self, zxid: int, wire: int, received: int) -> None:
        """Keep the header of the reply, which kazoo is about to read."""
        sending = self.reply
        if sending is not None:
            self.reply = Reply(
                sending.session,
                sending.conn,
                sending.xid,
                zxid,
                sending.server,
                wire,
                sending.sent,
                received,
            )

    def set(self, value: Any) -> None:
        """Take the result of the request; called by kazoo."""
        reply = self.reply
        assert reply is not None, "kazoo reads no reply to a request that it did not send"
        refused = refusal(value) if self.request.type == Multi.type else None
        self._settle(Refused(refused[1], reply, refused[0]) if refused else Answer(value, reply))

    def set_exception(self, error: Exception) -> None:
        """Take the reason why there is no result; called by kazoo."""
        reply = self.reply
        if reply is not None and reply.wire and isinstance(error, KazooException):
            self._settle(Refused(error, reply))
        else:
            self.give_up(type(error).__name__)

    def give_up(self, why: str) -> None:
        """Settle without an answer: it was never sent and never will be, or nobody knows."""
        with self._lock:
            if self.outcome is not None:
                return
            self.outcome = NotSent(why) if self.reply is None else Unanswered(why, _sending(self.reply))
        self._settled(self)

    def _settle(self, outcome: Outcome) -> None:
        with self._lock:
            if self.outcome is not None:
                return
            self.outcome = outcome
        self._settled(self)


def _sending(reply: Reply) -> Reply:
    """Leave out what an answer told that came too late, or that could not be read."""
    return replace(reply, zxid=0, wire=0, received=0) if reply.wire else reply
