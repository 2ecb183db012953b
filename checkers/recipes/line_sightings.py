"""What the replies showed of the candidates' znodes, each at the zxid of its header.

A reply's header names a prefix of all transactions: a read shows exactly the state after it. So what
replies say of one znode can be put in one order whoever asked whichever server, without any clock.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from checkers.context import told
from checkers.facts.prefixes import bounds
from checkers.wording import child_of
from harness.history import Event, History


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer with the names of all children of a path."""

    low: int
    high: int
    """It shows the state after some prefix of transactions from `low` to `high`: nearly always one zxid."""
    names: tuple[str, ...]
    event: Event


@dataclass(frozen=True, slots=True)
class Sighting:
    """One answer that shows a path alive, in the state after some prefix from `low` to `high`."""

    path: str
    low: int
    high: int
    event: Event


def listings(history: History) -> dict[str, list[Listing]]:
    """Return the answered `children` calls by path, each list in order of `high`."""
    found: dict[str, list[Listing]] = {}
    for event in history.select("children", type="ok"):
        if event.zxid > 0 and isinstance(event.value, list):
            low, high = bounds(event.zxid)
            names = tuple(name for name in event.value if isinstance(name, str))
            found.setdefault(event.key, []).append(Listing(low, high, names, event))
    for rows in found.values():
        rows.sort(key=lambda listing: (listing.high, listing.event.index))
    return found


def sightings(history: History) -> Iterator[Sighting]:
    """Yield which paths single answers show alive.

    A `delete` that succeeded shows its path alive just before its own transaction.
    """
    for event in history.select("delete", "exists", "children", "final-read", type="ok"):
        if event.zxid > 0:
            low, high = bounds(event.zxid) if event.f != "delete" else (event.zxid - 1, event.zxid - 1)
            for path in _alive(event):
                yield Sighting(path, low, high, event)


def _alive(event: Event) -> list[str]:
    if event.f == "delete" or (event.f == "exists" and event.value is True):
        return [event.key]
    names = event.value if event.f == "children" else told(event, "children")
    return [child_of(event.key, name) for name in names] if isinstance(names, list | dict) else []


def first_listing_without(rows: list[Listing], name: str, since: int) -> Listing | None:
    """Return the first listing that shows a child gone, of those that are certainly not before `since`.

    `rows` are in order of `high`.
    """
    # None before that place can have its `low` there.
    later = range(bisect_left(rows, since, key=attrgetter("high")), len(rows))
    return next((rows[i] for i in later if rows[i].low >= since and name not in rows[i].names), None)
