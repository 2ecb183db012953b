"""Level one of a contest: in the order of transactions at most one contender is first in line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checkers.context import fault_ids
from checkers.intervals import overlapping
from checkers.recipes.births import made_again
from checkers.recipes.contest import Contest
from checkers.recipes.line_sightings import Listing, Sighting, sightings
from checkers.result import Violation
from checkers.wording import child_of, name_of, parent_of, token
from harness.history import Event, History

_SEQUENCE = re.compile(r"\d{10}$")


@dataclass(frozen=True, slots=True)
class FirstInLine:
    """The zxids between which a node was certainly first in line: once first, first until deleted."""

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


def first_in_line(history: History, seen: Mapping[str, list[Listing]]) -> list[FirstInLine]:
    """Return for every node in the lines the zxids between which answers prove it first.

    `seen` holds the listings of each line in zxid order. Nodes whose path was made more than once are left
    out: such a path may be seen again later though it was gone in between.
    """
    since: dict[str, Listing] = {}
    for parent, rows in seen.items():
        for row in rows:
            name = first_of(row.names)
            if name is not None:
                since.setdefault(child_of(parent, name), row)
    again = history.derive(made_again)
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
        if path in latest and path not in again
    ]


def line_overlaps(history: History, contest: Contest) -> list[Violation]:
    """Return a violation for every two contenders that were first in one line at one zxid."""
    by_line: dict[str, list[FirstInLine]] = {}
    for first in first_in_line(history, contest.lines(history)):
        by_line.setdefault(parent_of(first.path), []).append(first)
    contenders = contest.contenders(history)
    return [
        _violation(history, _who(contest, contenders, early, late), early, late)
        for rows in by_line.values()
        for early, late in overlapping(rows, touching=True)
    ]


def _who(contest: Contest, contenders: Mapping[str, str], *ones: FirstInLine) -> list[str]:
    return [contenders.get(one.path) or contest.stranger for one in ones]


def _violation(history: History, who: list[str], early: FirstInLine, late: FirstInLine) -> Violation:
    old, new = who
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
