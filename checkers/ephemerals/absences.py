"""Listings of children: which ephemeral nodes they name, and which one is the first to leave a node out."""

from dataclasses import dataclass

import numpy as np

from checkers.ephemerals.nodes import Nodes
from checkers.facts.prefixes import lowest
from checkers.facts.sightings import Listings, listings
from checkers.wording import name_of, parent_of
from harness.history import History
from harness.history.columns import I8


@dataclass(slots=True, kw_only=True)
class Shown:
    """One row a node and a listing."""

    node: I8
    low: I8
    high: I8
    call: I8


def absences(history: History, own: Nodes) -> tuple[Shown, Shown]:
    """Return which nodes listings name, and for each node the first listing that certainly shows it gone.

    A listing that may stand for several states is none that counts for an absence.
    """
    rows = history.derive(listings)
    parent, name = _split(history, own)
    listing, node = _named(history, own, rows, parent, name)
    low, high = lowest(rows.zxid), rows.zxid
    present = Shown(node=node, low=low[listing], high=high[listing], call=rows.call[listing])
    counted = np.flatnonzero(low == high)
    place = np.full(len(rows), -1, np.int64)
    place[counted] = np.arange(len(counted))
    seen = place[listing] >= 0
    begin, end = _stretch(own, rows, counted, parent)
    lacking, without = _first_without(begin, end, node[seen], place[listing[seen]])
    at = counted[without]
    return present, Shown(node=lacking, low=low[at], high=high[at], call=rows.call[at])


def _split(history: History, own: Nodes) -> tuple[I8, I8]:
    """Return the text numbers of each node's parent and name, -1 for one that the history does not hold."""
    texts = history.columns.texts
    paths = np.flatnonzero(own.place >= 0)
    said = [texts.say(path) for path in paths.tolist()]
    parents = np.array([texts.find(parent_of(path)) for path in said], np.int64)
    names = np.array([texts.find(name_of(path)) for path in said], np.int64)
    place = own.place[own.path]
    return parents[place], names[place]


def _named(history: History, own: Nodes, rows: Listings, parent: I8, name: I8) -> tuple[I8, I8]:
    """Return pairs of a listing's row and the row of a node that it names."""
    items, size = history.columns.items, np.int64(len(history.columns.texts))
    ours = np.zeros(size, bool)
    ours[parent[parent >= 0]] = True
    chosen = np.flatnonzero(ours[rows.path])
    count = rows.count[chosen].astype(np.int64)
    listing = np.repeat(chosen, count)
    item = items[rows.first[listing] + np.arange(len(listing)) - np.repeat(np.cumsum(count) - count, count)]
    ours[:] = False
    ours[name[name >= 0]] = True
    wanted = ours[item]
    listing, item = listing[wanted], item[wanted]
    pairs, first = np.unique(parent * size + name, return_index=True)
    asked = rows.path[listing] * size + item
    pair = np.minimum(np.searchsorted(pairs, asked), max(len(pairs) - 1, 0))
    known = pairs[pair] == asked if len(pairs) else np.zeros(len(asked), bool)
    listing, path = listing[known], own.path[first[pair[known]]]
    node = own.at(path, lowest(rows.zxid[listing]))
    inside = (node >= 0) & (rows.zxid[listing] < own.until[node])
    return listing[inside], node[inside]


def _stretch(own: Nodes, rows: Listings, counted: I8, parent: I8) -> tuple[I8, I8]:
    """Return for each node which of the counted listings are of its parent while it may have been there."""
    path, zxid = rows.path[counted].astype(np.int64), rows.zxid[counted]
    known = np.unique(zxid)
    width = len(known) + 1
    keys = path * width + np.searchsorted(known, zxid, "right")
    begin = np.searchsorted(keys, parent * width + np.searchsorted(known, own.czxid, "left") + 1, "left")
    end = np.searchsorted(keys, parent * width + np.searchsorted(known, own.until, "left") + 1, "left")
    return begin, np.where(parent >= 0, end, begin)


def _first_without(begin: I8, end: I8, node: I8, place: I8) -> tuple[I8, I8]:
    """Return the nodes that some listing of their stretch lacks, and the first listing that does.

    `node` and `place` are the pairs of nodes and the listings that name them. As long as none is missing,
    the n-th listing that names a node is the n-th one of its stretch.
    """
    order = np.lexsort((place, node))
    node, place = node[order], place[order]
    new = np.ones(len(node), bool)
    new[1:] = (node[1:] != node[:-1]) | (place[1:] != place[:-1])
    node, place = node[new], place[new]
    counts = np.bincount(node, minlength=len(begin))
    starts = np.cumsum(counts) - counts
    due = begin[node] + np.arange(len(node)) - starts[node]
    first = begin + counts
    skipped = np.flatnonzero(place != due)[::-1]
    first[node[skipped]] = due[skipped]
    lacking: I8 = np.flatnonzero(first < end)
    return lacking, first[lacking]
