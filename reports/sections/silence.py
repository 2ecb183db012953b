"""Unavailability as clients saw it: for how long no write was acknowledged to anybody."""

from collections.abc import Sequence

import msgspec
import numpy as np

from harness.history import History
from harness.history.columns import OK
from reports.clock import Clock, workload_start

_WRITES = ("create", "set", "delete", "multi", "work")
"""Requests that change something; what is made of several of them is told by its parts."""

_AFTER_WORK = ("final", "stop", "closed")


class Silence(msgspec.Struct, frozen=True):
    """One stretch in seconds; `open`: the workload ended before anything was acknowledged again."""

    seconds: float
    open: bool = False


class Acknowledged:
    """The moments at which writes were acknowledged while the workload ran, and the gaps between them."""

    def __init__(self, history: History, clock: Clock):
        phases = (e for e in history.select("phase") if e.process == "harness")
        stop = min((e.time for e in phases if e.value in _AFTER_WORK), default=history.end)
        start = workload_start(history)
        calls, find = history.calls, history.columns.texts.find
        written = np.isin(calls.f, [code for f in _WRITES if (code := find(f)) >= 0])
        done = np.sort(calls.completed[written & (calls.outcome == OK)])
        done = done[(done > start) & (done < stop)]
        edges = np.concatenate(([start], done, [max(stop, start)]))
        self.any = len(done) > 0
        self._edges = (edges - clock.zero) / 1e9

    def longest(self, begin: float, end: float) -> Silence | None:
        """Return the longest gap that overlaps a stretch (seconds on the run's clock), in full length.

        None where nothing was ever acknowledged, or the stretch lies outside of the workload.
        """
        if not self.any:
            return None
        first = max(int(np.searchsorted(self._edges, begin, "right")) - 1, 0)
        last = int(np.searchsorted(self._edges, end, "left"))
        gaps = np.diff(self._edges[first : last + 1])
        if not len(gaps):
            return None
        at = int(gaps.argmax())
        return Silence(round(float(gaps[at]), 6), open=first + at + 2 == len(self._edges))

    def longest_apart_from(self, stretches: Sequence[tuple[float, float]]) -> float | None:
        """Return the longest gap that overlaps none of these stretches, None where there is none."""
        if not self.any:
            return None
        starts, ends = self._edges[:-1], self._edges[1:]
        calm = np.ones(len(starts), np.bool_)
        for begin, end in stretches:
            calm &= (starts >= end) | (ends <= begin)
        return round(float((ends - starts)[calm].max()), 6) if calm.any() else None
