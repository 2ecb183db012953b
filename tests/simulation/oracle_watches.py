"""The guarantees about watches, as their sentences say them."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from harness.history import Event
from tests.simulation.oracle_reads import frames
from tests.simulation.oracle_state import Claims

Told = tuple[str, str, int]
"""Path, type and zxid of an event."""

_BY_TABLE = {"data": {"CREATED", "CHANGED", "DELETED"}, "child": {"CHILD", "DELETED"}}


def due(claims: Claims, replies: list[Event]) -> Counter[Told]:
    """Return the events that a connection should get at some time, of all its registrations.

    One transaction can do one thing to a node twice; who has a persistent watch gets two events then.
    """
    asked = {op.complete.index: op.invoke for op in claims.answered if op.complete}
    events: Counter[Told] = Counter()
    for reply in replies:
        call = asked.get(reply.index)
        if call is None or not isinstance(call.value, dict):
            continue
        if call.f == "add-watch" and reply.type == "ok":
            events |= Counter(_persistent(claims, call.key, call.value["mode"], reply.zxid))
        elif call.value.get("watch") and (reply.type == "ok" or call.f == "exists"):
            wanted = _BY_TABLE["child" if call.f == "children" else "data"]
            matching = (
                told for told in _triggers(claims, reply.zxid) if told[0] == call.key and told[1] in wanted
            )
            events |= Counter([told for told in [next(matching, None)] if told])
    return events


def _triggers(claims: Claims, after: int) -> Iterator[Told]:
    for step in claims.steps:
        if step.zxid > after:
            yield from ((path, kind, step.zxid) for path, kind in step.triggers)


def _persistent(claims: Claims, base: str, mode: str, after: int) -> Iterator[Told]:
    for path, kind, zxid in _triggers(claims, after):
        below = mode == "recursive" and path.startswith(f"{base}/")
        if (path == base or below) and not (mode == "recursive" and kind == "CHILD"):
            yield path, kind, zxid


def _connections(claims: Claims) -> Iterator[tuple[Counter[Told], list[Event], list[Event]]]:
    """Yield for each connection what it should get, what it got, and its replies and pings."""
    for received in frames(claims).values():
        others = [event for event in received if event.f != "watch"]
        yield due(claims, others), [event for event in received if event.f == "watch"], others


def _told(event: Event) -> Told:
    return event.key, event.value["type"], event.zxid


def watch_once(claims: Claims) -> bool:
    """An event comes that nothing triggered and nobody waited for, or comes twice."""
    return any(Counter(map(_told, events)) - expected for expected, events, _ in _connections(claims))


def no_missed_watch(claims: Claims) -> bool:
    """An event never comes though its connection saw its transaction or a later one."""
    for expected, events, others in _connections(claims):
        seen = max((event.zxid for event in others), default=0)
        if any(told[2] <= seen for told in expected - Counter(map(_told, events))):
            return True
    return False


def watch_before_data(claims: Claims) -> bool:
    """A reply that holds the transaction comes before its event."""
    return any(
        other.zxid >= event.zxid and other.wire < event.wire
        for expected, events, others in _connections(claims)
        for event in events
        if _told(event) in expected
        for other in others
    )


def watch_order(claims: Claims) -> bool:
    """The events of a connection go back."""
    return any(
        one.zxid > other.zxid for _, events, _ in _connections(claims) for one, other in pairwise(events)
    )
