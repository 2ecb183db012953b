"""Keeps moving the wall clock of a node's process, by rewriting the offset that libfaketime reads.

    wall_clock.py FILE drift FACTOR
    wall_clock.py FILE strobe SECONDS MILLISECONDS

A drifting clock goes FACTOR times as fast as the true one, in steps of STEP seconds: libfaketime has a rate
of its own, which counts from the start of each process, so that a clock would leap when the rate is set. A
strobing clock jumps ahead by SECONDS and back, every MILLISECONDS. It ends when it is killed.
"""

import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

STEP = 0.02
"""Seconds between two steps of a drifting clock."""


def offsets(words: list[str]) -> tuple[Callable[[int], float], float]:
    """Return the offset of each step, by its number, and the seconds from one step to the next."""
    match words:
        case ["drift", factor]:
            began = time.monotonic()
            return lambda _: (float(factor) - 1) * (time.monotonic() - began), STEP
        case ["strobe", seconds, milliseconds]:
            return lambda step: float(seconds) * (step % 2 == 0), float(milliseconds) / 1000
    raise SystemExit(__doc__)


def write(path: str, offset: float) -> None:
    """Replace the offset: whoever reads sees the old one or the new one, whole."""
    step = Path(f"{path}.step")
    step.write_text(f"{offset:+.6f}\n")
    step.replace(path)


def main(path: str, *words: str) -> None:
    """Write one offset after the other."""
    offset, every = offsets(list(words))
    due = time.monotonic()
    for step in count():
        write(path, offset(step))
        due = max(due + every, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main(*sys.argv[1:])
