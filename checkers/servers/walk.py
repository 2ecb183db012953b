"""What every server showed when it was walked at the end, path by path."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.facts.words import Words
from harness.history import History
from harness.history.columns import FAIL, I4, I8, OK

FINAL = "final/"
"""How the processes are named that read the servers at the end."""


@dataclass(slots=True, kw_only=True)
class Readings:
    """One row an answer of a server's walk, sorted by (path, zxid): a state, right after that transaction."""

    path: I4
    zxid: I8
    server: I8
    """Place of the server's name in `walked`."""
    alive: NDArray[np.bool_]
    content: I8
    """Data, names or access rules as one number, equal where they are equal."""
    stat: I4
    """Row of the Stat, -1 where the answer did not tell it."""
    call: I8

    def __len__(self) -> int:
        return len(self.path)


def readings(history: History, f: str) -> Readings:
    """Return what `get`, `children` or `get-acl` showed of every server.

    Lists are compared as sets: their content is a sum of random numbers, one for each text, so that two
    different ones are equal once in 2**64 times.
    """
    calls, words = history.calls, Words(history)
    gone = (calls.outcome == FAIL) & (calls.error == words["NoNodeError"])
    answered = (calls.f == words[f]) & (calls.zxid > 0) & ((calls.outcome == OK) | gone)
    visitors, servers = _visitors(history), history.derive(walked)
    rows = np.flatnonzero(answered & np.isin(calls.process, list(visitors)))
    whose = {process: servers.index(name) for process, name in visitors.items()}
    server = np.array([whose[process] for process in calls.process[rows].tolist()], np.int64)
    ok = calls.outcome[rows] == OK
    content = calls.told[rows].astype(np.int64) if f == "get" else _sums(history, rows)
    order = np.lexsort((server, calls.zxid[rows], calls.key[rows]))
    rows = rows[order]
    return Readings(
        path=calls.key[rows],
        zxid=calls.zxid[rows],
        server=server[order],
        alive=ok[order],
        content=np.where(ok, content, 0)[order],
        stat=np.where(ok[order], calls.stat[rows], -1).astype(np.int32),
        call=rows,
    )


def names(history: History, call: int) -> set[str]:
    """Return the names, or access rules, that a call was answered with."""
    calls, columns = history.calls, history.columns
    first = int(calls.first[call])
    items = columns.items[first : first + int(calls.count[call])]
    return {columns.texts.say(item) for item in items.tolist()}


def walked(history: History) -> list[str]:
    """Return the names of the servers that somebody visited at the end."""
    return sorted(set(_visitors(history).values()))


def _visitors(history: History) -> dict[int, str]:
    """Return {text number of the process: server}."""
    texts = history.columns.texts
    named = {number: texts.say(number) for number in np.unique(history.calls.process).tolist()}
    return {number: server_of(name) for number, name in named.items() if name.startswith(FINAL)}


def server_of(process: str) -> str:
    """Return the server that a process visits: `zk1` of `final/zk1`."""
    return process.removeprefix(FINAL).partition(".")[0]


def _sums(history: History, rows: I8) -> I8:
    """Return for each call the sum of the random numbers of its items, and of their number."""
    calls, items = history.calls, history.columns.items
    dice = np.random.default_rng(1).integers(-(2**63), 2**63, len(history.columns.texts), np.int64)
    count = calls.count[rows].astype(np.int64)
    ends = np.cumsum(count)
    place = np.repeat(calls.first[rows] - (ends - count), count) + np.arange(ends[-1] if len(ends) else 0)
    running = np.concatenate(([0], np.cumsum(dice[items[place]])))
    sums: I8 = running[ends] - running[ends - count] + count
    return sums
