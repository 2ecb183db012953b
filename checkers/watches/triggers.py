"""What certainly triggered watches: the effects of acknowledged writes, and of closings that are known."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from checkers.facts.horizon import horizon
from checkers.facts.sessions import sessions
from checkers.facts.transactions import CREATE, DELETE, FOREVER, SET, Transactions, transactions
from checkers.facts.unknowns import unknowns
from checkers.facts.words import Words
from checkers.watches.lookup import Lookup
from checkers.watches.rows import Mask, Rows, at
from checkers.watches.wire import CHANGED, CHILD, CREATED, DELETED
from checkers.wording import parent_of
from harness.history import History
from harness.history.columns import EPHEMERAL, I8, OK


@dataclass(kw_only=True)
class Triggers(Rows):
    """One row a change that a watch event of this type and path tells of.

    Sorted by path, type and zxid; of the parts of a `multi` the earlier one comes first.
    """

    path: I8
    """Text number."""
    type: I8
    zxid: I8
    call: I8
    """Call that did it; for a closing the one that had made the ephemeral node."""
    closed: I8
    """Session by whose closing it happened, 0 for a write."""

    @cached_property
    def lookup(self) -> Lookup:
        """Rows by (path and type, zxid)."""
        return Lookup(kind_of(self.path, self.type), self.zxid)

    def first(self, path: I8, types: tuple[int, ...], after: I8) -> I8:
        """Return the first row beyond each zxid that has the path and one of the types, -1 for none."""
        found, zxid = np.full(len(path), -1), np.full(len(path), FOREVER)
        for number in types:
            row = self.lookup.rows(self.lookup.after(kind_of(path, number), after))
            sooner = at(self.zxid, row, FOREVER) < zxid
            found = np.where(sooner, row, found)
            zxid = at(self.zxid, found, FOREVER)
        return found


@dataclass(kw_only=True)
class Ephemerals(Rows):
    """One row an ephemeral node that an acknowledged write made."""

    path: I8
    zxid: I8
    call: I8
    session: I8
    closed: I8
    """Zxid of the end of its session, FOREVER where nobody knows."""
    last_write: I8
    """Highest zxid of a write that its session had acknowledged."""
    next: I8
    """Zxid at which the path is next known to be made or deleted, FOREVER where it is not."""
    removed: Mask
    """Whether that end certainly removed it: nothing else can have done so."""


def kind_of(path: I8, number: I8 | int) -> I8:
    """Return one number for a path and a type of event."""
    return path << 3 | number


def triggers(history: History) -> Triggers:
    """Return everything that certainly triggered whoever watched it."""
    known, nodes = history.derive(transactions), history.derive(ephemerals)
    closed = nodes.removed
    path = np.concatenate((known.path, nodes.path[closed])).astype(np.int64)
    zxid = np.concatenate((known.zxid, nodes.closed[closed]))
    call = np.concatenate((known.call, nodes.call[closed]))
    session = np.concatenate((np.zeros(len(known), np.int64), nodes.session[closed]))
    types = np.full(len(path), DELETED, np.int64)
    types[: len(known)] = -1
    for number, name in ((CREATE, CREATED), (SET, CHANGED), (DELETE, DELETED)):
        types[: len(known)][known.kind == number] = name
    own = np.flatnonzero(types >= 0)
    above = np.flatnonzero((types == CREATED) | (types == DELETED))
    parent = parents(history, path[above])
    above, parent = above[parent >= 0], parent[parent >= 0]
    path, types = (
        np.concatenate((path[own], parent)),
        np.concatenate((types[own], np.full(len(above), CHILD))),
    )
    origin = np.concatenate((own, above))
    found = Triggers(path=path, type=types, zxid=zxid[origin], call=call[origin], closed=session[origin])
    return found.some(np.lexsort((found.zxid, kind_of(path, types))))


def parents(history: History, path: I8) -> I8:
    """Return the text number of each path's parent, -1 where the history never names it."""
    texts = history.columns.texts
    distinct, place = np.unique(path, return_inverse=True)
    above = [texts.find(parent_of(texts.say(number))) for number in distinct.tolist()]
    return np.array(above, np.int64)[place] if above else np.empty(0, np.int64)


def ephemerals(history: History) -> Ephemerals:
    """Return the ephemeral nodes, with what is known of the ends of their sessions."""
    known = history.derive(transactions)
    rows = np.flatnonzero((known.kind == CREATE) & (known.flags & EPHEMERAL != 0))
    owner, place = np.unique(known.session[rows], return_inverse=True)
    told = history.derive(sessions)
    ends = [(told[s].closed, told[s].last_write) if s in told else (FOREVER, 0) for s in owner.tolist()]
    end = np.array(ends, np.int64).reshape(-1, 2)[place]
    path, zxid, closed = known.path[rows].astype(np.int64), known.zxid[rows], end[:, 0]
    removed = (closed < FOREVER) & (zxid < closed) & (known.session[rows] != 0)
    following = _next_change(known, rows)
    removed &= following > closed
    # Where the end of the history is missing, so may be a delete that came before the end of the session.
    removed &= closed <= history.derive(horizon)
    unknown = history.derive(unknowns)
    deletes = unknown.kind == DELETE
    removed &= not len(history.derive(loose_writes))
    for row in np.flatnonzero(removed & np.isin(path, unknown.path[deletes])).tolist():
        maybe = deletes & (unknown.path == path[row])
        removed[row] = not bool((unknown.after[maybe] < closed[row]).any())
    return Ephemerals(
        path=path,
        zxid=zxid,
        call=known.call[rows],
        session=known.session[rows],
        closed=closed,
        last_write=end[:, 1],
        next=following,
        removed=removed,
    )


def loose_writes(history: History) -> I8:
    """Return the calls of acknowledged writes whose answer does not say part by part what they changed."""
    calls, words = history.calls, Words(history)
    multi = (calls.outcome == OK) & (calls.f == words["multi"])
    return np.flatnonzero(multi & (calls.zxid > 0) & (calls.count != calls.asked_count))


def _next_change(known: Transactions, rows: I8) -> I8:
    """Return the zxid at which each node is next known to be made or deleted, FOREVER where it is not."""
    moves = np.flatnonzero((known.kind == CREATE) | (known.kind == DELETE))
    order = moves[np.argsort(known.path[moves], kind="stable")]
    path, zxid = known.path[order], known.zxid[order]
    later = np.full(len(known), FOREVER)
    same = path[1:] == path[:-1]
    later[order[:-1][same]] = zxid[1:][same]
    return later[rows]
