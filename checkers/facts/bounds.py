"""When the servers can have dealt with a call: not before it was sent, not after its answer was received."""

from dataclasses import dataclass

import numpy as np

from harness.history import History
from harness.history.columns import I8


@dataclass(slots=True)
class Bounds:
    """One row a call, ns; of a call that was not answered `end` says only when hope was lost."""

    begin: I8
    end: I8


def bounds(history: History) -> Bounds:
    """Return the tightest bounds that each call tells: those of the socket where they are known."""
    calls = history.calls
    end = np.where(calls.received > 0, np.minimum(calls.completed, calls.received), calls.completed)
    # Times that contradict each other must not turn a call round.
    begin = np.minimum(np.maximum(calls.invoked, calls.sent), calls.completed)
    return Bounds(begin, np.maximum(begin, end))
