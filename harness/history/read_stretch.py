"""What `shared_reading` runs in a process of its own: `python -m harness.history.read_stretch`."""

import sys
from pathlib import Path

from harness.errors import HistoryError
from harness.history.saved import write_columns
from harness.history.stretch import Stretch


def main(path: str, start: str, end: str, target: str) -> int:
    """Read the lines from byte `start` to byte `end` of a history and leave their columns in a directory."""
    stretch = Stretch(Path(path), int(start), int(end), first=None)
    try:
        stretch.read()
    except HistoryError:
        return 1  # Who asked reads everything once more, and tells it with the right line.
    write_columns(Path(target), stretch.columnizer, stretch.torn, stretch.first)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
