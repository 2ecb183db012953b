"""What ZooKeeper carried out around a violation, in its own order: the transactions on one znode by zxid.

Only acknowledged calls on the znode itself have a place that is known; parts of a `multi`, and calls that
were never answered, have none.
"""

import msgspec
import numpy as np

from checkers.result import Violation
from harness.history import Event, History
from harness.history.columns import OK
from reports.clock import Clock
from reports.values import hex_id, mapping, shown, whole

_WRITES = ("create", "set", "delete", "work")

_AROUND = 2
"""Transactions before the first and after the last witness that are shown."""

MOST = 16
"""Transactions in one table; from the middle they are left out."""


class Transaction(msgspec.Struct, frozen=True):
    """One of them."""

    zxid: str
    seconds: float
    """When it was acknowledged."""
    process: str
    call: str
    after: str
    """What the znode held after it, or in whose name it was written."""
    index: int
    """Of the event of its answer."""
    witness: bool
    why: str
    """What is wrong with its place, empty where nothing is."""


class Transactions(msgspec.Struct, frozen=True):
    """The transactions on `key` around the witness of a violation, by zxid."""

    key: str
    rows: list[Transaction]
    left_out: int
    """Transactions between the shown ones, before the row `gap`."""
    gap: int


def build_transactions(history: History, violation: Violation, clock: Clock) -> Transactions | None:
    """Return the transactions that surround the witness; None where it names fewer than two of one znode."""
    calls, find = history.calls, history.columns.texts.find
    key = find(violation.key) if violation.key else -1
    if key < 0:
        return None
    of_key = (calls.key == key) & (calls.outcome == OK) & (calls.zxid > 0)
    chosen = np.flatnonzero(of_key & np.isin(calls.f, [code for f in _WRITES if (code := find(f)) >= 0]))
    chosen = chosen[np.argsort(calls.zxid[chosen], kind="stable")]
    named = np.isin(calls.complete[chosen], violation.witness)
    named |= np.isin(calls.invoke[chosen], violation.witness)
    places = np.flatnonzero(named)
    if len(places) < 2:
        return None
    around = list(range(max(int(places[0]) - _AROUND, 0), min(int(places[-1]) + _AROUND + 1, len(chosen))))
    left_out = max(0, len(around) - MOST)
    gap = MOST // 2 if left_out else len(around)
    events = history.events
    rows: list[Transaction] = []
    highest = 0
    for place in [*around[:gap], *around[gap + left_out :]]:
        row = int(chosen[place])
        ask, answer = events[int(calls.invoke[row])], events[int(calls.complete[row])]
        rows.append(_transaction(ask, answer, clock, highest, named=bool(named[place])))
        highest = max(highest, _token(answer))
    return Transactions(violation.key, rows, left_out, gap)


def _transaction(ask: Event, answer: Event, clock: Clock, highest: int, *, named: bool) -> Transaction:
    """Tell of one; `highest` is the largest token that came before it."""
    return Transaction(
        zxid=hex_id(answer.zxid),
        seconds=clock.seconds(answer.time),
        process=answer.process,
        call=_call(ask),
        after=_after(ask, answer),
        index=answer.index,
        witness=named,
        why=f"after token {highest:#x}, which is larger" if 0 < _token(answer) < highest else "",
    )


def _token(answer: Event) -> int:
    return whole(mapping(answer.value).get("token")) or 0 if answer.f == "work" else 0


def _call(ask: Event) -> str:
    told = mapping(ask.value)
    expected = whole(told.get("version"))
    return ask.f + ("" if expected is None or expected < 0 else f" expecting version {expected}")


def _after(ask: Event, answer: Event) -> str:
    if ask.f == "work":
        return f"token {_token(answer):#x}" if _token(answer) else shown(answer.value)
    if ask.f == "delete":
        return "absent"
    version = "version 0" if ask.f == "create" else ""
    if answer.stat is not None:
        version = f"version {answer.stat.version}"
    data = shown(mapping(ask.value).get("data"))
    return ", ".join(part for part in (data or "empty", version) if part)
