"""Which sessions of the app nodes were connected, and from when to when."""

from dataclasses import dataclass

from checkers.context import in_time, life_of, number, program_ended, told, word
from checkers.recipes.holdings import last_words
from harness.history import Event, History

BROKEN = frozenset({"suspended", "lost", "closed", "abandoned", "detached"})

Open = dict[int, Event]
"""{session: the event that told that it is connected}"""


@dataclass(frozen=True, slots=True)
class Connection:
    """One stretch of time (ns) in which a session was connected, as far as its client told."""

    session: int
    node: str
    start: int
    end: int
    began: int
    """Index of the event that told of its begin."""


def connections(history: History) -> list[Connection]:
    """Return the connections of all app nodes, in order of their begin.

    One that nothing ended that was told (its program was killed, or the history was cut off) is certain only
    as far as that life of the node still spoke: what it said next is unknown.
    """
    words = last_words(history)
    open_now: dict[str, Open] = {}
    found: list[Connection] = []
    for event in in_time(history.select("session", "node", type="event")):
        if event.f == "node":
            life = f"{event.node}/{number(event, 'life')}"
            if program_ended(event):
                found += [
                    _until(began, words.get(life, began.time)) for began in open_now.pop(life, {}).values()
                ]
        else:
            found += _hear(open_now.setdefault(life_of(event.process), {}), event)
    for life, sessions in open_now.items():
        found += [_until(began, words.get(life, began.time)) for began in sessions.values()]
    return sorted(found, key=lambda connection: (connection.start, connection.began))


def _hear(sessions: Open, event: Event) -> list[Connection]:
    """Take in what a client says of a session; return what ended with it."""
    if told(event, "state") == "connected":
        sessions.setdefault(event.session, event)
        return []
    if word(event, "state") not in BROKEN:
        return []
    # One that it does not name may be any.
    ended = [event.session] if event.session else list(sessions)
    return [_until(sessions.pop(session), event.time) for session in ended if session in sessions]


def _until(began: Event, end: int) -> Connection:
    return Connection(began.session, began.node, began.time, end, began.index)
