"""Every string of a history once, by number: columns hold the numbers."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

NOTHING = -1
"""The number that stands for no string."""


class Texts(dict[str, int]):
    """Numbers strings in the order in which they are first asked for: `texts["create"]`.

    To ask is to add; `find` asks without adding.
    """

    def __init__(self, known: Iterable[str] = ()):
        super().__init__()
        self._all: list[str] = []
        for text in known:
            self[text]

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self._all)
        self._all.append(text)
        return number

    def find(self, text: str) -> int:
        """Number of a string, NOTHING where the history does not hold it."""
        return self.get(text, NOTHING)

    def say(self, number: int) -> str:
        """Return the string with a number, an empty one for NOTHING."""
        return self._all[number] if number >= 0 else ""

    @property
    def all(self) -> Sequence[str]:
        """All strings, each at the place of its number."""
        return self._all

    def pack(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return the bytes of all strings one after the other, and where each ends."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in self._all]
        ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
        return np.frombuffer(b"".join(encoded), np.uint8), ends

    @classmethod
    def unpack(cls, data: NDArray[np.uint8], ends: NDArray[np.int64]) -> "Texts":
        """Return what `pack` was called on."""
        raw, start, found = data.tobytes(), 0, []
        for end in ends.tolist():
            found.append(raw[start:end].decode("utf-8", "surrogatepass"))
            start = end
        texts = cls()
        texts._all = found
        texts.update(zip(found, range(len(found)), strict=True))
        return texts
