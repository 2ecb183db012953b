"""The client program of the workload `keys`: sessions that a crew of logical processes keeps busy."""

import random
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from harness.client import (
    Crew,
    Hearer,
    NodePlan,
    NotSent,
    Process,
    Program,
    RecordingClient,
    Refused,
    Unanswered,
)
from harness.client.operation import create
from workloads.keys.mix import KeyMix

FINISH_WITHIN = 3.0
"""Seconds to wait for answers at the end."""

LOOK_EVERY = 0.1


class Keys(Program):
    """Does the mix on `clients` sessions with `concurrency` logical processes until it is stopped."""

    def __init__(self, plan: NodePlan, out: BinaryIO):
        super().__init__(plan, out)
        params = plan.params
        first = Hearer()
        self.connected = first.connected
        self.process = Process(self.make_client(first), self.recorder, self.numbers)
        for _ in range(int(params["clients"]) - 1):
            self.make_client(Hearer())
        self.mix = KeyMix(params, self.random, f"{plan.node}/{_life(plan.journal)}")
        self.crew = Crew(
            self.clients,
            self.recorder,
            self.numbers,
            self.mix,
            size=max(int(params["concurrency"]), len(self.clients)),
            rate=params["rate"],
            patience=self.patience,
        )
        # A generator of its own: when sessions are renewed must not hang on how many operations there were.
        self._renewals = random.Random(f"{plan.seed}/renewals")

    def run(self) -> None:
        """Make the parents, then work; renew sessions on the side."""
        self._prepare()
        renewing = threading.Thread(target=self._renew_sessions, name="renewals")
        renewing.start()
        try:
            self.crew.run(self.stopping)
        finally:
            self.stopping.set()
            renewing.join()
            self.crew.finish(FINISH_WITHIN)

    def _prepare(self) -> None:
        for path in self.mix.space.skeleton:
            while not self.stopping.is_set():
                try:
                    if self.connected.wait(0.1):
                        with suppress(Refused):  # somebody else was quicker
                            self.process.call(create(path), within=self.patience)
                        break
                except (NotSent, Unanswered):
                    self.stopping.wait(0.05)

    def _renew_sessions(self) -> None:
        """Close sessions in good order now and then: their ephemerals vanish at a known zxid."""
        mean = self.plan.params["renew"]
        if not mean:
            return
        due = {client: self._next_renewal(mean) for client in self.clients}
        while not self.stopping.wait(LOOK_EVERY):
            for client in self.clients:
                if time.monotonic() >= due[client]:
                    self._renew(client)
                    due[client] = self._next_renewal(mean)

    def _next_renewal(self, mean: float) -> float:
        return time.monotonic() + self._renewals.uniform(0.5, 1.5) * mean

    def _renew(self, client: RecordingClient) -> None:
        if not client.connected:
            return
        self.crew.rest(client)
        self.end_session(client)
        client.start_async()
        self.crew.resume(client)


def _life(journal: str) -> int:
    """Number of this life of the node; a file beside the journal holds one byte for each.

    Appending is whole or not at all, whenever the node is killed. Without a journal there is one life only.
    """
    if not journal:
        return 1
    with Path(journal).with_name("lives").open("ab") as lives:
        lives.write(b".")
        lives.flush()
        return lives.tell()
