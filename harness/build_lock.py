"""What builds of images share: a lock against each other, a place for what they found out, signs of life."""

import fcntl
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from harness.errors import SetupError

Say = Callable[[str], None]
"""Shows one line of progress. It may raise, which ends the work that it tells of."""

BEAT = 10.0
"""Seconds of silence after which work that goes on says so."""


class Heartbeat:
    """Tells of each step of some work once, and from time to time that the step still goes on."""

    def __init__(self, what: str, say: Say):
        self._what = what
        self._say = say
        self._step = "at work"
        self._begin = self._last = time.monotonic()

    def step(self, text: str) -> None:
        """Say that a step begins."""
        self._step = text
        self._last = time.monotonic()
        self._say(f"{self._what}: {text}")

    def beat(self) -> None:
        """Say that the step goes on, if nothing was said for a while."""
        now = time.monotonic()
        if now - self._last >= BEAT:
            self._last = now
            self._say(f"{self._what}: still {self._step} ({now - self._begin:.0f} s)")

    def line(self, line: str) -> None:
        """Take a line of a build's output: those marked `zkchaos:` are steps, the others signs of life."""
        _, marker, text = line.partition("zkchaos: ")
        if marker:
            self.step(text)
        else:
            self.beat()


def cache_directory() -> Path:
    """Directory for small files that may be lost: in the user's cache, or else among the temporary files."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    directory = (Path(chosen) if chosen else Path.home() / ".cache") / "zkchaos"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        writable = os.access(directory, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        directory = Path(tempfile.gettempdir()) / f"zkchaos-{os.geteuid()}"
        directory.mkdir(mode=0o700, exist_ok=True)
    return directory


@contextmanager
def build_lock(name: str, say: Say) -> Iterator[None]:
    """Keep others, processes and threads, from making the same image; wait for those who are at it."""
    path = cache_directory() / (re.sub(r"[^\w.-]+", "_", name) + ".lock")
    try:
        opened = path.open("a")
    except OSError as error:
        raise SetupError(
            f"cannot write {path}: {error.strerror}; set XDG_CACHE_HOME to a writable directory."
        ) from error
    with opened as file:
        if not _try_lock(file):
            heartbeat = Heartbeat(name, say)
            heartbeat.step("waiting for another process that makes it")
            while not _try_lock(file):
                time.sleep(0.1)
                heartbeat.beat()
        # Closing the file releases the lock; the file stays, or a third process might lock a new one.
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
