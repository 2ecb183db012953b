"""What everybody has to know of each member, and from when to when."""

from collections.abc import Iterable
from dataclasses import dataclass

from checkers.context import Span, in_time, program_ended
from checkers.recipes.holdings import Holding, leaderships
from checkers.recipes.members.connections import Connection
from checkers.recipes.members.spans import common, lasting, without
from checkers.recipes.members.stillness import Stillness
from checkers.recipes.members.views import Members, registries
from checkers.wording import moment, name_of, parent_of, session_name
from harness.history import Event, History


@dataclass(frozen=True, slots=True)
class Demand:
    """One fact of one member that everybody has to know from `start` to `end` (ns)."""

    kind: str
    """What it is called when it is not met: `missing-member`, `old-session` or `dead-member`."""
    address: str
    node: str
    """The member's app node."""
    session: int
    """Under which it has to be listed, 0 where it must not be listed at all."""
    since: int
    """Since when it has been so (ns); it is demanded a bound later."""
    start: int
    end: int
    why: str
    """The fact as a clause: `app3 has been connected since 12.1 s (session 0x1)`."""
    event: int
    """Index of the event that tells of it."""

    def met_by(self, members: Members) -> bool:
        """Tell whether somebody with this knowledge knows it."""
        owner = members.get(self.address)
        if self.kind == "missing-member":
            return owner is not None
        if self.kind == "old-session":
            # One that is missing, or that no session owns, is another matter.
            return not owner or owner == self.session
        return owner is None


def addresses(history: History) -> dict[str, set[str]]:
    """Return the addresses that each app node asked to be registered, by node; no two ask for the same."""
    paths = registries(history)
    asked: dict[str, set[str]] = {}
    for event in history.select("create", type="invoke") if paths else ():
        if parent_of(event.key) in paths:
            asked.setdefault(name_of(event.key), set()).add(event.node)
    found: dict[str, set[str]] = {}
    for address, nodes in asked.items():
        node, *others = nodes
        if not others:
            found.setdefault(node, set()).add(address)
    return found


def demands(history: History, connected: Iterable[Connection], still: Stillness, bound: int) -> list[Demand]:
    """Return what has to be known of all members, each a bound (ns) after it became true."""
    connected = list(connected)
    reigns = history.derive(leaderships)
    found = []
    for node, own in addresses(history).items():
        mine = [connection for connection in connected if connection.node == node]
        led = [reign for reign in reigns if reign.node == node]
        for address in sorted(own):
            found += _listed(history, address, mine, led, still, bound)
            found += _led(history, address, led, still, bound)
            found += _dead(history, address, node, still, bound)
    return found


def _listed(
    history: History,
    address: str,
    mine: list[Connection],
    led: list[Holding],
    still: Stillness,
    bound: int,
) -> list[Demand]:
    """Who has joined the election with a session has to be listed under it, except while it leads."""
    joined = {event.session: event for event in reversed(in_time(history.select("candidate", type="event")))}
    found = []
    for connection in mine:
        joining = joined.get(connection.session)
        if joining is None or joining.time >= connection.end:
            continue
        whole = Span(max(connection.start, joining.time), connection.end)
        there = common(without([whole], led), still.around(connection.node))
        alone = lasting(common(there, still.steady), bound)
        for kind, spans in (("missing-member", lasting(there, bound)), ("old-session", alone)):
            for span in spans:
                since = span.start - bound
                found.append(
                    Demand(
                        kind,
                        address,
                        connection.node,
                        connection.session,
                        since,
                        span.start,
                        span.end,
                        _why(history, connection, led, since),
                        connection.began,
                    )
                )
    return found


def _why(history: History, connection: Connection, led: list[Holding], since: int) -> str:
    name = session_name(connection.session)
    why = f"{connection.node} has been connected since {moment(history, connection.start)} (session {name})"
    resigned = any(reign.end == since for reign in led)
    return f"{why} and has not led since {moment(history, since)}" if resigned else why


def _led(history: History, address: str, led: list[Holding], still: Stillness, bound: int) -> list[Demand]:
    """Who leads is not listed."""
    return [
        Demand(
            "dead-member",
            address,
            reign.node,
            0,
            span.start - bound,
            span.start,
            span.end,
            f"{reign.node} has been master since {moment(history, reign.start)} and is no member meanwhile",
            reign.began,
        )
        for reign in led
        for span in lasting(common([reign], still.around(reign.node)), bound)
    ]


def _dead(history: History, address: str, node: str, still: Stillness, bound: int) -> list[Demand]:
    """Whose program is gone is not listed, once its session must have expired."""
    return [
        Demand(
            "dead-member",
            address,
            node,
            0,
            span.start - bound,
            span.start,
            span.end,
            f"the program of {node} has been gone since {moment(history, death.time)}",
            death.index,
        )
        for death, absence in absences(history, node)
        for span in lasting(common([absence], still.steady), bound)
    ]


def absences(history: History, node: str) -> list[tuple[Event, Span]]:
    """Return the ends of an app node's programs, each with the time until the next one began."""
    lives = [e for e in in_time(history.select("node", type="event")) if e.node == node]
    found = []
    for place, event in enumerate(lives):
        if program_ended(event):
            after = lives[place + 1].time if place + 1 < len(lives) else history.end
            found.append((event, Span(event.time, after)))
    return found
