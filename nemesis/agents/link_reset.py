"""Resets established TCP connections of a node again and again; runs in its holder until it is ended.

    python3 link_reset.py COUNTER MS FILTER

Every MS milliseconds the kernel aborts what fits ss's FILTER: each end is told, the own one at once, the
other by a packet with RST. How many connections that were stands in the file COUNTER.
"""

import subprocess
import sys
import time
from pathlib import Path


def main(path: str, seconds: float, what: str) -> None:
    """Reset for ever; `what` is a filter of ss."""
    total = 0
    while True:
        began = time.monotonic()
        told = subprocess.run(  # noqa: S603 - the fault's own filter
            ["/usr/bin/ss", "-K", "-tnH", "state", "established", what],
            capture_output=True,
            text=True,
            check=False,
        )
        total += len(told.stdout.splitlines())
        new = Path(f"{path}.new")
        new.write_text(f"{total}\n")
        new.replace(path)
        time.sleep(max(0.0, began + seconds - time.monotonic()))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) / 1000, sys.argv[3])
