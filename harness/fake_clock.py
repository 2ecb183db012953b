"""A wall clock of its own for each process: libfaketime, preloaded, reads an offset from a file.

The file lies on a small volume that holder and process share, so that it can be written while the process is
down, and is apart from the disk under test. Only the wall clock is moved: the monotonic clock, by which
ZooKeeper and kazoo reckon their sessions, goes on as it is.
"""

from collections.abc import Mapping

from harness.container import Container
from harness.sdk import Vanished

DIRECTORY = "/clock"
"""Where the volume is mounted."""

OFFSET = f"{DIRECTORY}/offset"
"""Seconds from the true time to that of the process, with a sign; `+0` is the clean state."""

TRUE_TIME = "+0"

LIBRARY = f"{DIRECTORY}/libfaketimeMT.so.1"

ENVIRONMENT: Mapping[str, str] = {
    "LD_PRELOAD": LIBRARY,
    "FAKETIME_TIMESTAMP_FILE": OFFSET,
    # Otherwise the file is read again after ten seconds only.
    "FAKETIME_NO_CACHE": "1",
    # The first is the name that older versions know.
    "DONT_FAKE_MONOTONIC": "1",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    # libfaketime guesses from glibc's version that waits on the monotonic clock need a correction. With it
    # timed waits of a JVM return at once: an idle server takes a whole processor instead of 0.3 % of one.
    "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    # Jars would seem to have other dates, and a JVM that starts meanwhile would refuse its class archive.
    "NO_FAKE_STAT": "1",
}


def fit(holder: Container, process: Container) -> None:
    """Give a process that has not started yet the library and the true time.

    The image's own library is taken where it has one, because it fits the image's glibc; otherwise that of
    the tools. One that does not fit is not loaded, which the loader says on standard error.
    """
    path = holder.execute("sh", "-c", "ls /usr/lib/*/faketime/libfaketimeMT.so.1").decode().split()[0]
    try:
        library = process.read(path)
    except Vanished:
        library = holder.read(path)
    process.put({LIBRARY: library, OFFSET: f"{TRUE_TIME}\n"})
