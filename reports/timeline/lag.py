"""How far each server was behind: transactions that were known elsewhere before it answered without them.

Every answer carries the zxid that its server had applied. What one server shows is compared with the most
recent zxid that anybody had been told *before* that server can have answered: before the call was sent,
before the monitor asked, or, for an answer to a ping, before the answer to the ping before it was read (a
client sends no ping while one is out). So the figures are the least that a server was behind; it may have
been more. A reply that lay in a buffer for long makes the figure smaller, never larger.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.history import History
from reports.clock import Clock
from reports.sections.server_names import called, server_names
from reports.timeline.packing import Column, pack
from reports.values import mapping, whole

Numbers = NDArray[np.int64]

_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds of a bucket. The monitor asks every quarter of a second, so the shortest has answers in it."""

_MOST_BUCKETS = 1200
_COUNTER = 0xFFFFFFFF


class ServerLag(msgspec.Struct, frozen=True):
    """The buckets in which a server answered, in order, and the most that it was behind in each."""

    server: str
    buckets: Column
    behind: Column
    """Transactions."""
    late: Column
    """Microseconds since the first of them was known elsewhere."""
    most: int
    """The most transactions of all buckets."""
    longest: int
    """The most microseconds of all buckets."""


class Lag(msgspec.Struct, frozen=True):
    """Lag of all servers in buckets of `step` seconds from `start`."""

    start: float
    step: float
    servers: list[ServerLag]


class _Answers:
    """Answers of servers: not given before `since` (0: unknown), read at `read` (ns), showing `zxid`."""

    def __init__(self, server: Numbers, since: Numbers, read: Numbers, zxid: Numbers):
        self.server, self.since, self.read, self.zxid = server, since, read, zxid


def build_lag(history: History, clock: Clock) -> Lag:
    """Measure the lag of every server that the history names; a server that never answered has no entry."""
    names = _Names(history)
    parts = [_polls(history, names), _replies(history, names), _pings(history, names)]
    told = {field: np.concatenate([getattr(p, field) for p in parts]) for field in _FIELDS}
    answers = _Answers(**told)
    behind, late = _lags(answers)
    # The others only tell what was known.
    judged = (answers.since > 0) & (answers.server >= 0)
    if not judged.any():
        return Lag(0.0, 1.0, [])
    since, server, behind, late = (a[judged] for a in (answers.since, answers.server, behind, late))
    first = math.floor(clock.seconds(int(since.min())))
    span = clock.seconds(int(since.max())) - first
    step = next((s for s in _STEPS if span / s < _MOST_BUCKETS), max(_STEPS[-1], span / _MOST_BUCKETS))
    start = clock.zero + first * 10**9
    bucket = (since - start) // round(step * 1e9)
    servers = []
    for code, name in enumerate(names.known):
        mine = server == code
        if mine.any():
            servers.append(_worst(name, bucket[mine], behind[mine], late[mine] // 1000))
    return Lag(float(first), step, sorted(servers, key=lambda lag: lag.server))


_FIELDS = ("server", "since", "read", "zxid")


class _Names:
    """Numbers the servers by name, however an event calls them."""

    def __init__(self, history: History):
        self._by_address = server_names(history)
        polled = (event.node for event in history.select("server") if event.node)
        self.known = list(dict.fromkeys([*self._by_address.values(), *polled]))
        self._code = {name: code for code, name in enumerate(self.known)}

    def code(self, told: str) -> int:
        """Return the number of a server, -1 for one that the history does not name."""
        return self._code.get(called(self._by_address, told), -1)


def _polls(history: History, names: _Names) -> _Answers:
    rows = []
    for event in history.select("server"):
        value = mapping(event.value)
        zxid, sent = whole(value.get("zxid")), whole(value.get("sent"))
        if zxid and sent is not None:
            rows.append((names.code(event.node), sent, event.time, zxid))
    table = np.array(rows, np.int64).reshape(-1, len(_FIELDS))
    return _told(*table.T)


def _replies(history: History, names: _Names) -> _Answers:
    calls = history.calls
    return _told(_coded(history, calls.server, names), calls.sent, calls.received, calls.zxid)


def _pings(history: History, names: _Names) -> _Answers:
    columns = history.columns
    rows = np.flatnonzero((columns.f == columns.texts.find("ping")) & (columns.received > 0))
    rows = rows[np.lexsort((columns.wire[rows], columns.conn[rows], columns.session[rows]))]
    received = columns.received[rows]
    of_one = (columns.session[rows][1:] == columns.session[rows][:-1]) & (
        columns.conn[rows][1:] == columns.conn[rows][:-1]
    )
    since = np.concatenate(([0], np.where(of_one, received[:-1], 0)))[: len(rows)]
    return _told(_coded(history, columns.server[rows], names), since, received, columns.zxid[rows])


def _coded(history: History, servers: NDArray[np.int32], names: _Names) -> Numbers:
    present, places = np.unique(servers, return_inverse=True)
    codes = np.array([names.code(history.columns.texts.say(n)) for n in present.tolist()], np.int64)
    found: Numbers = codes[places.ravel()]
    return found


def _told(server: Numbers, since: Numbers, read: Numbers, zxid: Numbers) -> _Answers:
    # A zxid of 0 is none, and what was read at no known time tells nothing of what was known when.
    told = (zxid > 0) & (read > 0)
    return _Answers(*(column[told].astype(np.int64) for column in (server, since, read, zxid)))


def _lags(answers: _Answers) -> tuple[Numbers, Numbers]:
    """Return for each answer how many transactions, and ns, its server was behind what was known."""
    order = np.argsort(answers.read, kind="stable")
    read, known = answers.read[order], np.maximum.accumulate(answers.zxid[order])
    if not len(known):
        return read, known
    place = np.searchsorted(read, answers.since, "left") - 1
    newest = np.where(place >= 0, known[np.maximum(place, 0)], 0)
    behind = np.where(newest > answers.zxid, _between(answers.zxid, newest, known), 0)
    # Since when had a transaction that the answer lacks been known?
    first = np.searchsorted(known, answers.zxid, "right")
    since = read[np.minimum(first, len(read) - 1)]
    late = np.where(behind > 0, np.maximum(answers.since - since, 0), 0)
    return behind, late


def _between(older: Numbers, newer: Numbers, known: Numbers) -> Numbers:
    """Count the transactions from one zxid to a newer one: counters start anew in each epoch.

    Of an epoch that is over, no more is counted than anybody was told of. That an epoch began is no
    transaction, so the count may be 0.
    """
    epochs = known >> 32
    present, first = np.unique(epochs, return_index=True)
    lasts = np.append(first[1:], len(known)) - 1
    length = known[lasts] & _COUNTER
    before = np.concatenate(([0], np.cumsum(length)))

    def position(zxid: Numbers) -> Numbers:
        """Place of a transaction among all that are known of."""
        place = np.minimum(np.searchsorted(present, zxid >> 32), len(present) - 1)
        found: Numbers = before[place] + (zxid & _COUNTER)
        return found

    between: Numbers = np.maximum(position(newer) - position(older), 0)
    return between


def _worst(server: str, bucket: Numbers, behind: Numbers, late: Numbers) -> ServerLag:
    present, places = np.unique(bucket, return_inverse=True)
    most, longest = np.zeros(len(present), np.int64), np.zeros(len(present), np.int64)
    np.maximum.at(most, places, behind)
    np.maximum.at(longest, places, late)
    return ServerLag(
        server=server,
        buckets=pack(present, delta=True),
        behind=pack(most),
        late=pack(longest),
        most=int(most.max()),
        longest=int(longest.max()),
    )
