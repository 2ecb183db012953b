"""What a story is set in: names of servers and sessions, and what happened around the calls."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.history import Event, History
from reports.story.words import nth
from reports.values import hex_id, mapping, text, whole

AROUND = (
    "session",
    "leader",
    "stepped-down",
    "holds",
    "let-go",
    "registered",
    "unregistered",
    "started",
    "ended",
)
"""Occurrences of app nodes that are told beside the witness."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the stories of one history share."""

    servers: dict[str, str]
    """Names of the servers by address without a port."""
    sessions: dict[int, tuple[str, int, int]]
    """By session id: the app node whose it was at first, its number there, and how many that node had."""
    opened: frozenset[int]
    """Indexes of the events with which a session began."""
    reopened: frozenset[int]
    """Those of them that came after the node had lost a session."""
    around: dict[str, list[Event]] = field(default_factory=dict)
    """By node: what is told beside the witness, in order of time."""
    watches: list[Event] = field(default_factory=list)
    """Watch events, in order of time."""
    leads: list[Event] = field(default_factory=list)
    """The polls in which a server was first seen to lead an epoch, but for the first of all; by time."""

    def server(self, address: str) -> str:
        """Name a server by its address, `ZooKeeper` where there is none."""
        return self.servers.get(address.partition(":")[0], address) or "ZooKeeper"

    def session(self, session: int, speaker: str) -> str:
        """Name a session by the app node whose it is: `its session`, `app2's second session`."""
        if session not in self.sessions:
            return f"session {hex_id(session)}" if session else "its session"
        node, number, of = self.sessions[session]
        whose = "its" if node == speaker else f"{node}'s"
        if of == 1:
            return f"{whose} session"
        place = _ORDINALS[number - 1] if number <= len(_ORDINALS) else nth(number)
        return f"{whose} {place} session"


def setting(history: History) -> Setting:
    """Collect what the stories of a history are set in; to be asked for by `history.derive`."""
    spoken = in_time(history.select("session", type="event"))
    owners, opened = _owners(spoken)
    lost: dict[str, int] = {}
    for event in spoken:
        if mapping(event.value).get("state") == "lost":
            lost.setdefault(event.node, event.time)
    around: dict[str, list[Event]] = {}
    for event in in_time(history.select(*AROUND, "node", type="event")):
        around.setdefault(event.node, []).append(event)
    return Setting(
        servers=_server_names(history),
        sessions=owners,
        opened=frozenset(event.index for event in opened),
        reopened=frozenset(e.index for e in opened if e.node in lost and lost[e.node] <= e.time),
        around=around,
        watches=in_time(history.select("watch", type="event")),
        leads=_leads(history),
    )


def in_time(events: Iterable[Event]) -> list[Event]:
    """Sort by time; of two at the same nanosecond the one that arrived first comes first."""
    return sorted(events, key=lambda event: (event.time, event.index))


def _server_names(history: History) -> dict[str, str]:
    found: dict[str, str] = {}
    for event in history.select("environment", type="event"):
        servers = mapping(mapping(event.value).get("servers"))
        found |= {text(address): name for name, address in servers.items()}
    return found


def _owners(spoken: list[Event]) -> tuple[dict[int, tuple[str, int, int]], list[Event]]:
    by_node: dict[str, list[int]] = {}
    first: dict[int, Event] = {}
    for event in spoken:
        if event.session and event.session not in first:
            first[event.session] = event
            by_node.setdefault(event.node, []).append(event.session)
    owners = {
        session: (node, number, len(sessions))
        for node, sessions in by_node.items()
        for number, session in enumerate(sessions, 1)
    }
    return owners, [e for e in first.values() if mapping(e.value).get("state") == "connected"]


def _leads(history: History) -> list[Event]:
    found: list[Event] = []
    seen: set[tuple[str, int | None]] = set()
    for poll in in_time(history.select("server", type="event")):
        told = mapping(poll.value)
        reign = poll.node, whole(told.get("epoch"))
        if told.get("mode") == "leader" and reign not in seen:
            seen.add(reign)
            found.append(poll)
    return found[1:]
