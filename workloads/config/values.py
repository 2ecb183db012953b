"""Where configurations are, and data that tells which update made it and from which value it was made."""

import os
import random

from harness.client.data_token import padded

ROOT = "/config"

LARGEST = 1_048_000
"""Bytes: a server's limit of 1 MB holds for the whole request, with its path and header."""


class Values:
    """Makes the data of one writer's updates, no two of them the same.

    The tag `app1/3f2a9c01.17-4294967338` says: update 17 of a life of app1, made from the value that
    transaction 4294967338 had written. The znodes of one update of several carry the same update.
    """

    def __init__(self, writer: str, chance: random.Random):
        self._writer = writer
        self._chance = chance
        # Not from the seed: the next life of this node must not write the same data again.
        self._life = os.urandom(4).hex()
        self._updates = 0

    def next_update(self) -> None:
        """Begin another update."""
        self._updates += 1

    def made_from(self, mzxid: int, smallest: float, largest: float) -> bytes:
        """Return the update's data for a znode whose value of the transaction `mzxid` it replaces."""
        tag = f"{self._writer}/{self._life}.{self._updates}-{mzxid}"
        return padded(tag, round(self._chance.uniform(smallest, largest)))


def config(number: int) -> str:
    """Return the path of a configuration; they are used one after the other."""
    return f"{ROOT}/c{number}"


def number_of(name: str) -> int:
    """Return the number in a configuration's name."""
    return int(name[1:])
