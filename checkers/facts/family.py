"""The living children of every path at every place: how many, and a sum that tells sets of names apart."""

from dataclasses import dataclass

import numpy as np

from checkers.facts.paths import U8, Paths, mark
from checkers.facts.positions import Positions
from checkers.facts.timeline import Timeline
from harness.history.columns import I4, I8

ZERO = np.zeros(1, np.int64)


@dataclass(slots=True, kw_only=True)
class Family:
    """One row a child that came or went, sorted by (parent, place)."""

    keys: I8
    parent: I8
    child: I8
    place: I8
    change: I8
    """1 for one that came, -1 for one that went."""
    counts: I8
    """Entry i: the changes of the first i rows together."""
    sums: U8
    """The same of the marks of the names, modulo 2**64."""
    span: int

    def since(self, parents: I4 | I8, places: I8) -> tuple[I8, I8]:
        """Return the first row of each parent, and that after its last row up to a place."""
        begin = parents.astype(np.int64) * self.span
        return (
            np.searchsorted(self.keys, begin, "left"),
            np.searchsorted(self.keys, begin + places, "right"),
        )

    def numbers(self, parents: I4 | I8, places: I8) -> tuple[I8, U8]:
        """Return how many children each parent has at a place, and the sum of the marks of their names."""
        left, right = self.since(parents, places)
        return self.counts[right] - self.counts[left], self.sums[right] - self.sums[left]

    def living(self, parent: int, place: int) -> set[int]:
        """Return the children of one parent at a place."""
        left, right = self.since(np.array([parent]), np.array([place]))
        rows = slice(int(left[0]), int(right[0]))
        child, which = np.unique(self.child[rows], return_inverse=True)
        balance = np.bincount(which, self.change[rows], len(child))
        return set(child[balance > 0].tolist())


def family(line: Timeline, paths: Paths, positions: Positions) -> Family:
    """Return who came and went when."""
    here = line.alive[:-1]
    same = np.zeros(len(line), bool)
    same[1:] = line.effects.path[1:] == line.effects.path[:-1]
    there = np.zeros(len(line), bool)
    there[1:] = here[:-1] & same[1:]
    rows = np.flatnonzero(here != there)
    child = line.effects.path[rows].astype(np.int64)
    place, change = line.places[rows], np.where(here[rows], 1, -1)
    parent = paths.parents(child)
    known = parent >= 0
    child, place, change, parent = child[known], place[known], change[known], parent[known]
    keys = positions.key(parent, place)
    order = np.argsort(keys, kind="stable")
    marks = paths.marks(child[order])
    signed = np.where(change[order] > 0, marks, np.uint64(0) - marks)
    return Family(
        keys=keys[order],
        parent=parent[order],
        child=child[order],
        place=place[order],
        change=change[order],
        counts=np.concatenate((ZERO, np.cumsum(change[order]))),
        sums=np.concatenate((ZERO.astype(np.uint64), np.cumsum(signed, dtype=np.uint64))),
        span=positions.span,
    )


def sums_of_lists(first: I8, count: I4, items: I4) -> U8:
    """Return for lists of names the sum of their marks, modulo 2**64."""
    whole = np.concatenate((ZERO.astype(np.uint64), np.cumsum(mark(items), dtype=np.uint64)))
    told: U8 = whole[first + count] - whole[first]
    return told
