"""Where two servers show different states of a znode that no transaction between the two can explain."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from checkers.facts.transactions import CREATE, DELETE, transactions
from checkers.facts.unknowns import unknowns
from checkers.servers.walk import Readings, names
from checkers.wording import child_of
from harness.history import History
from harness.history.columns import CONTAINER, I8, TTL

SINCE_MADE = ("czxid", "ctime", "ephemeralOwner", "aversion")
SINCE_WRITTEN = ("mzxid", "mtime", "version", "dataLength")
SINCE_MOVED = ("pzxid", "cversion", "numChildren")
"""Fields of the Stat that stay as they are until the znode is made anew, written, gets or loses a child."""


class Difference(NamedTuple):
    """Two answers that contradict each other; `one` is of the older state, or of the same."""

    kind: str
    path: str
    what: str
    one: int
    """Row of the call."""
    other: int
    there_first: bool = True
    """Of a znode that one server lacks: whether the older state shows it."""
    proof: int = -1
    """Call that shows that the znode cannot have come or gone in between, -1 where the two suffice."""


class Pairs(NamedTuple):
    """Neighbours among the readings of a path, in order of their zxids: their rows, the older one first.

    It suffices to compare neighbours: what agrees step by step agrees from end to end.
    """

    one: I8
    other: I8


def neighbours(seen: Readings) -> Pairs:
    """Return all pairs of neighbours."""
    one = np.flatnonzero(seen.path[1:] == seen.path[:-1])
    return Pairs(one, one + 1)


def differing_nodes(history: History, seen: Readings) -> Iterator[Difference]:
    """Yield what contradicts itself in data and Stats, and the znodes that one server lacks."""
    one, other = neighbours(seen)
    both = seen.alive[one] & seen.alive[other]
    yield from _differing_fields(history, seen, Pairs(one[both], other[both]))
    for a, b in zip(one[~both].tolist(), other[~both].tolist(), strict=True):
        if seen.alive[a] != seen.alive[b] and _contradict(history, seen, a, b):
            path = history.columns.texts.say(seen.path[a])
            calls = int(seen.call[a]), int(seen.call[b])
            yield Difference("missing-node", path, "the znode", *calls, bool(seen.alive[a]))


def _differing_fields(history: History, seen: Readings, pairs: Pairs) -> Iterator[Difference]:
    """Yield the pairs that differ in what the newer Stat shows unchanged since the older state."""
    one, other = pairs
    told = (seen.stat[one] >= 0) & (seen.stat[other] >= 0)
    one, other = one[told], other[told]
    stats, since = history.columns.stats, seen.zxid[one]
    before, after = seen.stat[one], seen.stat[other]
    made = stats.czxid[after] > since
    written = made | (stats.mzxid[after] > since)
    moved = made | (stats.pzxid[after] > since)
    wrong: dict[int, list[str]] = {}
    differs = ~written & (seen.content[one] != seen.content[other])
    for place in np.flatnonzero(differs).tolist():
        wrong.setdefault(place, []).append("data")
    for fields, changed in ((SINCE_MADE, made), (SINCE_WRITTEN, written), (SINCE_MOVED, moved)):
        for field in fields:
            column = getattr(stats, field)
            for place in np.flatnonzero(~changed & (column[before] != column[after])).tolist():
                wrong.setdefault(place, []).append(field)
    for place, fields_ in sorted(wrong.items()):
        path = history.columns.texts.say(seen.path[one[place]])
        calls = int(seen.call[one[place]]), int(seen.call[other[place]])
        yield Difference("data" if "data" in fields_ else "stat", path, ", ".join(fields_), *calls)


def _contradict(history: History, seen: Readings, a: int, b: int) -> bool:
    """Tell whether a znode that is there on one side only cannot have come or gone in between."""
    stats = history.columns.stats
    if seen.zxid[a] == seen.zxid[b]:
        return True
    if seen.alive[b]:
        return bool(seen.stat[b] >= 0 and stats.czxid[seen.stat[b]] <= seen.zxid[a])
    persistent = bool(seen.stat[a] >= 0 and stats.ephemeralOwner[seen.stat[a]] == 0)
    return persistent and not _deletable(history, int(seen.path[a]), int(seen.zxid[a]), int(seen.zxid[b]))


def _deletable(history: History, path: int, low: int, high: int) -> bool:
    """Tell whether a znode may have been deleted beyond one transaction and up to another."""
    known, unknown = history.derive(transactions), history.derive(unknowns)
    # Containers and znodes with a time to live are removed by the servers themselves, whenever they look.
    for made in (known, unknown):
        mortal = (made.kind == CREATE) & (made.flags & (CONTAINER | TTL) != 0)
        if (mortal & (made.path == path)).any():
            return True
    first, end = np.searchsorted(known.zxid, (low, high), "right")
    if ((known.path[first:end] == path) & (known.kind[first:end] == DELETE)).any():
        return True
    maybe = (unknown.path == path) & (unknown.kind == DELETE)
    return bool((maybe & (unknown.after < high) & (unknown.before > low + 1)).any())


def differing_lists(history: History, seen: Readings, nodes: Readings) -> Iterator[Difference]:
    """Yield the children that one server lists and another does not; `nodes` are all that `get` showed."""
    one, other = neighbours(seen)
    unequal = seen.alive[one] & seen.alive[other] & (seen.content[one] != seen.content[other])
    for a, b in zip(one[unequal].tolist(), other[unequal].tolist(), strict=True):
        parent = history.columns.texts.say(seen.path[a])
        calls = int(seen.call[a]), int(seen.call[b])
        settled = _unmoved(history, seen, a, b)
        before, after = names(history, calls[0]), names(history, calls[1])
        for name in sorted(before ^ after):
            path = child_of(parent, name)
            proof = -1 if settled else _lasting_child(history, seen, nodes, a, b, path)
            if settled or proof >= 0:
                yield Difference("missing-node", path, "the znode", *calls, name in before, proof)


def _unmoved(history: History, seen: Readings, a: int, b: int) -> bool:
    """Tell whether the newer Stat says that no child came or went in between."""
    stats, row = history.columns.stats, seen.stat[b]
    if seen.zxid[a] == seen.zxid[b]:
        return True
    return bool(row >= 0 and max(stats.pzxid[row], stats.czxid[row]) <= seen.zxid[a])


def _lasting_child(history: History, seen: Readings, nodes: Readings, a: int, b: int, path: str) -> int:
    """Return the call that shows of a child that it cannot have come or gone in between, -1 for none."""
    number = history.columns.texts.find(path)
    stats = history.columns.stats
    low, high = int(seen.zxid[a]), int(seen.zxid[b])
    for row in np.flatnonzero((nodes.path == number) & nodes.alive & (nodes.stat >= 0)).tolist():
        made, owner = int(stats.czxid[nodes.stat[row]]), int(stats.ephemeralOwner[nodes.stat[row]])
        came_early = nodes.server[row] == seen.server[b] and made <= low
        stays = nodes.server[row] == seen.server[a] and owner == 0
        if came_early or (stays and not _deletable(history, number, low, high)):
            return int(nodes.call[row])
    return -1


def differing_rules(history: History, seen: Readings) -> Iterator[Difference]:
    """Yield the znodes whose access rules differ though they were not made anew."""
    one, other = neighbours(seen)
    stats = history.columns.stats
    unequal = seen.alive[one] & seen.alive[other] & (seen.content[one] != seen.content[other])
    for a, b in zip(one[unequal].tolist(), other[unequal].tolist(), strict=True):
        known = seen.stat[b] >= 0 and stats.czxid[seen.stat[b]] <= seen.zxid[a]
        if known or seen.zxid[a] == seen.zxid[b]:
            path = history.columns.texts.say(seen.path[a])
            yield Difference("access-rules", path, "access rules", int(seen.call[a]), int(seen.call[b]))
