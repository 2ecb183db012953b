"""Who believed to lead, or to hold something, and from when to when."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from checkers.context import in_time, life_of, number, told
from checkers.recipes.births import Birth, births
from checkers.wording import parent_of
from harness.history import Event, History
from harness.history.columns import INFO

ENDS = {"leader": "stepped-down", "holds": "let-go", "registered": "unregistered"}
"""The event that begins a belief, and the one that ends it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One stretch of time (ns) in which one process believed that it leads or holds."""

    process: str
    node: str
    resource: str
    """What is held: the election's path, or the lock's."""
    path: str
    """The holder's own node in the line, empty where nobody told."""
    token: int
    """The fencing token, mostly the czxid of its node: larger for each later holder."""
    age: int
    """What tells who came later: the czxid of a lock's node where it is known, else the token."""
    shared: bool
    """Others may hold it at the same time, as long as all of them share."""
    start: int
    end: int
    began: int
    """Index of the event that began it."""
    ended: int | None
    """Index of the event that ended it, None where the belief ended in another way."""
    open: bool
    """Nothing ended it that was told: `end` is the last word of that life."""

    def before(self, other: "Holding") -> bool:
        """Tell whether it is the older of two: by age, the order in which the holders came."""
        return (self.age, self.start) < (other.age, other.start)


def leaderships(history: History) -> list[Holding]:
    """Return every leadership of an election in order of its start; see `holdings`."""
    return holdings(history, "leader")


def holdings(history: History, began: str = "holds") -> list[Holding]:
    """Return every belief that the event `began` tells of, in order of its start.

    A belief lasts until the process says that it is over, or begins the next one on the same key. Where it
    never does (it was killed, or the history was cut off) the belief is certain only as far as that life of
    the node still spoke: what it would have said next is unknown, and a dead process believes nothing.
    """
    last_word = last_words(history)
    # An election's token is the birth of its node.
    born = history.derive(births) if began == "holds" else {}
    by_voice: dict[tuple[str, str, str], list[Event]] = {}
    for event in in_time(history.select(began, ENDS[began], type="event")):
        # One node may have several participants with one voice: their nodes in the line tell them apart.
        by_voice.setdefault((event.process, event.key, str(told(event, "node"))), []).append(event)
    found = [
        _holding(
            events[i], events[i + 1 : i + 2], last_word.get(life_of(events[i].process), events[i].time), born
        )
        for events in by_voice.values()
        for i in range(len(events))
        if events[i].f == began
    ]
    return sorted(found, key=lambda holding: (holding.start, holding.began))


def own_path(event: Event) -> str:
    """Return the own node in the line of whoever says that it stands there, leads or holds; or nothing."""
    path = told(event, "node") if event.f in {"holds", "let-go"} else event.key
    return path if isinstance(path, str) else ""


def _holding(event: Event, following: list[Event], last_word: int, born: Mapping[str, Birth]) -> Holding:
    after = following[0] if following else None
    birth = born.get(own_path(event))
    return Holding(
        process=event.process,
        node=event.node or event.process,
        resource=event.key if event.f == "holds" else parent_of(event.key),
        path=own_path(event),
        token=number(event, "token"),
        age=birth.zxid if birth else number(event, "token"),
        shared=told(event, "mode") == "shared",
        start=event.time,
        end=after.time if after else last_word,
        began=event.index,
        ended=after.index if after and after.f == ENDS[event.f] else None,
        open=after is None,
    )


def last_words(history: History) -> dict[str, int]:
    """Return when each life of each node was last heard (ns).

    What the harness adds in the name of a dead process is not the process speaking.
    """
    columns = history.columns
    added = (columns.type == INFO) & (columns.error == columns.texts.find("process died"))
    own = ~added & (columns.process != columns.texts.find(""))
    last = np.zeros(len(columns.texts), np.int64)
    np.maximum.at(last, columns.process[own], columns.time[own])
    heard: dict[str, int] = {}
    for process in np.flatnonzero(last).tolist():
        life = life_of(columns.texts.say(process))
        heard[life] = max(heard.get(life, 0), int(last[process]))
    return heard
