"""What the replies showed of the znodes, each at the zxid of its header.

A reply's header names a prefix of all transactions: a read shows exactly the state after it. So what
replies say of one znode can be put in one order whoever asked whichever server, without any clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from checkers.context import told
from checkers.wording import child_of
from harness.history import Event, History, Operation

_COUNTER = (1 << 32) - 1
_FRESH = 16
"""A leader that has just taken over may, for microseconds, answer a read with a header that is a few
transactions ahead of the state it shows. A read at one of the first counters of an epoch therefore
stands for any state since the epoch began."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer with the names of all children of a path."""

    low: int
    high: int
    """It shows the state after some prefix of transactions from `low` to `high`: nearly always one zxid."""
    names: tuple[str, ...]
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One answer that shows a path alive or gone, in the state after some prefix from `low` to `high`."""

    path: str
    alive: bool
    low: int
    high: int
    event: Event
    owner: int | None = None
    """Session that owns the znode, None where the answer does not tell."""


def bounds(zxid: int) -> tuple[int, int]:
    """Return the prefixes that a read with this zxid in its header may show."""
    return (zxid & ~_COUNTER if zxid & _COUNTER <= _FRESH else zxid), zxid


def listings(history: History) -> dict[str, list[Listing]]:
    """Return the answered `children` calls by path, each list in order of `high`."""
    found: dict[str, list[Listing]] = {}
    for event in history.select("children", type="ok"):
        if event.zxid > 0 and isinstance(event.value, list):
            low, high = bounds(event.zxid)
            found.setdefault(event.key, []).append(Listing(low, high, tuple(event.value), event))
    for rows in found.values():
        rows.sort(key=lambda listing: (listing.high, listing.event.index))
    return found


def sightings(history: History) -> Iterator[Sighting]:
    """Yield what single answers say of single paths; what a listing leaves out is not among it.

    A `delete` that succeeded shows its path alive just before its own transaction and gone after it.
    """
    for op in history.operations:
        event = op.complete
        if event is None or event.type != "ok" or event.zxid <= 0:
            continue
        if event.f == "delete":
            before = event.zxid - 1
            yield Sighting(path=event.key, alive=True, low=before, high=before, event=event)
            yield Sighting(path=event.key, alive=False, low=event.zxid, high=event.zxid, event=event)
        else:
            yield from _read(op, event)


def _read(op: Operation, event: Event) -> Iterator[Sighting]:
    low, high = bounds(event.zxid)
    if event.f == "exists" and isinstance(event.value, bool):
        yield Sighting(path=event.key, alive=event.value, low=low, high=high, event=event)
    elif event.f == "children" and isinstance(event.value, list):
        for name in event.value:
            yield Sighting(path=child_of(event.key, name), alive=True, low=low, high=high, event=event)
    elif event.f == "final-read":
        children = told(event, "children")
        for name, owner in (children if isinstance(children, dict) else {}).items():
            path = child_of(op.invoke.key, name)
            yield Sighting(path=path, alive=True, low=low, high=high, event=event, owner=owner)


def first_listing_without(rows: list[Listing], name: str, since: int) -> Listing | None:
    """Return the first listing that shows a child gone, of those that are certainly not before `since`."""
    return next((row for row in rows if row.low >= since and name not in row.names), None)
