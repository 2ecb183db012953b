"""What reads saw: each sighting states what a path was, right after all transactions up to its zxid."""

from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from checkers.facts.prefixes import exact
from checkers.facts.words import Words
from harness.history import History
from harness.history.columns import FAIL, I4, I8, OK


@dataclass(slots=True, kw_only=True)
class Sightings:
    """One row a path that an answer spoke of, sorted by (path, zxid)."""

    path: I4
    zxid: I8
    alive: NDArray[np.bool_]
    data: I4
    """Text number of the data, -1 where the answer did not tell it."""
    stat: I4
    """Row of the Stat, -1 where the answer did not tell it."""
    call: I8

    def __len__(self) -> int:
        return len(self.path)


@dataclass(slots=True, kw_only=True)
class Listings:
    """One row a list of children, sorted by (path, zxid)."""

    path: I4
    zxid: I8
    first: I8
    """Where its names begin in `items`."""
    count: I4
    call: I8

    def __len__(self) -> int:
        return len(self.path)


@overload
def settled(history: History, shown: Sightings) -> Sightings: ...
@overload
def settled(history: History, shown: Listings) -> Listings: ...
def settled(history: History, shown: Sightings | Listings) -> Sightings | Listings:
    """Leave out what may show an older state than its header says; see `prefixes`."""
    rows = np.flatnonzero(exact(history, shown.zxid))
    return type(shown)(**{name: getattr(shown, name)[rows] for name in shown.__slots__})


def sightings(history: History) -> Sightings:
    """Return what get, exists, children, get-acl and the parts of multi-read saw.

    The Stats that writes were answered with are no sightings: see `transactions`.
    """
    calls, columns, words = history.calls, history.columns, Words(history)
    read = words.among(calls.f, ("get", "exists", "children", "get-acl")) & (calls.zxid > 0)
    missing = (calls.outcome == FAIL) & (calls.error == words["NoNodeError"])
    rows = np.flatnonzero(read & ((calls.outcome == OK) | missing))
    exists = calls.f[rows] == words["exists"]
    get = calls.f[rows] == words["get"]
    ok = calls.outcome[rows] == OK
    owner, asked, told = _parts_read(history, words)
    parts = columns.parts
    gone = parts.error[told] == words["NoNodeError"]
    known = gone | (parts.error[told] <= 0)
    owner, asked, told, gone = owner[known], asked[known], told[known], gone[known]
    path = np.concatenate((calls.key[rows], parts.key[asked]))
    call = np.concatenate((rows, owner))
    alive = np.concatenate((np.where(exists, calls.found[rows], ok), ~gone))
    data = np.concatenate((np.where(get & ok, calls.told[rows], -1), parts.text[told]))
    stat = np.concatenate((np.where(ok, calls.stat[rows], -1), parts.stat[told]))
    zxid = calls.zxid[call]
    order = np.lexsort((call, zxid, path))
    return Sightings(
        path=path[order],
        zxid=zxid[order],
        alive=alive[order],
        data=data[order].astype(np.int32),
        stat=stat[order].astype(np.int32),
        call=call[order],
    )


def listings(history: History) -> Listings:
    """Return the lists of children that `children` and the parts of multi-read saw."""
    calls, columns, words = history.calls, history.columns, Words(history)
    rows = np.flatnonzero((calls.f == words["children"]) & (calls.outcome == OK) & (calls.zxid > 0))
    owner, asked, told = _parts_read(history, words)
    parts = columns.parts
    wanted = (parts.f[asked] == words["children"]) & (parts.error[told] <= 0)
    owner, asked, told = owner[wanted], asked[wanted], told[wanted]
    path = np.concatenate((calls.key[rows], parts.key[asked]))
    call = np.concatenate((rows, owner))
    first = np.concatenate((calls.first[rows], parts.first[told]))
    count = np.concatenate((calls.count[rows], parts.count[told]))
    zxid = calls.zxid[call]
    order = np.lexsort((call, zxid, path))
    return Listings(
        path=path[order], zxid=zxid[order], first=first[order], count=count[order], call=call[order]
    )


def _parts_read(history: History, words: Words) -> tuple[I8, I8, I8]:
    """Return for every part of the multi-reads: its call, and its rows as asked for and as answered."""
    calls = history.calls
    whole = (calls.f == words["multi-read"]) & (calls.outcome == OK) & (calls.zxid > 0)
    multis = np.flatnonzero(whole & (calls.count == calls.asked_count))
    count = calls.asked_count[multis].astype(np.int64)
    owner = np.repeat(multis, count)
    part = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return owner, calls.asked_first[owner] + part, calls.first[owner] + part
