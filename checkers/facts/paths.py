"""Paths by number: the numbers of their texts, and further ones for children that only a list names."""

from threading import RLock

import numpy as np
from numpy.typing import NDArray

from checkers.wording import child_of, parent_of
from harness.history.columns import I4, I8
from harness.history.texts import Texts

UNPARSED, NOWHERE = -2, -1

SUFFIX = 10
"""Digits at the end of the name of a sequential node."""

U8 = NDArray[np.uint64]


class Paths:
    """Knows the parent of every path and a random-looking 64-bit number for every name.

    Sums of these numbers tell sets of names apart (Bellare & Micciancio's incremental hashing).
    """

    def __init__(self, texts: Texts):
        self._texts = texts
        self._more: dict[str, int] = {}
        self._said: list[str] = []
        # Checkers of one history share it, on threads of their own.
        self._lock = RLock()
        self._parent = np.full(len(texts) + 1, UNPARSED, np.int32)
        self._name = np.full(len(texts) + 1, NOWHERE, np.int64)

    def __len__(self) -> int:
        return len(self._texts) + len(self._said)

    def number(self, path: str) -> int:
        """Return the number of a path; one that no text spells gets a number of its own."""
        known = self._texts.find(path)
        if known >= 0:
            return known
        with self._lock:
            if path not in self._more:
                self._more[path] = len(self)
                self._said.append(path)
                if len(self) > len(self._parent):
                    self._parent = np.append(self._parent, np.full_like(self._parent, UNPARSED))
                    self._name = np.append(self._name, np.full_like(self._name, NOWHERE))
            return self._more[path]

    def say(self, path: int) -> str:
        """Return the path with a number."""
        texts = len(self._texts)
        return self._said[path - texts] if path >= texts else self._texts.say(int(path))

    def child(self, parent: int, name: int) -> int:
        """Return the number of the child whose name is a text."""
        return self.number(child_of(self.say(parent), self._texts.say(name)))

    def parents(self, paths: I4 | I8) -> I8:
        """Return the numbers of the parents, NOWHERE for the root."""
        new = paths[self._parent[paths] == UNPARSED]
        if len(new):
            with self._lock:
                for path in np.unique(new).tolist():
                    self._parse(path)
        return self._parent[paths].astype(np.int64)

    def name(self, path: int) -> int:
        """Return the text number of the name of a path, NOWHERE where the history never spells it alone."""
        self.parents(np.array([path]))
        return int(self._name[path])

    def marks(self, paths: I4 | I8) -> U8:
        """Return the 64-bit numbers of the names of paths whose parents were asked for."""
        name = self._name[paths]
        # A name that no list holds needs a number that is no name's.
        return mark(np.where(name >= 0, name, paths.astype(np.int64) + (1 << 40)))

    def _parse(self, path: int) -> None:
        said = self.say(path)
        if said in {"/", ""}:
            self._parent[path] = NOWHERE
            return
        parent = self.number(parent_of(said))
        self._parent[path] = parent
        self._name[path] = self._texts.find(said[said.rindex("/") + 1 :]) if "/" in said else NOWHERE


def mark(numbers: NDArray[np.integer]) -> U8:
    """Mix numbers into 64 bits that look random (the finalizer of Steele, Lea & Flood's SplitMix)."""
    with np.errstate(over="ignore"):
        mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def unnumbered(path: str) -> str:
    """Return what was asked for where a sequential create made a path, empty where none can have."""
    return path[:-SUFFIX] if len(path) > SUFFIX and path[-SUFFIX:].isdigit() else ""
