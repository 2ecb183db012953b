"""The strings of a page, each of them once."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Strings:
    """A table of strings: each gets a number, the same text always the same one."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def code(self, string: str) -> int:
        """Return the number of a string, a new one on first sight."""
        return self._codes.setdefault(string, len(self._codes))

    def codes(self, numbers: NDArray[Any], say: Callable[[int], str]) -> NDArray[np.int64]:
        """Return the codes of what `say` makes of numbers; each different number is said once."""
        present, places = np.unique(numbers, return_inverse=True)
        said = (self.code(say(number)) for number in present.tolist())
        found: NDArray[np.int64] = np.fromiter(said, np.int64, len(present))[places]
        return found

    def table(self) -> list[str]:
        """All strings, in the order of their numbers."""
        return list(self._codes)
