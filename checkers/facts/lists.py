"""Lists of children against the living: a list says of every child of its parent whether it is there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from checkers.facts.effects import Effects
from checkers.facts.family import Family, sums_of_lists
from checkers.facts.paths import U8
from checkers.facts.positions import Positions
from checkers.facts.settle import Token
from checkers.facts.sightings import Listings
from checkers.facts.transactions import DELETE
from harness.history.columns import I4, I8


@dataclass(slots=True, kw_only=True)
class Lists:
    """One row a list: one that was read, or the empty one that the delete of a parent proves."""

    parent: I8
    place: I8
    zxid: I8
    first: I8
    count: I4
    call: I8
    deleted: I8
    """Row of the effect that deleted the parent, -1 for a list that was read."""
    sums: U8
    """Sum of the marks of the names, modulo 2**64."""

    def __len__(self) -> int:
        return len(self.parent)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A child that a list shows or lacks against what is known; -1 for one that is listed twice."""

    row: int
    child: int
    listed: bool


@dataclass(slots=True)
class Story:
    """What may have happened to a child."""

    changes: list[tuple[int, int]]
    """Place, and 1 where it came or -1 where it went."""
    unexplained: set[int]
    """Marks of the statements that nothing explains."""
    undecided: bool


Explain = Callable[[int, list[Token]], Story]
"""Searches for what may have happened to a child, given statements of lists."""


def lists(
    shown: Listings, effects: Effects, born: Family, positions: Positions, items: I4, last: int
) -> Lists:
    """Return all lists up to the zxid `last`, sorted by (parent, place)."""
    gone = np.flatnonzero((effects.kind == DELETE) & np.isin(effects.path, born.parent))
    read = np.flatnonzero(shown.zxid <= last)
    gone = gone[effects.zxid[gone] <= last]
    nothing = np.zeros(len(gone), np.int64)
    parent = np.concatenate((shown.path[read], effects.path[gone])).astype(np.int64)
    place = np.concatenate(
        (positions.after(shown.zxid[read]), positions.before(effects.zxid[gone], effects.part[gone]))
    )
    order = np.argsort(positions.key(parent, place), kind="stable")
    first = np.concatenate((shown.first[read], nothing))[order]
    count = np.concatenate((shown.count[read], nothing.astype(np.int32)))[order]
    return Lists(
        parent=parent[order],
        place=place[order],
        zxid=np.concatenate((shown.zxid[read], effects.zxid[gone]))[order],
        first=first,
        count=count,
        call=np.concatenate((shown.call[read], effects.call[gone]))[order],
        deleted=np.concatenate((np.full(len(read), -1), gone))[order],
        sums=sums_of_lists(first, count, items),
    )


def odd_lists(table: Lists, born: Family) -> I8:
    """Return the rows of lists that differ from the living children."""
    count, sums = born.numbers(table.parent, table.place)
    return np.flatnonzero((count != table.count) | (sums != table.sums))
