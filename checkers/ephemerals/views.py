"""What answers showed of ephemeral nodes: each view says that one node was there, or gone, in some state."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.ephemerals.absences import absences
from checkers.ephemerals.nodes import Nodes, nodes
from checkers.facts.prefixes import lowest
from checkers.facts.sightings import sightings
from checkers.facts.transactions import CREATE, DELETE, SET, transactions
from checkers.facts.unknowns import FOREVER
from checkers.facts.words import Words
from harness.history import History
from harness.history.columns import FAIL, I4, I8

ALIVE, GONE = True, False


@dataclass(slots=True, kw_only=True)
class Views:
    """One row a view, in no order."""

    node: I8
    """Row in `nodes`."""
    alive: NDArray[np.bool_]
    low: I8
    high: I8
    """It shows the state after some prefix of transactions from `low` to `high`: nearly always one zxid."""
    sure: NDArray[np.bool_]
    """The answer named the node's czxid; else it said only that the path was there, or was not."""
    deleted: NDArray[np.bool_]
    """It is gone because this very call deleted it."""
    call: I8
    """Row of the call; -1 where an event told of the next node of that path."""

    def __len__(self) -> int:
        return len(self.node)


def views(history: History) -> Views:
    """Return everything that answers say of ephemeral nodes, the first absence from the listings included."""
    own = history.derive(nodes)
    tables = [
        *_read(history, own),
        *_written(history, own),
        _refused(history, own),
        *_listed(history, own),
        _made_again(own),
    ]
    return Views(**{name: np.concatenate([getattr(t, name) for t in tables]) for name in Views.__slots__})


def _table(
    call: I8,
    node: I8,
    low: I8,
    high: I8,
    *,
    alive: bool,
    sure: NDArray[np.bool_] | bool = False,
    deleted: bool = False,
) -> Views:
    """Make a table of the rows that are about a node."""
    kept = np.flatnonzero(node >= 0)
    size = len(kept)
    return Views(
        node=node[kept],
        alive=np.full(size, alive),
        low=low[kept],
        high=high[kept],
        sure=np.full(size, sure) if isinstance(sure, bool) else sure[kept],
        deleted=np.full(size, deleted),
        call=call[kept],
    )


def _within(own: Nodes, path: I4, low: I8, high: I8) -> I8:
    """Return the nodes that answers which name no czxid are about, -1 where another one may be meant."""
    node = own.at(path, low)
    return np.where((node >= 0) & (high < own.until[node]), node, -1) if len(own) else node


def _by_stat(history: History, own: Nodes, path: I4, stat: I4) -> tuple[I8, I8]:
    """Return the nodes whose Stats answers hold, and what the Stats say of the oldest state they show."""
    stats = history.columns.stats
    czxid = stats.czxid[stat]
    node = own.at(path, czxid)
    node = np.where((node >= 0) & (own.czxid[node] == czxid), node, -1) if len(own) else node
    return node, np.maximum(czxid, np.maximum(stats.mzxid[stat], stats.pzxid[stat]))


def _read(history: History, own: Nodes) -> list[Views]:
    seen = history.derive(sightings)
    rows = np.flatnonzero(own.place[seen.path] >= 0)
    alive, told = seen.alive[rows], seen.stat[rows] >= 0
    found = []
    for chosen, is_alive in ((rows[alive & ~told], ALIVE), (rows[~alive], GONE)):
        path, high = seen.path[chosen], seen.zxid[chosen]
        low = lowest(high)
        found.append(_table(seen.call[chosen], _within(own, path, low, high), low, high, alive=is_alive))
    chosen = rows[alive & told]
    node, oldest = _by_stat(history, own, seen.path[chosen], seen.stat[chosen])
    high = seen.zxid[chosen]
    low = np.maximum(lowest(high), np.minimum(oldest, high))
    return [*found, _table(seen.call[chosen], node, low, high, alive=ALIVE, sure=True)]


def _written(history: History, own: Nodes) -> list[Views]:
    """A `set` or a `delete` that succeeded shows the node alive before; after a `delete` it is gone."""
    done, words, calls = history.derive(transactions), Words(history), history.calls
    ours = own.place[done.path] >= 0
    single = calls.f[done.call] == words["set"]
    written = np.flatnonzero(ours & (done.kind == SET) & (done.stat >= 0))
    blind = np.flatnonzero(ours & (done.kind == SET) & (done.stat < 0) & single)
    deletes = _first_deletes(history, np.flatnonzero(ours & (done.kind == DELETE)))
    node, _ = _by_stat(history, own, done.path[written], done.stat[written])
    zxid, before = done.zxid, done.zxid - 1
    # What a `multi` has written it may delete, but for what it has made itself.
    was = np.maximum(before[written], own.czxid[node]) if len(own) else before[written]
    found = [_table(done.call[written], node, was, was, alive=ALIVE, sure=True)]
    node = _within(own, done.path[blind], before[blind], before[blind])
    found.append(_table(done.call[blind], node, before[blind], before[blind], alive=ALIVE))
    node = _within(own, done.path[deletes], before[deletes], before[deletes])
    call, was, now = done.call[deletes], before[deletes], zxid[deletes]
    return [
        *found,
        _table(call, node, was, was, alive=ALIVE),
        _table(call, node, now, now, alive=GONE, deleted=True),
    ]


def _first_deletes(history: History, deletes: I8) -> I8:
    """Leave out what a `multi` deletes after it has made it: what was there before is not meant."""
    done = history.derive(transactions)
    made = np.flatnonzero(done.kind == CREATE)
    kept = [
        row
        for row in deletes[np.isin(done.zxid[deletes], done.zxid[made])].tolist()
        if not _made_before(done.zxid, done.part, done.path, made, row)
    ]
    single = deletes[~np.isin(done.zxid[deletes], done.zxid[made])]
    return np.concatenate((single, np.array(kept, np.int64)))


def _made_before(zxid: I8, part: I4, path: I4, made: I8, row: int) -> bool:
    near = made[
        np.searchsorted(zxid[made], zxid[row], "left") : np.searchsorted(zxid[made], zxid[row], "right")
    ]
    return bool(np.any((path[near] == path[row]) & (part[near] < part[row])))


def _refused(history: History, own: Nodes) -> Views:
    """A refusal is a transaction without effect: its reason holds in the state that it found."""
    calls, words = history.calls, Words(history)
    missing = (calls.error == words["NoNodeError"]) & (calls.outcome == FAIL) & (calls.zxid > 0)
    writes = words.among(calls.f, ("set", "delete"))
    rows = np.flatnonzero(missing & writes & (own.place[calls.key] >= 0))
    zxid = calls.zxid[rows]
    return _table(rows, _within(own, calls.key[rows], zxid, zxid), zxid, zxid, alive=GONE)


def _listed(history: History, own: Nodes) -> list[Views]:
    """Listings show every node that they name, and the first one without it shows a node gone."""
    present, absent = absences(history, own)
    return [
        _table(present.call, present.node, present.low, present.high, alive=ALIVE),
        _table(absent.call, absent.node, absent.low, absent.high, alive=GONE),
    ]


def _made_again(own: Nodes) -> Views:
    """A path can be made anew only when the node that was there is gone."""
    rows = np.flatnonzero(own.until < FOREVER)
    return _table(own.until_call[rows], rows, own.until[rows], own.until[rows], alive=GONE)
