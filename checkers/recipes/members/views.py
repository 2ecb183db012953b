"""Who knew what of the registry, and from when to when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter

from checkers.context import Span, in_time, number, told
from checkers.recipes.members.connections import Connection
from checkers.recipes.members.spans import common, lasting
from checkers.recipes.members.stillness import Stillness
from checkers.wording import name_of
from harness.history import Event, History
from harness.history.views import pair_operations

Members = dict[str, int]
"""{address: session that owns its znode, 0 for none}"""


@dataclass(frozen=True, slots=True)
class View:
    """What one session, or one server at the end, knew of the members in a stretch of time (ns)."""

    who: str
    """The app node or server."""
    session: int
    start: int
    end: int
    zxid: int
    """Of the listing that it rests on; 0 where it knew nothing yet."""
    read: int
    """When it was told (ns)."""
    members: Members | None
    """None where nothing was known yet."""
    event: int
    """Index of the event that tells of it."""


def discoveries(history: History) -> list[Event]:
    """Return the events that tell what somebody came to know, in order of time."""
    return [e for e in in_time(history.select("discovered", type="event")) if members_of(e) is not None]


def registries(history: History) -> set[str]:
    """Return the paths below which members are registered."""
    return {event.key for event in history.derive(discoveries)}


def views(
    history: History, connected: Iterable[Connection], still: Stillness, bound: int
) -> list[list[View]]:
    """Return by session what it knew, as far as it must have been right.

    That is: undisturbed, and connected for longer than the bound (ns), since when it had to hear of all
    that happened. A session that told nothing by then knew nothing.
    """
    heard: dict[int, list[Event]] = {}
    for event in history.derive(discoveries):
        heard.setdefault(event.session, []).append(event)
    found: dict[int, list[View]] = {}
    for connection in connected if heard else ():
        sound = lasting(common([connection], still.around(connection.node)), bound)
        whole = _whole(connection, heard.get(connection.session, []))
        rows = found.setdefault(connection.session, [])
        rows += [
            replace(view, start=part.start, end=part.end) for view in whole for part in common([view], sound)
        ]
    return [sorted(rows, key=attrgetter("start")) for rows in found.values()]


def _whole(connection: Connection, heard: list[Event]) -> list[View]:
    """Return all that was known while a connection lasted, what was learned before it included."""
    nothing = View(
        connection.node,
        connection.session,
        connection.start,
        min((event.time for event in heard), default=connection.end),
        0,
        connection.start,
        None,
        connection.began,
    )
    ends = [*(event.time for event in heard[1:]), connection.end]
    known = [_view(event, event.time, end) for event, end in zip(heard, ends, strict=False)]
    return [view for view in (nothing, *known) if view.end > view.start]


def _view(event: Event, start: int, end: int) -> View:
    return View(
        event.node,
        event.session,
        start,
        end,
        number(event, "zxid"),
        event.time,
        members_of(event),
        event.index,
    )


def members_of(event: Event) -> Members | None:
    """Return what an event tells of the members, None where it is nothing of the kind."""
    members = told(event, "members")
    sound = isinstance(members, dict) and all(isinstance(owner, int) for owner in members.values())
    return members if sound else None


def final_views(history: History, stage: str) -> list[View]:
    """Return what each server showed of the registry at the end; every reading follows a sync."""
    paths = registries(history)
    found = []
    for call in pair_operations(history.select("final-read")):
        asked, answer = call.invoke, call.complete
        shown = told(answer, "children") if answer is not None else None
        if answer is None or asked.key not in paths or told(asked, "stage") != stage:
            continue
        if isinstance(shown, dict):
            server = name_of(answer.process)
            found.append(
                View(server, 0, asked.time, answer.time, answer.zxid, answer.time, shown, answer.index)
            )
    return found


def agreements(history: History, connected: Iterable[Connection]) -> list[Span]:
    """Return the times at which all that were connected, and knew anything, knew the same."""
    moments = [
        (event.time, event.index, event.session, members_of(event)) for event in history.derive(discoveries)
    ]
    moments += [(connection.end, connection.began, connection.session, None) for connection in connected]
    moments.sort(key=lambda moment: moment[:2])
    known: dict[int, Members] = {}
    found = []
    for (time, _, session, members), (after, *_) in pairwise(moments):
        if members is None:
            known.pop(session, None)
        else:
            known[session] = members
        first, *rest = list(known.values()) or [{}]
        if all(one == first for one in rest) and after > time:
            found.append(Span(time, after))
    return found
