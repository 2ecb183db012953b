"""Who believed to lead, and from when to when."""

from dataclasses import dataclass

import numpy as np

from checkers.context import in_time, life_of, number
from harness.history import Event, History
from harness.history.columns import INFO


@dataclass(frozen=True, slots=True)
class Leadership:
    """One stretch of time (ns) in which one process believed that it leads."""

    process: str
    node: str
    path: str
    """Its election node."""
    token: int
    """The czxid of its election node: larger for each later leader."""
    start: int
    end: int
    began: int
    """Index of the `leader` event."""
    ended: int | None
    """Index of the `stepped-down` event, None where the belief ended in another way."""
    open: bool
    """Nothing ended it that was told: `end` is the last word of that life."""

    def before(self, other: "Leadership") -> bool:
        """Tell whether it is the older of two: by token, the order in which the candidates came."""
        return (self.token, self.start) < (other.token, other.start)


def leaderships(history: History) -> list[Leadership]:
    """Return every leadership in order of its start.

    A belief lasts until the process says `stepped-down`. Where it never does (it was killed, or the
    history was cut off) the belief is certain only as far as that life of the node still spoke: what
    it would have said next is unknown, and a dead process believes nothing.
    """
    last_words = _last_words(history)
    by_process: dict[str, list[Event]] = {}
    for event in in_time(history.select("leader", "stepped-down", type="event")):
        by_process.setdefault(event.process, []).append(event)
    found = [
        _leadership(events[i], events[i + 1 : i + 2], last_words[life_of(process)])
        for process, events in by_process.items()
        for i in range(len(events))
        if events[i].f == "leader"
    ]
    return sorted(found, key=lambda leadership: (leadership.start, leadership.began))


def _leadership(leader: Event, following: list[Event], last_word: int) -> Leadership:
    after = following[0] if following else None
    return Leadership(
        process=leader.process,
        node=leader.node or leader.process,
        path=leader.key,
        token=number(leader, "token"),
        start=leader.time,
        end=after.time if after else last_word,
        began=leader.index,
        ended=after.index if after and after.f == "stepped-down" else None,
        open=after is None,
    )


def _last_words(history: History) -> dict[str, int]:
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
