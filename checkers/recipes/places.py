"""Who stands first in a line, and how its node came to be."""

from dataclasses import dataclass

from checkers.context import Span, told
from checkers.recipes.first_in_line import first_of
from checkers.wording import child_of, moment, session_name
from harness.history import Event, History
from harness.history.views import Operation, pair_operations


@dataclass(frozen=True, slots=True)
class Place:
    """The first place in a line."""

    path: str
    story: str
    """A clause that says whose it is."""
    events: tuple[int, ...]
    """Indexes of the events that show it: the listing, and the call that made the node."""


def first_place(history: History, line: str, span: Span) -> Place | None:
    """Return who was first in line all through a stretch of time, None where no listing in it says so."""
    rows = [e for e in history.select("children", "final-read", type="ok") if e.key == line and e.zxid > 0]
    rows = [event for event in rows if span.start <= event.time <= span.end]
    firsts = {first_of(_names(event)) for event in rows}
    if len(firsts) != 1 or (name := firsts.pop()) is None:
        return None
    last = max(rows, key=lambda event: event.zxid)
    path = child_of(line, name)
    maker = _maker(history, path, told(last, "children"))
    story = f"first in line was {name}, {_made(history, maker)}"
    return Place(path, story, (last.index, *((maker.invoke.index,) if maker else ())))


def _names(event: Event) -> list[str]:
    names = event.value if event.f == "children" else told(event, "children")
    return list(names) if isinstance(names, list | dict) else []


def _maker(history: History, path: str, owners: object) -> Operation | None:
    """Return the call that made a node: the one that was told its path, or the only one that can have."""
    calls = pair_operations(history.select("create"))
    known = [one for one in calls if one.complete is not None and one.complete.value == path]
    if known:
        return known[-1]
    owner = owners.get(path.rpartition("/")[2]) if isinstance(owners, dict) else None
    open_now = [
        one
        for one in calls
        if one.outcome == "info"
        and one.invoke.key == path[:-10]
        and (owner is None or one.complete is None or one.complete.session == owner)
    ]
    return open_now[0] if len(open_now) == 1 else None


def _made(history: History, maker: Operation | None) -> str:
    if maker is None:
        return "of which nobody knows whose it is"
    made = f"made by {maker.invoke.node} at {moment(history, maker.invoke.time)}"
    if maker.outcome == "info":
        return f"{made} by a call that was never answered"
    session = maker.complete.session if maker.complete else 0
    return f"{made} in session {session_name(session)}"
