"""Operations packed in columns."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.history import History
from reports.clock import Clock
from reports.sections.server_names import called, server_names
from reports.timeline.call_values import value_codes
from reports.timeline.packing import Column, pack
from reports.timeline.stat_table import StatTable
from reports.timeline.strings import Strings
from reports.values import hex_id

_NEVER_ANSWERED = "never answered"
_OUTCOMES = (0, 0, 0, 1, 2)
"""What the page calls a type of the history's columns: 0 ok, 1 fail, 2 info."""


class Columns(msgspec.Struct, frozen=True):
    """Operations in order of invocation: row i of every column is the i-th one.

    Text columns hold numbers of the string table. A page holds up to a million operations, and
    columns take a hundredth of the space of objects and are quicker to draw from.
    """

    t: Column
    """Invocation, microseconds on the run's clock."""
    d: Column
    """Microseconds to the completion and one more, 0 where none came."""
    o: Column
    """Outcome: 0 ok, 1 fail, 2 info."""
    f: Column
    p: Column
    """Process."""
    k: Column
    e: Column
    """Error text."""
    v: Column
    """The completion's value, the call's where it has none."""
    s: Column
    """The server that answered, by name where the history tells it."""
    q: Column
    """Session id in hex."""
    epoch: Column
    """Upper half of the zxid of the reply's header, 0 where there was none."""
    counter: Column
    """Its lower half."""
    stat: Column
    """Row of the page's table of Stats and one more, 0 for none."""
    i: Column
    """Index of the invocation in the history."""


class CallPacker:
    """Packs calls of a history. Their strings, and their Stats, are in one table for all of them."""

    def __init__(self, history: History, strings: Strings, clock: Clock, stats: StatTable):
        self._history, self._strings, self._clock, self._stats = history, strings, clock, stats
        self._server = partial(called, server_names(history))

    def pack(self, rows: NDArray[np.int64]) -> Columns:
        """Pack calls by their rows; all columns of the result are of the same length."""
        calls = self._history.calls
        rows = rows[np.argsort(calls.invoked[rows], kind="stable")]
        invoked, answered = calls.invoked[rows], calls.complete[rows] >= 0
        lasted = np.where(answered, calls.completed[rows] - invoked, 0)
        zxid = calls.zxid[rows]
        errors = self._texts(calls.error[rows])
        if not answered.all():
            errors[~answered] = self._strings.code(_NEVER_ANSWERED)
        return Columns(
            t=pack(_micro(invoked - self._clock.zero), delta=True),
            d=pack(np.where(answered, np.maximum(_micro(lasted), 0) + 1, 0)),
            o=pack(np.array(_OUTCOMES)[calls.outcome[rows]]),
            f=pack(self._texts(calls.f[rows])),
            p=pack(self._texts(calls.process[rows])),
            k=pack(self._texts(calls.key[rows])),
            e=pack(errors),
            s=pack(self._texts(calls.server[rows], self._server)),
            q=pack(self._strings.codes(calls.session[rows], hex_id)),
            epoch=pack((zxid >> 32) & 0xFFFFFFFF),
            counter=pack(zxid & 0xFFFFFFFF, delta=True),
            stat=pack(self._stats.codes(calls.stat[rows])),
            i=pack(calls.invoke[rows], delta=True),
            # Last, so that the frequent strings have the small numbers.
            v=pack(value_codes(self._history, rows, self._strings)),
        )

    def _texts(self, numbers: NDArray[Any], say: Callable[[str], str] = str) -> NDArray[np.int64]:
        texts = self._history.columns.texts
        return self._strings.codes(numbers, lambda number: say(texts.say(number)))


def _micro(nanoseconds: NDArray[np.int64]) -> NDArray[np.int64]:
    return (nanoseconds + 500) // 1000
