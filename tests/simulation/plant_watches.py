"""Anomalies of watches."""

from collections.abc import Iterator

from harness.history import Event
from tests.simulation.anomaly import Anomaly, names
from tests.simulation.material import Material


def _events(run: Material) -> Iterator[tuple[Event, list[Event]]]:
    """Yield each watch event with what came after it on its connection."""
    for received in run.frames.values():
        yield from (
            (event, received[place + 1 :]) for place, event in enumerate(received) if event.f == "watch"
        )


def fires_twice(run: Material) -> list[Event] | None:
    """An event comes twice."""
    picked = run.pick(_events(run))
    return run.with_frame(picked[0]) if picked else None


def fires_unasked(run: Material) -> list[Event] | None:
    """An event comes for a path that nobody watched, without a transaction."""
    picked = run.pick(_events(run))
    return run.with_frame(picked[0], key="/keys/unheard-of") if picked else None


def wrong_type(run: Material) -> list[Event] | None:
    """A node that was written is said to have been created."""
    picked = run.pick(row for row in _events(run) if row[0].value["type"] == "CHANGED")
    return run.change((picked[0], {"value": {"type": "CREATED"}})) if picked else None


def late_event(run: Material) -> list[Event] | None:
    """An event comes after a reply that holds its transaction."""
    picked = run.pick(
        row for row in _events(run) if row[1] and row[1][0].xid and row[1][0].zxid >= row[0].zxid
    )
    return run.swap_on_wire(picked[0], picked[1][0]) if picked else None


def missed_event(run: Material) -> list[Event] | None:
    """An event never comes, and later replies do."""
    picked = run.pick(
        row for row in _events(run) if any(e.f != "watch" and e.zxid >= row[0].zxid for e in row[1])
    )
    return run.without(picked[0]) if picked else None


def swapped_events(run: Material) -> list[Event] | None:
    """Two events of two transactions come in the wrong order."""
    picked = run.pick(
        row for row in _events(run) if row[1] and row[1][0].f == "watch" and row[1][0].zxid > row[0].zxid
    )
    return run.swap_on_wire(picked[0], picked[1][0]) if picked else None


ANOMALIES = (
    Anomaly(name="fires-twice", expected=names("watch-once"), edit=fires_twice),
    Anomaly(name="fires-unasked", expected=names("watch-once"), edit=fires_unasked),
    Anomaly(
        name="wrong-type",
        expected=names("watch-once"),
        allowed=names("no-missed-watch"),
        why="The event of the right type never came.",
        edit=wrong_type,
    ),
    Anomaly(name="late-event", expected=names("watch-before-data"), edit=late_event),
    Anomaly(name="missed-event", expected=names("no-missed-watch"), edit=missed_event),
    Anomaly(name="swapped-events", expected=names("watch-order"), edit=swapped_events),
)
