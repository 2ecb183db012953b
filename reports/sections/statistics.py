"""Numbers about the operations: how many, how they ended, how long they took, how many a second."""

import math
from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.history import History
from harness.history.columns import FAIL, INFO, OK
from reports.clock import Clock

_MOST_BUCKETS = 400
_OUTCOMES = (OK, FAIL, INFO)
_STEPS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


class OperationRow(msgspec.Struct, frozen=True):
    """All calls of one `f`. Latencies of the acknowledged ones in ms, None where there is none."""

    f: str
    calls: int
    ok: int
    fail: int
    info: int
    p50: float | None
    p95: float | None
    p99: float | None
    longest: float | None


class ErrorRow(msgspec.Struct, frozen=True):
    """How often a call ended with an error."""

    f: str
    outcome: str
    error: str
    count: int


class Rate(msgspec.Struct, frozen=True):
    """Completions per bucket of `step` seconds, from `start`; a call never answered counts when made."""

    start: float
    step: float
    ok: list[int]
    fail: list[int]
    info: list[int]


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """Nearest-rank percentile of an ascending sequence: a value that occurred, None without any."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def operation_rows(history: History) -> list[OperationRow]:
    """Count outcomes and latencies by `f`, the most frequent first."""
    calls, texts = history.calls, history.columns.texts
    found = []
    for f in np.unique(calls.f).tolist():
        mine = calls.f == f
        outcomes = np.bincount(calls.outcome[mine], minlength=INFO + 1)
        acknowledged = mine & (calls.outcome == OK)
        lasted = calls.completed[acknowledged] - calls.invoked[acknowledged]
        latencies = (np.sort(lasted) / 1e6).tolist()
        found.append(
            OperationRow(
                f=texts.say(f),
                calls=int(mine.sum()),
                ok=int(outcomes[OK]),
                fail=int(outcomes[FAIL]),
                info=int(outcomes[INFO]),
                p50=percentile(latencies, 50),
                p95=percentile(latencies, 95),
                p99=percentile(latencies, 99),
                longest=latencies[-1] if latencies else None,
            )
        )
    return sorted(found, key=lambda row: (-row.calls, row.f))


def error_rows(history: History, most: int = 15) -> tuple[list[ErrorRow], int]:
    """Count the errors of calls, the most frequent first, and how many kinds were left out."""
    calls, texts = history.calls, history.columns.texts
    bad = np.flatnonzero(calls.outcome != OK)
    kinds = np.stack(
        (calls.f[bad], calls.outcome[bad], np.where(calls.complete[bad] >= 0, calls.error[bad], -1)), axis=1
    )
    counts: Counter[tuple[str, str, str]] = Counter()
    for (f, outcome, error), count in zip(*_counted(kinds), strict=True):
        told = texts.say(error) or "(no reason given)" if error >= 0 else "never answered"
        counts[texts.say(f), "fail" if outcome == FAIL else "info", told] += count
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    found = [ErrorRow(f, outcome, error, count) for (f, outcome, error), count in ranked[:most]]
    return found, len(ranked) - len(found)


def _counted(rows: NDArray[np.int32]) -> tuple[list[list[int]], list[int]]:
    """Return the different rows, and how many there are of each."""
    different, counts = np.unique(rows, axis=0, return_counts=True)
    return different.tolist(), counts.tolist()


def build_rate(history: History, clock: Clock) -> Rate:
    """Count completions per bucket; the bucket grows with the run so that there are never more than 400."""
    calls = history.calls
    if not len(calls):
        return Rate(0.0, 1.0, [], [], [])
    last = np.where(calls.complete >= 0, calls.completed, calls.invoked)
    first = math.floor(clock.seconds(int(last.min())))
    span = clock.seconds(int(last.max())) - first
    step = next((s for s in _STEPS if span / s < _MOST_BUCKETS), max(_STEPS[-1], span / _MOST_BUCKETS))
    size = math.floor(span / step) + 1
    buckets = np.minimum((last - clock.zero - first * 10**9) // round(step * 1e9), size - 1)
    ok, fail, info = (
        np.bincount(buckets[calls.outcome == outcome], minlength=size).tolist() for outcome in _OUTCOMES
    )
    return Rate(float(first), step, ok, fail, info)
