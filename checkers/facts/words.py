"""The numbers that a history gave to the words that checkers look for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.history import History
from harness.history.columns import FAIL, OK

WRITES = ("create", "set", "delete", "multi", "work")
"""Calls that are one transaction each."""

READS = ("get", "exists", "children", "get-acl", "ephemerals", "multi-read")
"""Calls that a server answers from what it has applied."""

REFUSALS = (
    "NoNodeError",
    "NodeExistsError",
    "BadVersionError",
    "NotEmptyError",
    "NoChildrenForEphemeralsError",
    "InvalidACLError",
    "NoAuthError",
)
"""Errors that the state of the tree leads to. Other errors, of sessions, limits or the connection, may come
from a server that has asked nobody: what their headers say is no witness."""


@dataclass(frozen=True, slots=True)
class Words:
    """Finds text numbers; NOTHING (-1) for a word that the history does not hold."""

    history: History

    def __getitem__(self, word: str) -> int:
        return self.history.columns.texts.find(word)

    def say(self, number: int) -> str:
        """Return the text with a number."""
        return self.history.columns.texts.say(int(number))

    def among(self, column: NDArray[np.int32], words: tuple[str, ...]) -> NDArray[np.bool_]:
        """Tell for every entry of a column of text numbers whether it is one of some words.

        An entry that stands for no text is none of them.
        """
        known = [number for number in (self[word] for word in words) if number >= 0]
        return np.isin(column, known)


def answered(history: History) -> NDArray[np.bool_]:
    """Tell for every call whether a server answered it from the tree, with a header that is a witness."""
    calls = history.calls
    refused = (calls.outcome == FAIL) & Words(history).among(calls.error, REFUSALS)
    witness: NDArray[np.bool_] = ((calls.outcome == OK) | refused) & (calls.zxid > 0)
    return witness
