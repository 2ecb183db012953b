"""What was written and not synced: the page cache of the disk layer, seen the other way round.

Data goes through to the disk at once, and what it replaced is remembered here until the file is synced. So a
killed process loses nothing, and a power cut puts the remembered back. As a journalling file system does it,
names change for good at once; only a file that was never synced vanishes with its content.

Whoever calls holds the layer's lock.
"""
# A file system is written in the system's own calls.
# ruff: noqa: PTH108, PTH110, PTH123

import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

FORGET_AFTER = 60.0
"""Seconds after which any system has written its data out: older changes are not kept."""


class Change(NamedTuple):
    """What a write or truncation replaced."""

    at: float
    size: int
    """Of the file before."""
    pieces: list[tuple[int, bytes]]
    """Content that was replaced: (offset, bytes)."""
    wrote: int


@dataclass(eq=False)
class File:
    """A file, and what of it was not synced."""

    path: str
    born: float | None = None
    """When it was created; None once it has been synced."""
    changes: deque[Change] = field(default_factory=deque)

    def change(self, size: int, pieces: list[tuple[int, bytes]], wrote: int) -> None:
        """Remember what is about to be replaced."""
        now = time.monotonic()
        while self.changes and self.changes[0].at < now - FORGET_AFTER:
            self.changes.popleft()
        self.changes.append(Change(now, size, pieces, wrote))

    def synced(self, until: float) -> None:
        """Forget what came before a moment: it can no longer be lost."""
        self.born = None
        while self.changes and self.changes[0].at <= until:
            self.changes.popleft()


class Memory:
    """The files that are open or not synced, by their paths below the backing directory."""

    def __init__(self, backing: str):
        self._backing = backing
        self._files: dict[str, File] = {}

    def file(self, path: str) -> File:
        """The file at a path."""
        return self._files.setdefault(path, File(path))

    @property
    def unsynced(self) -> int:
        """Bytes that a power cut would take now."""
        return sum(change.wrote for file in self._files.values() for change in file.changes)

    def renamed(self, old: str, new: str, *, replaces: bool) -> None:
        """Follow a name; whoever replaces a file finds the new one whole afterwards, as on ext4 and xfs."""
        self._files.pop(new, None)
        for path in [path for path in self._files if path == old or path.startswith(old + "/")]:
            file = self._files.pop(path)
            file.path = new + path[len(old) :]
            self._files[file.path] = file
        if replaces and new in self._files:
            self._files[new].synced(time.monotonic())

    def unlinked(self, path: str) -> None:
        """Forget a file that is gone."""
        self._files.pop(path, None)

    def settle(self) -> None:
        """Take everything for synced."""
        for file in self._files.values():
            file.synced(time.monotonic())

    def drop(self, age: float) -> dict[str, Any]:
        """Put back what was there before each change that is younger than some seconds and was not synced."""
        since = time.monotonic() - age
        lost = 0
        shortened, vanished = [], []
        for file in list(self._files.values()):
            path = self._backing + file.path
            young = [change for change in file.changes if change.at > since]
            lost += sum(change.wrote for change in young)
            never = file.born is not None and file.born > since
            file.synced(time.monotonic())
            if not os.path.exists(path):
                continue
            if never:
                os.unlink(path)
                self.unlinked(file.path)
                vanished.append(file.path)
            elif young:
                shortened.append(file.path)
                _put_back(path, young)
        return {
            "bytes_dropped": lost,
            "files_set_back": sorted(shortened),
            "files_vanished": sorted(vanished),
        }


def _put_back(path: str, changes: list[Change]) -> None:
    with open(path, "r+b") as handle:
        for change in reversed(changes):
            for offset, piece in change.pieces:
                os.pwrite(handle.fileno(), piece, offset)
            os.ftruncate(handle.fileno(), change.size)


def extents(handle: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Read the parts of a file that hold data, a megabyte at a time: a log's end is 64 MB of hole."""
    while start < end:
        try:
            start = os.lseek(handle, start, os.SEEK_DATA)
            hole = min(os.lseek(handle, start, os.SEEK_HOLE), end)
        except OSError:
            return
        while start < hole:
            piece = os.pread(handle, min(1 << 20, hole - start), start)
            yield start, piece
            start += len(piece)
