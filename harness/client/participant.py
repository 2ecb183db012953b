"""A participant: one session and one thread that play a part in a recipe."""

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kazoo.exceptions import KazooException, NodeExistsError
from kazoo.handlers.threading import KazooTimeoutError

from harness.client.call import Answer, NotSent, Refused, Unanswered
from harness.client.deeds import Deeds, Undone
from harness.client.hearer import Hearer
from harness.client.operation import Operation, create
from harness.client.process import Process
from harness.client.program import Program

BROKEN = (NotSent, Unanswered, Refused, Undone, KazooException, KazooTimeoutError)
"""What a call may end with under faults: the turn is over, and another one may go better."""

PAUSE = 0.05
"""Seconds before the next turn after one that was broken off."""


class Participant(Hearer, ABC):
    """Base of everything that plays a part in a recipe.

    Subclasses implement `turn`, which is called again and again while the session is connected, and may
    override `finish`, `stop`, `on_session` and `on_watch`. They call ZooKeeper with `call`, which records one
    request, sends it exactly once and raises Refused, NotSent or Unanswered; or through `client` in
    kazoo's own way, recipes included, which is recorded as well.
    """

    def __init__(self, program: Program, number: int = 0):
        super().__init__()
        self.plan = program.plan
        self.number = number
        """Counts the participants of one kind in this program, from 0."""
        self.name = f"{program.plan.node}.{number}" if number else program.plan.node
        self.random = random.Random(f"{program.plan.seed}/{type(self).__name__}/{number}")
        self.recorder = program.recorder
        self.stopping = program.stopping
        """Set when the program is to end; also the right way to wait: `stopping.wait(seconds)`."""
        self.patience = program.patience
        self.client = program.make_client(self, **self.client_options())
        self.process = Process(self.client, program.recorder, program.numbers)
        self.deeds = Deeds(program.recorder, program.numbers)
        self.event = program.event
        self._made_once: set[str] = set()

    @property
    def params(self) -> Mapping[str, Any]:
        """Parameters of the workload."""
        return self.plan.params

    def client_options(self) -> dict[str, Any]:
        """Options of the client beyond the usual, as `Program.make_client` takes them."""
        return {}

    @abstractmethod
    def turn(self) -> None:
        """Play once; what is in BROKEN may be raised and ends this turn only."""

    def run(self) -> None:
        """Play turn after turn until the program is to end."""
        while not self.stopping.is_set():
            try:
                if self.connected.wait(0.1):
                    self.turn()
            except BROKEN:
                self.stopping.wait(PAUSE)
        with suppress(*BROKEN):
            self.finish()

    def finish(self) -> None:
        """Let go of everything, at the end; what is in BROKEN may be raised.

        The session is closed afterwards.
        """

    def stop(self) -> None:
        """Wake whoever waits for something else than `stopping`, which is set; must not block."""

    def make_once(self, *paths: str) -> None:
        """Make znodes for good, parents first, unless this participant has seen to them before.

        That one is there already is fine: somebody else was quicker. Raises what `call` does; then it may
        be called again.
        """
        for path in paths:
            if path not in self._made_once:
                try:
                    self.call(create(path))
                except Refused as refused:
                    if not isinstance(refused.error, NodeExistsError):
                        raise
                self._made_once.add(path)

    def call(self, operation: Operation) -> Answer:
        """Do one operation and record it; raises Refused, NotSent or Unanswered."""
        return self.process.call(operation, within=self.patience)
