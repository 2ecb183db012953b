"""The ephemeral nodes of a history, each incarnation of a path on its own, and what was seen of it."""

from dataclasses import dataclass, field

from checkers.context import number, told
from checkers.first_in_line import sequence
from checkers.sightings import Listing, Sighting, first_listing_without, listings, sightings
from checkers.wording import name_of, parent_of
from harness.history import Event, History

_HARMLESS = frozenset({"create", "children", "exists", "work", "final-read"})
"""Operations that certainly delete nothing; one of any other name may have, whatever its key."""


@dataclass(slots=True)
class Incarnation:
    """One ephemeral node from its creation on."""

    path: str
    czxid: int
    session: int
    created: Event
    node: str
    until: int | None = None
    """zxid at which the same path was created again; what was seen from there on is not about this node."""
    alive: list[Sighting] = field(default_factory=list)
    """Answers that show it alive, in order of `low`."""
    gone: Sighting | None = None
    """The earliest answer, by `high`, that shows it gone."""
    deleted: bool = False
    """Somebody deleted it, or may have."""

    def covers(self, sighting: Sighting) -> bool:
        """Tell whether a sighting of this path is certainly one of this incarnation."""
        if sighting.owner is not None and sighting.owner != self.session:
            return False
        return self.czxid <= sighting.low and (self.until is None or sighting.high < self.until)


def incarnations(history: History) -> list[Incarnation]:
    """Return the ephemerals whose every incarnation is known, with what was seen of each.

    ZooKeeper gives a sequential name once. A plain path may be created again, and a create whose answer
    or line is not there may have done so: such a path is left out.
    """
    found = _created(history)
    rows = listings(history)
    by_path: dict[str, list[Incarnation]] = {}
    for one in found:
        by_path.setdefault(one.path, []).append(one)
    for sighting in sightings(history):
        for one in by_path.get(sighting.path, ()):
            if one.covers(sighting):
                _note(one, sighting)
    deleted = _deleted(history)
    for one in found:
        one.deleted = one.path in deleted
        one.alive.sort(key=lambda sighting: sighting.low)
        _note_absence(one, rows.get(parent_of(one.path), []))
    return found


def _created(history: History) -> list[Incarnation]:
    unsure = _unsure(history)
    found: dict[tuple[str, int], Incarnation] = {}
    again: dict[str, list[int]] = {}
    for op in history.operations:
        done = op.complete
        if op.invoke.f != "create" or done is None or done.type != "ok" or not isinstance(done.value, str):
            continue
        again.setdefault(done.value, []).append(done.zxid)
        if told(op.invoke, "ephemeral") is True and done.zxid > 0 and done.session:
            one = Incarnation(done.value, done.zxid, done.session, done, done.node)
            found[one.path, one.czxid] = one
    for event in history.select("candidate", type="event"):
        # A candidate may have found the node that an unanswered create of its own session had left.
        key = (event.key, number(event, "token"))
        if key not in found and key[1] and event.session and sequence(name_of(event.key)) is not None:
            found[key] = Incarnation(event.key, key[1], event.session, event, event.node)
    for (path, czxid), one in found.items():
        one.until = min((zxid for zxid in again.get(path, ()) if zxid > czxid), default=None)
    return [one for one in found.values() if one.path not in unsure]


def _unsure(history: History) -> set[str]:
    """Return the plain paths of which some incarnation may be unknown."""
    plain = [
        op for op in history.operations if op.invoke.f == "create" and told(op.invoke, "sequence") is not True
    ]
    if not history.closed:
        return {op.invoke.key for op in plain}
    return {op.invoke.key for op in plain if op.outcome == "info"}


def _deleted(history: History) -> set[str]:
    """Return the paths that somebody deleted or may have deleted."""
    return {
        op.invoke.key for op in history.operations if op.invoke.f not in _HARMLESS and op.outcome != "fail"
    }


def _note(one: Incarnation, sighting: Sighting) -> None:
    if sighting.alive:
        one.alive.append(sighting)
    elif one.gone is None or sighting.high < one.gone.high:
        one.gone = sighting


def _note_absence(one: Incarnation, rows: list[Listing]) -> None:
    missing = first_listing_without(rows, name_of(one.path), one.czxid)
    if missing is not None and (one.until is None or missing.high < one.until):
        absent = Sighting(path=one.path, alive=False, low=missing.low, high=missing.high, event=missing.event)
        _note(one, absent)
