"""The fenced actions of leaders and holders, `work`, and which of them came too late."""

from collections.abc import Callable
from dataclasses import dataclass, field

from checkers.context import number
from harness.history import Event, History


@dataclass(frozen=True, slots=True)
class Stale:
    """What one older holder still got accepted after one newer one, in zxid order."""

    newer: Event
    """The newer holder's own accepted action, or the listing that shows it in the older one's place."""
    actions: list[Event] = field(default_factory=list)


def accepted_actions(history: History) -> list[Event]:
    """Return the acknowledged `work` of everybody in the order in which ZooKeeper carried it out."""
    actions = [e for e in history.select("work", type="ok") if e.zxid > 0 and number(e, "token")]
    return sorted(actions, key=lambda event: event.zxid)


def overtaken(
    actions: list[Event],
    age: Callable[[Event], int],
    shares: Callable[[Event], bool] = lambda _: False,
) -> list[Stale]:
    """Return the actions that were accepted after one of a younger holder on the same key, by pairs of both.

    `age` is larger for the younger; among those who share nobody comes too late.
    """
    found: dict[tuple[str, int, int], Stale] = {}
    youngest: dict[tuple[str, bool], Event] = {}
    for action in actions:
        mine, alone = age(action), not shares(action)
        rivals = [youngest[key] for key in ((action.key, True), (action.key, False)) if key in youngest]
        younger = max((one for one in rivals if alone or not shares(one)), key=age, default=None)
        if younger is not None and mine < age(younger):
            pair = (action.key, mine, age(younger))
            found.setdefault(pair, Stale(younger)).actions.append(action)
        own = youngest.get((action.key, alone))
        if own is None or age(own) < mine:
            youngest[action.key, alone] = action
    return list(found.values())
