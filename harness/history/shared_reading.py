"""A large file read by several processes, each a stretch of its lines: decoding is what reading costs."""

import os
import subprocess
import sys
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.history.columnizer import Columnizer
from harness.history.saved import read_columns
from harness.history.stretch import Stretch

READER = "harness.history.read_stretch"

HEAD_START = 0.1
"""Share of a stretch that the first one is longer than the others."""


def read_shared(path: Path, size: int, least: int) -> tuple[Columnizer, str] | None:
    """Read a file with all processors, at least so many bytes each.

    Returns what was read and what was wrong with the last line; None where that cannot be, for want of
    processors or for a mistake in the file, which nobody knows then.
    """
    bounds = _bounds(path, size, min(len(os.sched_getaffinity(0)), size // least))
    if len(bounds) < 3:
        return None
    own = Stretch(path, 0, bounds[1])
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory(prefix="zkchaos-")))
        helpers = []
        for number, (start, end) in enumerate(pairwise(bounds[1:])):
            target = place / str(number)
            call = [sys.executable, "-m", READER, str(path), str(start), str(end), str(target)]
            helper = subprocess.Popen(  # noqa: S603 - ourselves
                call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(helper.wait)
            stack.callback(helper.kill)
            helpers.append((helper, target))
        own.read()
        count, torn = own.count, ""
        for helper, target in helpers:
            if helper.wait() != 0:
                return None
            columns, about = read_columns(target)
            if about.first != count:
                return None
            own.columnizer.extend(columns)
            count, torn = count + len(columns), about.torn
    return own.columnizer, torn


def _bounds(path: Path, size: int, number: int) -> list[int]:
    """Return where stretches of whole lines begin, and where the last one ends.

    The first is the longest: who reads another one has to start, and to hand over what was read.
    """
    cuts = {0, size}
    with path.open("rb") as file:
        for part in range(1, number):
            file.seek(int(size * (part + HEAD_START) / (number + HEAD_START)))
            file.readline()
            cuts.add(min(file.tell(), size))
    return sorted(cuts)
