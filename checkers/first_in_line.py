"""Level one of an election: in the order of transactions at most one candidate is first in line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from checkers.context import fault_ids
from checkers.intervals import overlapping
from checkers.line_sightings import Listing, Sighting, listings, sightings
from checkers.result import Violation
from checkers.wording import child_of, name_of, parent_of, token
from harness.history import Event, History

_SEQUENCE = re.compile(r"\d{10}$")


@dataclass(frozen=True, slots=True)
class FirstInLine:
    """The zxids between which a candidate was certainly first in line: once first, first until deleted."""

    path: str
    start: int
    end: int
    since: Event
    """The listing that shows it first, at `start`."""
    until: Event
    """The last answer that shows it alive, at `end`."""


def sequence(name: str) -> int | None:
    """Return the number that ZooKeeper appended to a sequential node's name, its last ten digits."""
    match = _SEQUENCE.search(name)
    return int(match[0]) if match else None


def first_of(names: Iterable[str]) -> str | None:
    """Return the name with the smallest sequence number, None where no name has one."""
    numbered = [(number, name) for name in names if (number := sequence(name)) is not None]
    return min(numbered)[1] if numbered else None


def elections(history: History) -> set[str]:
    """Paths under which candidates queue up."""
    return {parent_of(event.key) for event in history.select("candidate", "leader") if event.key}


def candidates(history: History) -> dict[str, str]:
    """Return the app node behind each election node, as far as the history tells."""
    found = {event.key: event.node for event in history.select("candidate", "leader") if event.key}
    for event in history.select("create", type="ok") if found else ():
        if isinstance(event.value, str):
            found.setdefault(event.value, event.node)
    return found


def election_listings(history: History) -> dict[str, list[Listing]]:
    """Return the listings of every election's path in zxid order."""
    paths = elections(history)
    # Without an election a long history is not read once more.
    return {path: rows for path, rows in listings(history).items() if path in paths} if paths else {}


def first_in_line(history: History) -> list[FirstInLine]:
    """Return for every candidate the zxids between which answers prove it first in line."""
    seen = election_listings(history)
    since: dict[str, Listing] = {}
    for parent, rows in seen.items():
        for row in rows:
            name = first_of(row.names)
            if name is not None:
                since.setdefault(child_of(parent, name), row)
    latest: dict[str, Sighting] = {}
    for sighting in sightings(history) if since else ():
        first = since.get(sighting.path)
        if first is None or sighting.low < first.high:
            continue
        if sighting.path not in latest or latest[sighting.path].low < sighting.low:
            latest[sighting.path] = sighting
    return [
        FirstInLine(path, first.high, latest[path].low, first.event, latest[path].event)
        for path, first in since.items()
        if path in latest
    ]


def line_overlaps(history: History) -> list[Violation]:
    """Return a violation for every two candidates of one election that were first in line at one zxid."""
    by_election: dict[str, list[FirstInLine]] = {}
    for first in first_in_line(history):
        by_election.setdefault(parent_of(first.path), []).append(first)
    nodes = candidates(history)
    return [
        _violation(history, nodes, early, late)
        for rows in by_election.values()
        for early, late in overlapping(rows, touching=True)
    ]


def _violation(history: History, nodes: dict[str, str], early: FirstInLine, late: FirstInLine) -> Violation:
    old, new = (nodes.get(first.path) or "an unknown candidate" for first in (early, late))
    times = [event.time for event in (early.since, early.until, late.since)]
    sentence = (
        f"{old} ({name_of(early.path)}) and {new} ({name_of(late.path)}) were first in line of "
        f"{parent_of(early.path)} at once: {old} since transaction {token(early.start)} and still there at "
        f"{token(early.end)}, {new} already at {token(late.start)}."
    )
    return Violation(
        kind="zxid-overlap",
        sentence=sentence,
        witness=tuple(dict.fromkeys((early.since.index, late.since.index, early.until.index))),
        time=min(times),
        until=max(times),
        nodes=(old, new),
        key=parent_of(early.path),
        faults=fault_ids(history, min(times), max(times)),
    )
