"""The liveness mode: at the end a minority is broken for good, and the quorum that is left has to go on."""

import random

from harness.plan import Step

WAYS = ("kill-minority", "pause-minority", "partition:isolate-minority")
"""What may befall the minority: gone, frozen, or cut off from everybody."""


def last_stand(seed: int, number: int, bound: float) -> Step:
    """Draw the fault that is not healed before progress was seen, or `bound` seconds have passed."""
    way = random.Random(f"{seed}/liveness").choice(WAYS)
    return Step(number, 0.0, way, "minority", bound)
