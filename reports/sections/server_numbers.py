"""What the servers told of themselves in `mntr`, second by second: small charts on one axis."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter
from statistics import median

import msgspec

from harness.history import History
from reports.clock import Clock
from reports.values import mapping

WIDE, HIGH = 180.0, 30.0
"""Size of a chart in its own units."""

_POINTS = 120
"""Points of one chart, at most twice as many."""

_BREAK = 3.5
"""Seconds without an answer after which a line ends and another begins."""

_LABELS = {
    "zk_avg_latency": ("average latency", "ms"),
    "zk_max_latency": ("longest latency", "ms"),
    "zk_outstanding_requests": ("requests waiting", ""),
    "zk_num_alive_connections": ("connections", ""),
    "zk_znode_count": ("znodes", ""),
    "zk_ephemerals_count": ("ephemeral nodes", ""),
    "zk_watch_count": ("watches", ""),
    "zk_approximate_data_size": ("data", "bytes"),
    "zk_followers": ("followers", ""),
    "zk_synced_followers": ("followers in step", ""),
}
"""In words and with its unit, in the order of the table; others follow under their own names."""


class Chart(msgspec.Struct, frozen=True):
    """One number of one server."""

    path: str
    """Of an SVG element, in units of `WIDE` and `HIGH`; empty where the server told nothing."""
    least: float
    median: float
    most: float
    last: float
    samples: int


class NumberRow(msgspec.Struct, frozen=True):
    """One number of all servers."""

    name: str
    label: str
    unit: str
    top: float
    """Upper end of the scale, which the charts of all servers share; it begins with 0."""
    charts: list[Chart | None]
    """By server; None for one that never told it."""


class ServerNumbers(msgspec.Struct, frozen=True):
    """All numbers; the charts reach from `start` to `end` (seconds)."""

    servers: list[str]
    start: float
    end: float
    rows: list[NumberRow]
    faults: list[tuple[float, float]]
    """Left end and width of each fault's stretch, in units of `WIDE`."""


Samples = dict[str, list[tuple[float, float]]]
"""{server: (second, value) in order of time}"""


def server_numbers(
    history: History, clock: Clock, faults: Sequence[tuple[float, float]] = ()
) -> ServerNumbers | None:
    """Collect them from the monitor's events; `faults` are stretches in seconds. None: nothing was told."""
    told: dict[str, Samples] = defaultdict(lambda: defaultdict(list))
    for event in sorted(history.select("server", type="event"), key=attrgetter("time")):
        second = clock.seconds(event.time)
        for name, value in mapping(mapping(event.value).get("mntr")).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                told[name][event.node].append((second, float(value)))
    if not told:
        return None
    servers = sorted({server for samples in told.values() for server in samples}, key=lambda s: (len(s), s))
    seconds = [second for samples in told.values() for rows in samples.values() for second, _ in rows]
    start, end = min(seconds), max(seconds)
    rank = {name: place for place, name in enumerate(_LABELS)}
    names = sorted(told, key=lambda name: (rank.get(name, len(rank)), name))
    scale = WIDE / max(end - start, 1e-9)
    stretches = [(max(begin, start), min(until, end)) for begin, until in faults]
    return ServerNumbers(
        servers=servers,
        start=start,
        end=end,
        rows=[_row(name, told[name], servers, start, scale) for name in names],
        faults=[
            (round((begin - start) * scale, 1), round(max((until - begin) * scale, 0.8), 1))
            for begin, until in stretches
            if until >= begin
        ],
    )


def _row(name: str, samples: Samples, servers: Sequence[str], start: float, scale: float) -> NumberRow:
    label, unit = _LABELS.get(name, (name, ""))
    top = max(value for rows in samples.values() for _, value in rows)
    charts = [_chart(samples[server], start, scale, top) if server in samples else None for server in servers]
    return NumberRow(name, label, unit, top, charts)


def _chart(rows: list[tuple[float, float]], start: float, scale: float, top: float) -> Chart:
    values = [value for _, value in rows]
    return Chart(
        path=_path(rows, start, scale, top),
        least=min(values),
        median=median(values),
        most=max(values),
        last=values[-1],
        samples=len(values),
    )


def _path(rows: list[tuple[float, float]], start: float, scale: float, top: float) -> str:
    kept = _extremes(rows)
    # Samples that were left out are no silence of the server.
    silent = _BREAK * max(1.0, len(rows) / len(kept))
    parts: list[str] = []
    for place, (second, value) in enumerate(kept):
        x = round((second - start) * scale, 1)
        y = round(HIGH - 2 - (HIGH - 4) * (value / top if top else 0.0), 1)
        fresh = place == 0 or second - kept[place - 1][0] > silent
        alone = fresh and (place + 1 == len(kept) or kept[place + 1][0] - second > silent)
        parts.append(f"{'M' if fresh else 'L'}{x:g} {y:g}" + ("h0.8" if alone else ""))
    return "".join(parts)


def _extremes(rows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Keep of every bucket the least and the most, so that no peak is lost."""
    if len(rows) <= 2 * _POINTS:
        return rows
    edges = [place * len(rows) // _POINTS for place in range(_POINTS + 1)]
    kept = []
    for begin, end in pairwise(edges):
        bucket = rows[begin:end]
        kept += sorted({min(bucket, key=lambda row: row[1]), max(bucket, key=lambda row: row[1])})
    return kept
