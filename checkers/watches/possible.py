"""What may have triggered watches: writes without an answer, ends of sessions and removals nobody told of."""

from dataclasses import dataclass

import numpy as np

from checkers.facts.transactions import CREATE, DELETE, FOREVER, SET, transactions
from checkers.facts.unknowns import unknowns
from checkers.watches.rows import Mask
from checkers.watches.triggers import ephemerals, kind_of, parents
from checkers.watches.wire import CHANGED, CHILD, CREATED, DELETED
from checkers.wording import name_of
from harness.history import History
from harness.history.columns import CONTAINER, EPHEMERAL, I8, SEQUENCE, TTL

STEM = 4
"""Added to CREATED or DELETED: the path is known up to the number of a sequential node."""

DIGITS = 10
"""Length of that number."""

Rows = tuple[I8, I8, I8, I8]
"""Path, type, after and before."""


@dataclass(slots=True, kw_only=True)
class Possible:
    """One row a change that may have happened at one zxid with `after` < zxid < `before`; sorted by kind."""

    kind: I8
    """Path and type, as in `kind_of`."""
    after: I8
    before: I8

    def __len__(self) -> int:
        return len(self.kind)

    def count(self, path: int, number: int, low: int, high: int) -> int:
        """Return how many such changes may lie beyond `low` and up to `high`."""
        kind = np.int64(path << 3 | number)
        rows = slice(np.searchsorted(self.kind, kind, "left"), np.searchsorted(self.kind, kind, "right"))
        return int(((self.after[rows] < high) & (self.before[rows] > low + 1)).sum())


def possible(history: History) -> Possible:
    """Return all changes that nobody can exclude.

    Unknown writes; the removal of ephemeral nodes whose session ended when nobody looked; that of
    containers and nodes with a time to live, which the servers do by themselves. That an unknown write may
    be too late to be accepted is another guarantee's concern: here it excuses an event at any time.
    """
    moves = _moves(history)
    above = [
        (parents(history, path), np.full(len(path), CHILD), after, before) for path, _, after, before in moves
    ]
    unknown = history.derive(unknowns)
    written = unknown.kind == SET
    sets = _rows(unknown.path[written].astype(np.int64), CHANGED, unknown.after[written], FOREVER)
    rows = [*moves, *above, sets]
    kind = np.concatenate([kind_of(path, name) for path, name, _, _ in rows])
    order = np.argsort(kind, kind="stable")
    return Possible(
        kind=kind[order],
        after=np.concatenate([row[2] for row in rows])[order],
        before=np.concatenate([row[3] for row in rows])[order],
    )


def _moves(history: History) -> list[Rows]:
    """Return what may have been made and deleted."""
    unknown, known, nodes = history.derive(unknowns), history.derive(transactions), history.derive(ephemerals)
    path, stem = unknown.path.astype(np.int64), np.where(unknown.flags & SEQUENCE != 0, STEM, 0)
    made, deleted = unknown.kind == CREATE, unknown.kind == DELETE
    mortal = made & (unknown.flags & (EPHEMERAL | CONTAINER | TTL) != 0)
    passing = (known.kind == CREATE) & (known.flags & (CONTAINER | TTL) != 0)
    ends = (nodes.closed < FOREVER) & (nodes.next > nodes.closed)
    lasts = nodes.closed == FOREVER
    since = np.maximum(nodes.zxid, nodes.last_write)
    return [
        _rows(path[made], CREATED + stem[made], unknown.after[made], FOREVER),
        _rows(path[deleted], DELETED, unknown.after[deleted], FOREVER),
        _rows(path[mortal], DELETED + stem[mortal], unknown.after[mortal], FOREVER),
        _rows(known.path[passing].astype(np.int64), DELETED, known.zxid[passing], FOREVER),
        _rows(nodes.path[ends], DELETED, nodes.closed[ends] - 1, nodes.closed[ends] + 1),
        _rows(nodes.path[lasts], DELETED, since[lasts], nodes.next[lasts]),
    ]


def _rows(path: I8, name: I8 | int, after: I8, before: I8 | int) -> Rows:
    name, before = (np.broadcast_to(np.asarray(entry, np.int64), path.shape) for entry in (name, before))
    return path, name, after, before


def stem_of(history: History, path: int) -> int:
    """Return what a sequential node with this path was asked for as, -1 where nobody asked for it."""
    text = history.columns.texts.say(path)
    name = name_of(text)[-DIGITS:]
    return history.columns.texts.find(text[:-DIGITS]) if len(name) == DIGITS and name.isdigit() else -1


def maybe(history: History, kind: I8) -> Mask:
    """Tell for each kind whether anything that nobody can exclude is of it."""
    found: Mask = np.isin(kind, history.derive(possible).kind)
    return found
