"""Who stood in line, from which transaction to which."""

from dataclasses import dataclass

import numpy as np

from checkers.context import number, told
from checkers.facts.sessions import sessions
from checkers.facts.transactions import DELETE, FOREVER, transactions
from checkers.recipes.births import births
from checkers.recipes.first_in_line import sequence
from checkers.recipes.holdings import own_path
from checkers.recipes.line_sightings import first_listing_without, listings
from checkers.wording import name_of, parent_of
from harness.history import History
from harness.history.columns import OK

OWN = ("candidate", "leader", "holds")
"""Events by which somebody says which node in a line is its own."""

UNKNOWN = 0
"""The zxid of a departure of which nobody told it."""


@dataclass(slots=True)
class Stay:
    """One node in a line; a path is there once, because its number never comes again."""

    path: str
    line: str
    session: int
    since: int
    """Its czxid."""
    node: str = ""
    """The app node whose it is, empty where nobody told."""
    born: tuple[int, ...] = ()
    """Indexes of the events that tell of its birth."""
    until: int = FOREVER
    """Zxid of the transaction that removed it, UNKNOWN, or FOREVER where it was not seen to leave."""
    gone: int = FOREVER
    """Zxid at which a listing shows it gone, where nothing else tells of its departure."""
    time: int = 0
    """When (ns) its departure was first told."""
    told: tuple[int, ...] = ()
    """Indexes of the events that told of its departure."""

    @property
    def left(self) -> bool:
        """It was seen to leave."""
        return bool(self.told)

    def leave(self, zxid: int, time: int, *events: int) -> None:
        """Take in one account of the departure: the lowest zxid counts, and the earliest time."""
        if not self.left or (zxid != UNKNOWN and (self.until == UNKNOWN or zxid < self.until)):
            self.until, self.told = zxid, events
        self.time = min(self.time or time, time)

    def stands(self, zxid: int) -> bool:
        """Tell whether it stood in line right before a transaction."""
        return self.since < zxid <= min(self.until or FOREVER, self.gone)


def stays(history: History) -> dict[str, Stay]:
    """Return every node known to have stood in a line of candidates or contenders, by its path.

    It left by a delete, by the end of its session where that is told, or by whatever a watch event tells of.
    A listing may show that it is gone, and not since when.
    """
    own = {path: event for event in history.select(*OWN) if (path := own_path(event))}
    found = _born(history, {parent_of(path) for path in own}) if own else {}
    for path, event in own.items():
        # Whoever says what its node is tells the birth, too.
        if event.f == "candidate" and event.session and path not in found:
            found[path] = Stay(path, parent_of(path), event.session, number(event, "token"))
        if event.f == "candidate" and path in found:
            found[path].node, found[path].born = event.node, (event.index,)
    if found:
        _tell_deletes(history, found)
        _tell_closings(history, found)
        _tell_watches(history, found)
        _tell_listings(history, found)
    return found


def _born(history: History, lines: set[str]) -> dict[str, Stay]:
    calls, texts = history.calls, history.columns.texts
    found = {
        path: Stay(path, parent_of(path), birth.session, birth.zxid)
        for path, birth in history.derive(births).items()
        if parent_of(path) in lines and sequence(name_of(path)) is not None
    }
    for row in np.flatnonzero((calls.f == texts.find("create")) & (calls.outcome == OK)).tolist():
        stay = found.get(texts.say(int(calls.told[row])))
        if stay is not None:
            stay.node = texts.say(int(calls.node[row]))
            stay.born = int(calls.invoke[row]), int(calls.complete[row])
    return found


def _tell_deletes(history: History, found: dict[str, Stay]) -> None:
    calls, known, texts = history.calls, history.derive(transactions), history.columns.texts
    for row in np.flatnonzero(known.kind == DELETE).tolist():
        stay = found.get(texts.say(int(known.path[row])))
        if stay is not None and known.zxid[row] > stay.since:
            call = known.call[row]
            asked = int(calls.invoke[call]), int(calls.complete[call])
            stay.leave(int(known.zxid[row]), int(calls.completed[call]), *asked)


def _tell_closings(history: History, found: dict[str, Stay]) -> None:
    known = history.derive(sessions)
    for stay in found.values():
        session = known.get(stay.session)
        if session is not None and stay.since < session.closed < FOREVER and session.closing:
            stay.leave(session.closed, session.told, *session.closing)


def _tell_watches(history: History, found: dict[str, Stay]) -> None:
    for event in history.select("watch", type="event"):
        stay = found.get(event.key) if told(event, "type") == "DELETED" else None
        if stay is not None:
            stay.leave(event.zxid if event.zxid > 0 else UNKNOWN, event.time, event.index)


def _tell_listings(history: History, found: dict[str, Stay]) -> None:
    unseen = [stay for stay in found.values() if not stay.left or stay.until == UNKNOWN]
    rows = history.derive(listings) if unseen else {}
    for stay in unseen:
        listing = first_listing_without(rows.get(stay.line, []), name_of(stay.path), stay.since)
        stay.gone = listing.high if listing else FOREVER
