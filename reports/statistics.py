"""Numbers about the operations: how many, how they ended, how long they took, how many a second."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from harness.history import History, Operation
from reports.clock import Clock

_MOST_BUCKETS = 400
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


def operation_rows(operations: Sequence[Operation]) -> list[OperationRow]:
    """Count outcomes and latencies by `f`, the most frequent first."""
    by_f: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        by_f[operation.invoke.f].append(operation)
    found = []
    for f, those in by_f.items():
        outcomes = Counter(op.outcome for op in those)
        latencies = sorted(op.latency / 1e6 for op in those if op.outcome == "ok" and op.latency is not None)
        found.append(
            OperationRow(
                f=f,
                calls=len(those),
                ok=outcomes["ok"],
                fail=outcomes["fail"],
                info=outcomes["info"],
                p50=percentile(latencies, 50),
                p95=percentile(latencies, 95),
                p99=percentile(latencies, 99),
                longest=latencies[-1] if latencies else None,
            )
        )
    return sorted(found, key=lambda row: (-row.calls, row.f))


def error_rows(operations: Sequence[Operation], most: int = 15) -> tuple[list[ErrorRow], int]:
    """Count the errors of calls, the most frequent first, and how many kinds were left out."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for operation in operations:
        if operation.outcome == "ok":
            continue
        complete = operation.complete
        error = "never answered" if complete is None else complete.error
        counts[operation.invoke.f, operation.outcome, error or "(no reason given)"] += 1
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    found = [ErrorRow(f, outcome, error, count) for (f, outcome, error), count in ranked[:most]]
    return found, len(ranked) - len(found)


def build_rate(history: History, clock: Clock) -> Rate:
    """Count completions per bucket; the bucket grows with the run so that there are never more than 400."""
    moments: list[tuple[float, str]] = []
    for operation in history.operations:
        last = operation.complete or operation.invoke
        moments.append((clock.seconds(last.time), operation.outcome))
    if not moments:
        return Rate(0.0, 1.0, [], [], [])
    first = math.floor(min(second for second, _ in moments))
    span = max(second for second, _ in moments) - first
    step = next((s for s in _STEPS if span / s < _MOST_BUCKETS), max(_STEPS[-1], span / _MOST_BUCKETS))
    size = math.floor(span / step) + 1
    buckets = {outcome: [0] * size for outcome in ("ok", "fail", "info")}
    for second, outcome in moments:
        buckets[outcome][min(size - 1, int((second - first) / step))] += 1
    return Rate(float(first), step, buckets["ok"], buckets["fail"], buckets["info"])
