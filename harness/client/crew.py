"""A crew: many logical processes whose calls are under way at once, several on each session.

Nobody waits in a thread of his own. An answer is recorded on its connection's thread, and where the rate
allows it, the next call of that process is made right there; requests of one batch leave together. One
more thread keeps the pace, and ends the waiting for what is never answered.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

from harness.client.account import record_call, record_outcome
from harness.client.call import Answer, Call, Outcome, Refused, Unanswered
from harness.client.operation import Operation
from harness.client.recorder import Recorder
from harness.client.recording_client import RecordingClient

TICK = 0.005
"""Seconds between two looks at what is due."""

BURST = 0.1
"""Seconds of work that may be made up for after a pause, so that healing is not followed by a flood."""


class Member:
    """One logical process; `then` is what it does next whatever else there is to do."""

    def __init__(self, number: int, client: RecordingClient):
        self.number = number
        self.client = client
        self.then: Operation | None = None


class Source(Protocol):
    """Where the operations come from; never called by two threads at once."""

    def next(self, member: Member) -> Operation:
        """Choose what a member does next."""

    def learn(self, operation: Operation, outcome: Outcome) -> None:
        """Hear what became of an operation."""


class Crew:
    """`size` members on the given clients, which do `rate` operations a second together, 0 for no limit.

    Every call is settled within `patience` seconds. `clock` tells seconds that never go back.
    """

    def __init__(
        self,
        clients: Sequence[RecordingClient],
        recorder: Recorder,
        numbers: Iterator[int],
        source: Source,
        *,
        size: int,
        rate: float,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._recorder = recorder
        self._numbers = numbers
        self._source = source
        self._rate = rate
        self._patience = patience
        self._clock = clock
        self._lock = threading.Lock()
        self._quiet = threading.Condition(self._lock)
        """Told when nothing is under way any more."""
        self._idle = deque(Member(next(numbers), clients[turn % len(clients)]) for turn in range(size))
        self._outstanding: dict[Call, float] = {}
        """{call: when its patience ends}, the oldest first."""
        self._resting: set[RecordingClient] = set()
        self._ended = False
        self._due = 0.0
        """Operations that may be begun now; grows with time."""
        self._counted = clock()
        """Up to when time was turned into operations."""

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop."""
        self._counted = self._clock()
        while not stopping.wait(TICK):
            self.tick()

    def tick(self) -> None:
        """Give up what is late; begin what is due."""
        while (call := self._late()) is not None:
            call.give_up(f"no answer within {self._patience:g} s")
        while (begun := self._next()) is not None:
            self._send(*begun)

    def rest(self, client: RecordingClient) -> None:
        """Begin nothing more on a client's session, until `resume`."""
        with self._lock:
            self._resting.add(client)

    def resume(self, client: RecordingClient) -> None:
        """Let a client's session be used again."""
        with self._lock:
            self._resting.discard(client)

    def finish(self, within: float) -> None:
        """Begin nothing more; wait for what is under way, and give up what takes longer."""
        with self._lock:
            self._ended = True
            self._quiet.wait_for(lambda: not self._outstanding, within)
            left = list(self._outstanding)
        for call in left:
            call.give_up("the program ends")

    def _late(self) -> Call | None:
        with self._lock:
            oldest = next(iter(self._outstanding.items()), None)
        return oldest[0] if oldest and oldest[1] < self._clock() else None

    def _next(self) -> tuple[Member, Operation, Call] | None:
        """Choose for somebody who has nothing to do, on a session that works, as long as anything is due."""
        with self._lock:
            for _ in range(len(self._idle)):
                if not self._is_due():
                    return None
                member = self._idle.popleft()
                if self._usable(member.client):
                    return member, *self._choose(member)
                self._idle.append(member)
            return None

    def _usable(self, client: RecordingClient) -> bool:
        return not self._ended and client.connected and client not in self._resting

    def _is_due(self) -> bool:
        if not self._rate:
            return True
        now = self._clock()
        most = max(self._rate * BURST, 1.0)
        self._due = min(self._due + (now - self._counted) * self._rate, most)
        self._counted = now
        return self._due >= 1

    def _choose(self, member: Member) -> tuple[Operation, Call]:
        """Choose what a member does next, from when on it is under way; the lock is held."""
        self._due -= 1
        operation, member.then = member.then, None
        if operation is None:
            operation = self._source.next(member)
        call = Call(operation.request, partial(self._settled, member, operation))
        self._outstanding[call] = self._clock() + self._patience
        return operation, call

    def _send(self, member: Member, operation: Operation, call: Call) -> None:
        record_call(self._recorder, member.number, operation, hold=True)
        member.client.send(call)

    def _settled(self, member: Member, operation: Operation, call: Call) -> None:
        outcome = call.outcome
        assert outcome is not None, "settled calls have an outcome"
        record_outcome(self._recorder, member.number, operation, outcome)
        following = None
        with self._lock:
            del self._outstanding[call]
            self._source.learn(operation, outcome)
            if isinstance(outcome, Unanswered):
                member.number = next(self._numbers)
            # Without an answer the connection is in trouble: the thread that keeps the pace goes on.
            if isinstance(outcome, Answer | Refused) and self._usable(member.client) and self._is_due():
                following = self._choose(member)
            else:
                self._idle.append(member)
            if not self._outstanding:
                self._quiet.notify_all()
        if following:
            self._send(member, *following)
