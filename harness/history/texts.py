"""Every string of a history once, by number: columns hold the numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

NOTHING = -1
"""The number that stands for no string."""


class Texts(defaultdict[str, int]):
    """Numbers strings in the order in which they are first asked for: `texts["create"]`.

    To ask is to add; `find` asks without adding.
    """

    def __init__(self, known: Iterable[str] = ()):
        # Half a million strings are numbered without a call of Python's.
        super().__init__(count().__next__)
        self._all: list[str] = []
        for text in known:
            self[text]

    def find(self, text: str) -> int:
        """Number of a string, NOTHING where the history does not hold it."""
        return self.get(text, NOTHING)

    def say(self, number: int) -> str:
        """Return the string with a number, an empty one for NOTHING."""
        return self.all[number] if number >= 0 else ""

    @property
    def all(self) -> Sequence[str]:
        """All strings, each at the place of its number."""
        if len(self._all) != len(self):
            self._all = list(self)
        return self._all

    def pack(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return the bytes of all strings one after the other, and where each ends."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in self]
        ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
        return np.frombuffer(b"".join(encoded), np.uint8), ends

    @classmethod
    def unpack(cls, data: NDArray[np.uint8], ends: NDArray[np.int64]) -> "Texts":
        """Return what `pack` was called on."""
        raw, start, found = data.tobytes(), 0, []
        for end in ends.tolist():
            found.append(raw[start:end].decode("utf-8", "surrogatepass"))
            start = end
        return cls(found)
