"""What may have happened to ephemeral nodes without an answer that says so."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.ephemerals.nodes import Nodes, nodes
from checkers.facts.horizon import horizon
from checkers.facts.transactions import CREATE, DELETE, transactions
from checkers.facts.unknowns import FOREVER, Unknowns, unknowns
from checkers.facts.words import READS, WRITES, Words
from checkers.recipes.first_in_line import sequence
from checkers.wording import name_of, parent_of
from harness.history import History
from harness.history.columns import CONTAINER, FAIL, I4, I8, SEQUENCE, TTL

HARMLESS = (*READS, *WRITES, "sync", "add-watch", "final-read")
"""Calls of which it is known what they do to which path; one of any other name may do anything to its key."""

DIGITS = 10
"""How many ZooKeeper appends to the name of a sequential node."""


Doubt = tuple[int, int, int]
"""Path, after and before: something may have happened to a path, at some zxid between two."""


@dataclass(slots=True)
class Table:
    """Doubts, one a row, sorted by path."""

    path: I8
    after: I8
    before: I8

    def possible(self, path: I4, low: I8, high: I8) -> NDArray[np.bool_]:
        """Tell for rows whether a doubt is about their path, somewhere between `low` and `high`."""
        first = np.searchsorted(self.path, path, "left")
        count = np.searchsorted(self.path, path, "right") - first
        row = np.repeat(np.arange(len(path)), count)
        one = np.arange(len(row)) + np.repeat(first - np.cumsum(count) + count, count)
        hit = (self.after[one] < high[row]) & (self.before[one] > low[row])
        told = np.zeros(len(path), bool)
        told[row[hit]] = True
        return told


@dataclass(slots=True)
class Doubts:
    """What may have been deleted, and what may have been made once more."""

    deleted: Table
    made: Table


def doubts(history: History) -> Doubts:
    """Return what is not known of the paths of ephemeral nodes.

    A history that was cut off may lack the lines of calls: from some zxid on everything may have been
    deleted, and all but sequential names, which ZooKeeper gives once, may have been made again.
    """
    own, lost = history.derive(nodes), history.derive(unknowns)
    paths = np.unique(own.path)
    steady, limit = _steady(history, paths), history.derive(horizon)
    lacking = [(path, limit, FOREVER) for path in paths.tolist()] if limit < FOREVER else []
    wild = [(path, -1, FOREVER) for path in _wild(history, own)]
    ours = own.place[lost.path] >= 0
    deleted = _doubts(lost, lost.path, np.flatnonzero(ours & (lost.kind == DELETE)))
    sequential = lost.flags & SEQUENCE != 0
    made = _doubts(lost, lost.path, np.flatnonzero(ours & (lost.kind == CREATE) & ~sequential))
    numbered = np.flatnonzero((lost.kind == CREATE) & sequential)
    return Doubts(
        deleted=_table([*wild, *deleted, *lacking]),
        made=_table(
            [
                *wild,
                *made,
                *_numbered(history, own, lost, numbered, steady),
                *(doubt for doubt in lacking if doubt[0] not in steady),
            ]
        ),
    )


def _table(found: Iterable[Doubt]) -> Table:
    path, after, before = np.array(sorted(found), np.int64).reshape(-1, 3).T
    return Table(path, after, before)


def _doubts(lost: Unknowns, path: I4, rows: I8) -> list[Doubt]:
    return [(int(path[row]), int(lost.after[row]), int(lost.before[row])) for row in rows.tolist()]


def _wild(history: History, own: Nodes) -> list[int]:
    """Return the paths that a call of a foreign name was about."""
    calls, words = history.calls, Words(history)
    wild = ~words.among(calls.f, HARMLESS) & (calls.outcome != FAIL) & (own.place[calls.key] >= 0)
    found: list[int] = np.unique(calls.key[wild]).tolist()
    return found


def _steady(history: History, paths: I4) -> set[int]:
    """Return the paths with a sequential name whose parent was never made anew: they are given once."""
    done, lost, say = history.derive(transactions), history.derive(unknowns), history.columns.texts.say
    brittle = [
        table.path[(table.kind == DELETE) | ((table.kind == CREATE) & (table.flags & (CONTAINER | TTL) != 0))]
        for table in (done, lost)
    ]
    unsteady = {say(path) for path in np.unique(np.concatenate(brittle)).tolist()}
    return {
        path
        for path in paths.tolist()
        if sequence(name_of(said := say(path))) is not None and parent_of(said) not in unsteady
    }


def _numbered(history: History, own: Nodes, lost: Unknowns, rows: I8, steady: set[int]) -> list[Doubt]:
    """Return the doubts of sequential creations whose number may have been given before."""
    say, find = history.columns.texts.say, history.columns.texts.find
    ending: dict[int, list[int]] = {}
    for path in np.unique(own.path).tolist():
        if path not in steady and sequence(name_of(say(path))) is not None:
            ending.setdefault(find(say(path)[:-DIGITS]), []).append(path)
    return [
        (path, int(lost.after[row]), int(lost.before[row]))
        for row in rows.tolist()
        for path in ending.get(int(lost.path[row]), ())
    ]
