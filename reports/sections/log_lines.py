"""What a server logged: its lines taken apart, and the time that no fault can move."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z (.*)", re.DOTALL)
"""What the engine puts before a line: its own wall clock, in UTC."""

_OWN = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)[,.](\d{3})\S*\s+(.*)", re.DOTALL)
_SAID = re.compile(
    r".*?\b(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\s+(?:\[(?P<place>.*?)\]|(?P<logger>\S+)) -\s+(?P<text>.*)",
    re.DOTALL,
)
"""ZooKeeper's own layout, with thread, class and line in brackets, or that of slf4j-simple."""

MOST_CONTINUED = 12
"""Further lines of one entry, such as a stack trace, that are kept."""

_LONGEST = 1000
"""Characters of one line."""

_LATE = 10**9
"""ns after which a line should have reached the engine."""

_ZONE = 900.0
"""Time zones lie apart by multiples of so many seconds."""


@dataclass(slots=True)
class Entry:
    """One thing that a server logged."""

    number: int
    """Its line in the file, from 1."""
    stamp: int | None
    """Wall clock of the engine's machine as the line came (ns since 1970), None where it is not told."""
    own: str
    """What the server's own clock said, as it wrote it; empty where it wrote none."""
    own_time: float | None
    """The same in seconds since 1970, taken for UTC."""
    level: str
    logger: str
    """The class that spoke, without its package."""
    text: str
    continued: list[str] = field(default_factory=list)
    """Lines that follow without a time of their own."""
    dropped: int = 0
    """How many more of them there were."""

    def wall(self, zone: float) -> int | None:
        """Wall clock of the engine's machine as the line was written (ns since 1970), None: nobody knows.

        Lines reach the engine some tenths of a second late, so a server's own clock is taken where it
        agrees with the engine's as far as that explains it, and the engine's where it was moved.
        """
        if self.stamp is None or self.own_time is None:
            return self.stamp
        written = round((self.own_time - zone) * 1e9)
        return written if 0 <= self.stamp - written <= _LATE else self.stamp

    def ahead(self, zone: float) -> float:
        """Seconds by which the server's own clock was ahead of the engine's, 0 below one second."""
        if self.own_time is None or self.stamp is None:
            return 0.0
        apart = self.own_time - self.stamp / 1e9 - zone
        return round(apart, 1) if abs(apart) >= 1 else 0.0

    @property
    def whole(self) -> str:
        """The text with what follows it."""
        rest = [f"… {self.dropped:,} more lines"] if self.dropped else []
        return "\n".join([self.text, *self.continued, *rest])


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield the entries of a log, each once it is complete."""
    current: Entry | None = None
    for number, line in enumerate(lines, 1):
        found = _entry(number, line.rstrip("\r\n"))
        if current is not None and not found.own and not found.level:
            if len(current.continued) < MOST_CONTINUED:
                current.continued.append(found.text)
            else:
                current.dropped += 1
            continue
        if current is not None:
            yield current
        current = found
    if current is not None:
        yield current


def zone_of(found: Iterable[Entry]) -> float:
    """Return the time zone that a server's own times keep to, in seconds east of UTC."""
    apart = [
        entry.own_time - entry.stamp / 1e9
        for entry in found
        if entry.own_time is not None and entry.stamp is not None
    ]
    return round(median(apart) / _ZONE) * _ZONE if apart else 0.0


def _entry(number: int, line: str) -> Entry:
    stamp = None
    stamped = _STAMP.match(line)
    if stamped:
        stamp = _nanoseconds(stamped[1], stamped[2] or "")
        line = stamped[3]
    own, own_time = "", None
    timed = _OWN.match(line)
    if timed:
        own = f"{timed[1]} {timed[2]},{timed[3]}"
        own_time = _seconds(f"{timed[1]}T{timed[2]}", int(timed[3]))
        line = timed[4]
    said = _SAID.match(line) if timed else None
    level, logger, text = ("", "", line) if said is None else (said[1], _class(said), said["text"])
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
    return Entry(number, stamp, own, own_time, level, logger, cut)


def _class(said: re.Match[str]) -> str:
    """Name the class: of `main:o.a.z.server.quorum.QuorumPeerMain@140` that is `QuorumPeerMain`."""
    place = said["logger"] or said["place"] or ""
    return place.rsplit(":", 1)[-1].split("@")[0].rsplit(".", 1)[-1]


def _nanoseconds(second: str, fraction: str) -> int | None:
    whole = _seconds(second, 0)
    return None if whole is None else round(whole) * 10**9 + int(fraction[:9].ljust(9, "0") or 0)


def _seconds(second: str, milliseconds: int) -> float | None:
    try:
        return datetime.fromisoformat(second).replace(tzinfo=UTC).timestamp() + milliseconds / 1000
    except ValueError:
        return None
