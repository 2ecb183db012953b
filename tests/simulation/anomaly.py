"""An anomaly: one thing that is altered in a run, in its finished history or inside its ensemble."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from harness.history import Event
from tests.simulation.ensemble import Ensemble
from tests.simulation.material import Material
from tests.simulation.world import Options, World

Edit = Callable[[Material], list[Event] | None]


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """One thing that is wrong."""

    name: str
    expected: frozenset[str]
    """Guarantees that must turn red."""
    why: str = ""
    """Why more than one must, or may."""
    allowed: frozenset[str] = frozenset()
    """Guarantees that may turn red too, depending on how a sentence is read and on what the run shows."""
    options: Options = field(default=Options(seconds=0.6))
    edit: Edit | None = None
    alter: Callable[[Ensemble], None] = field(default=lambda ensemble: None)

    def events(self, seed: int) -> list[Event] | None:
        """Return the history of a run with the anomaly, None where there was no occasion."""
        events = World(replace(self.options, seed=seed), self.alter).events()
        return self.edit(Material(events, random.Random(seed))) if self.edit else events

    def some_events(self, seed: int) -> Iterator[list[Event]]:
        """Yield histories with the anomaly, from a seed on; without end."""
        while True:
            events = self.events(seed)
            if events is not None:
                yield events
            seed += 1


def names(*guarantees: str) -> frozenset[str]:
    """Return guarantees as a set."""
    return frozenset(guarantees)
