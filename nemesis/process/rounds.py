"""Faults that do the same to a target again and again, on a thread of their own, until they are healed."""

import random
import threading
from abc import abstractmethod
from typing import Any

from harness.errors import EnsembleError, ZkchaosError
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import ANY


class Rounds(EachNode):
    """Has a thread for each target, which plays one round after the other; healing ends and joins it."""

    roles = ANY

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._seed = self.draw.getrandbits(64)
        self._over = threading.Event()
        self._threads: dict[str, threading.Thread] = {}
        self._failures: dict[str, str] = {}

    @abstractmethod
    def round(self, node: Node, draw: random.Random) -> None:
        """Play one round with a target; whatever it waits for, it waits for in `rest`.

        It leaves the target undisturbed at its end. What it raises ends the rounds and is what an
        observation hears of.
        """

    def rest(self, seconds: float) -> bool:
        """Wait, or until it is to be over; tell whether it is not over yet."""
        return not self._over.wait(seconds)

    def inject_on(self, node: Node) -> None:
        """Begin the rounds."""
        thread = threading.Thread(target=self._play, args=(node,), name=f"{self.name}-{node.name}")
        self._threads[node.name] = thread
        thread.start()

    def _play(self, node: Node) -> None:
        # Each target's own, so that what is drawn does not depend on who comes first.
        draw = random.Random(f"{self._seed}/{node.name}")
        try:
            while not self._over.is_set():
                self.round(node, draw)
        except ZkchaosError as error:
            self._failures[node.name] = str(error)
        except Exception as error:  # noqa: BLE001 - a bug must not look like a target that is left in peace
            self._failures[node.name] = f"{type(error).__name__}: {error}"

    def check_playing(self, node: Node) -> None:
        """Raise EnsembleError when the rounds have ended by themselves."""
        if node.name in self._failures:
            raise EnsembleError(f"{self.name} on {node.name} ended by itself: {self._failures[node.name]}")

    def heal(self) -> None:
        """End the rounds of all targets, wait for the threads, and restore the clean state."""
        self._over.set()
        for thread in self._threads.values():
            thread.join()
        super().heal()
