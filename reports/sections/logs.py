"""The servers' logs on the clock of the run: what matters first, the rest thinned, all of it in the files.

The engine stamps each line with the wall clock of its own machine, which no fault moves, and the run told how
far that clock is ahead of the monotonic one. Runs of earlier versions told neither: their lines have only the
servers' own times, which cannot be placed on the run's clock.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import msgspec

from checkers.result import Results
from harness.errors import HistoryError
from harness.history import History
from reports.clock import Clock
from reports.sections.environment import wall_clock_offset
from reports.sections.faults import Fault
from reports.sections.log_lines import Entry, entries, zone_of

MOST_LINES = 1500
"""Lines in a report."""

MOST_TEXT = 300_000
"""Characters in a report."""

_SAMPLE = 500
"""Entries, from the start of a log, that tell which time zone its server keeps to."""

_NEAR = 2.0
"""Seconds around a fault's moments in which every line is of interest."""

_ASKED = re.compile(r"Processing (?:srvr|mntr|hash|stat|ruok|isro|conf|cons|dump|wch.) command")
"""What a server says of the harness's own questions, several times a second."""

_TURN = re.compile(
    r"^(?:LOOKING|FOLLOWING|LEADING|OBSERVING|Peer state changed)|ELECTION TOOK|[Ss]hut(?:ting)? ?down|"
    r"Have quorum of supporters|Starting quorum peer|^Exiting|Expiring session"
)
"""Beginnings and ends of roles."""

_FAULT = "FAULT"


class LogFile(msgspec.Struct, frozen=True):
    """One server's log, in lines of the file."""

    server: str
    file: str
    """Its path beside the report."""
    entries: int
    shown: int
    asked: int
    """Entries about the harness's own questions: never shown."""


class LogLines(msgspec.Struct, frozen=True):
    """Entries as columns of one length, by time."""

    server: list[int]
    """Place in `servers`, -1 for a fault of the run itself."""
    second: list[float | None]
    own: list[str]
    ahead: list[float]
    level: list[str]
    logger: list[str]
    text: list[str]
    line: list[int]


class LogPanel(msgspec.Struct, frozen=True):
    """All that the report shows of the logs."""

    aligned: bool
    """Whether lines have a time on the run's clock."""
    servers: list[str]
    files: list[LogFile]
    lines: LogLines

    @property
    def levels(self) -> list[str]:
        """The levels that occur, the gravest first."""
        order = (_FAULT, "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "")
        return [level for level in order if level in set(self.lines.level)]


@dataclass(slots=True)
class _Row:
    server: int
    second: float | None
    entry: Entry


@dataclass(slots=True)
class Thinned:
    """A list that never grows beyond twice `most`: it then loses every second entry, evenly."""

    most: int
    rows: list[_Row] = field(default_factory=list)
    _stride: int = 1
    _met: int = 0

    def add(self, row: _Row) -> None:
        """Take a row, or every so manieth once there are many."""
        if self._met % self._stride == 0:
            self.rows.append(row)
        self._met += 1
        if len(self.rows) > 2 * self.most:
            self.rows = self.rows[::2]
            self._stride *= 2

    def evenly(self, most: int) -> list[_Row]:
        """Return at most so many of them, spread over all."""
        if len(self.rows) <= most:
            return self.rows
        return [self.rows[place * len(self.rows) // most] for place in range(most)]


def build_logs(
    history: History, results: Results, faults: Sequence[Fault], clock: Clock, logs: Path | None
) -> LogPanel | None:
    """Read the servers' logs in the directory `logs`; None where there are none.

    Raises HistoryError where a log is there and cannot be read.
    """
    found = sorted(logs.glob("zk*.log"), key=_by_number) if logs is not None and logs.is_dir() else []
    if not found:
        return None
    offset = wall_clock_offset(history)
    moments = sorted(_moments(faults, results, clock))
    tiers = [Thinned(MOST_LINES) for _ in range(3)]
    counted: list[tuple[int, int]] = []
    zones: list[float] = []
    for server, path in enumerate(found):
        total = asked = 0
        zones.append(zone_of(islice(_read(path), _SAMPLE)))
        for entry in _read(path):
            total += 1
            if _ASKED.search(entry.text):
                asked += 1
                continue
            second = None
            wall = entry.wall(zones[server])
            if offset is not None and wall is not None:
                second = clock.seconds(wall - offset)
            tiers[_tier(entry, second, moments)].add(_Row(server, second, entry))
        counted.append((total, asked))
    rows = _chosen(tiers)
    aligned = any(row.second is not None for row in rows)
    shown = [sum(row.server == server for row in rows) for server in range(len(found))]
    return LogPanel(
        aligned=aligned,
        servers=[path.stem for path in found],
        files=[
            LogFile(path.stem, f"logs/{path.name}", total, seen, asked)
            for path, (total, asked), seen in zip(found, counted, shown, strict=True)
        ],
        lines=_columns([*rows, *(_fault_rows(faults) if aligned else [])], zones),
    )


def _by_number(path: Path) -> tuple[int, str]:
    return len(path.stem), path.stem


def _moments(faults: Sequence[Fault], results: Results, clock: Clock) -> Iterator[float]:
    for fault in faults:
        times = (fault.begin, fault.proven, fault.heal_begin, fault.healed)
        yield from (time for time in times if time is not None)
    for result in results.results:
        for violation in result.violations:
            yield from (clock.seconds(violation.time), clock.seconds(violation.until))


def _read(path: Path) -> Iterator[Entry]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from entries(file)
    except OSError as error:
        raise HistoryError(
            f"cannot read the log {path}: {error.strerror}; make it readable or move it away."
        ) from error


def _tier(entry: Entry, second: float | None, moments: Sequence[float]) -> int:
    """0: trouble and roles; 1: close to a fault or violation; 2: the rest."""
    if entry.level in {"WARN", "ERROR", "FATAL"} or entry.continued or _TURN.search(entry.text):
        return 0
    if second is not None:
        at = bisect_left(moments, second - _NEAR)
        if at < len(moments) and moments[at] <= second + _NEAR:
            return 1
    return 2


def _chosen(tiers: Sequence[Thinned]) -> list[_Row]:
    rows: list[_Row] = []
    text = MOST_TEXT
    for tier in tiers:
        size = sum(len(row.entry.whole) for row in tier.rows)
        fits = len(tier.rows) if size <= text else len(tier.rows) * text // size
        taken = tier.evenly(max(0, min(MOST_LINES - len(rows), fits)))
        text -= sum(len(row.entry.whole) for row in taken)
        rows += taken
    return rows


def _fault_rows(faults: Sequence[Fault]) -> Iterator[_Row]:
    """Tell among the lines when faults came and went."""
    for fault in faults:
        on = f" on {', '.join(fault.targets)}" if fault.targets else ""
        name = f"{fault.name} (#{fault.id}){on}"
        told = (
            (fault.begin, f"{name} begins"),
            (fault.proven, f"{name} bites"),
            (fault.heal_begin, f"{name}: healing begins"),
            (
                fault.healed,
                f"{name} is {'over' if fault.heal_outcome == 'proven' else 'not proven to be over'}",
            ),
        )
        for second, text in told:
            if second is not None:
                yield _Row(-1, second, Entry(0, None, "", None, _FAULT, "", text))


def _columns(rows: Sequence[_Row], zones: Sequence[float]) -> LogLines:
    ordered = sorted(
        rows,
        key=lambda row: (row.second if row.second is not None else -1.0, row.entry.own, row.entry.number),
    )
    return LogLines(
        server=[row.server for row in ordered],
        second=[None if row.second is None else round(row.second, 3) for row in ordered],
        own=[row.entry.own for row in ordered],
        ahead=[row.entry.ahead(zones[row.server]) for row in ordered],
        level=[row.entry.level for row in ordered],
        logger=[row.entry.logger for row in ordered],
        text=[row.entry.whole for row in ordered],
        line=[row.entry.number for row in ordered],
    )
