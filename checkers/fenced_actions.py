"""Level two of an election: no action of an older leader is accepted after a newer one has taken over."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from checkers.context import fault_ids, number, told
from checkers.first_in_line import candidates, election_listings, first_of
from checkers.leaderships import Leadership
from checkers.line_sightings import Listing, first_listing_without
from checkers.result import Violation
from checkers.wording import child_of, count, moment, name_of, parent_of, token
from harness.history import Event, History


@dataclass(frozen=True, slots=True)
class Stale:
    """What one older leader still got accepted after one newer one, in zxid order."""

    newer: Event
    """The newer leader's own accepted action, or the listing that shows it in the older one's place."""
    actions: list[Event] = field(default_factory=list)


def accepted_actions(history: History) -> list[Event]:
    """Return the acknowledged `work` of all leaders in the order in which ZooKeeper carried it out."""
    actions = [e for e in history.select("work", type="ok") if e.zxid > 0 and number(e, "token")]
    return sorted(actions, key=lambda event: event.zxid)


def stale_actions(history: History, reigns: Iterable[Leadership]) -> list[Violation]:
    """Return a violation for every older leader and the newer one after which it still acted.

    A newer leader has taken over when one of its actions was accepted, or when the election's children
    were listed with the newer candidate first and the older one gone: `work` checks the leader's
    election node in the same transaction, so nothing of the older one can be accepted afterwards.
    """
    actions = accepted_actions(history)
    by_token = {reign.token: reign for reign in reigns}
    nodes = candidates(history)
    behind = _behind(actions).values()
    seen = {number(stale.actions[0], "token") for stale in behind}
    rest = [action for action in actions if number(action, "token") not in seen]
    gone = _gone(rest, election_listings(history)).values()
    return [
        *(_after_action(history, by_token, stale) for stale in behind),
        *(_after_listing(history, by_token, nodes, stale) for stale in gone),
    ]


def _behind(actions: list[Event]) -> dict[tuple[str, int, int], Stale]:
    """Pair actions whose token is smaller than one accepted before on the same key, by both tokens."""
    found: dict[tuple[str, int, int], Stale] = {}
    newest: dict[str, Event] = {}
    for action in actions:
        newer = newest.get(action.key)
        mine = number(action, "token")
        if newer is None or number(newer, "token") < mine:
            newest[action.key] = action
        elif mine < number(newer, "token"):
            pair = (action.key, mine, number(newer, "token"))
            found.setdefault(pair, Stale(newer)).actions.append(action)
    return found


def _gone(actions: list[Event], listed: dict[str, list[Listing]]) -> dict[str, Stale]:
    """Collect by election node the actions accepted when a listing had already shown the node gone."""
    gone: dict[str, Listing | None] = {}
    found: dict[str, Stale] = {}
    for action in actions:
        path = told(action, "path")
        if not isinstance(path, str):
            continue
        if path not in gone:
            rows = listed.get(parent_of(path), [])
            gone[path] = first_listing_without(rows, name_of(path), number(action, "token"))
        listing = gone[path]
        if listing is not None and action.zxid >= listing.high and listing.names:
            found.setdefault(path, Stale(listing.event)).actions.append(action)
    return found


def _after_action(history: History, reigns: dict[int, Leadership], stale: Stale) -> Violation:
    late = stale.actions[0]
    old, new = _who(late, reigns), _who(stale.newer, reigns)
    sentence = (
        f"an action of {old}, leader with token {token(number(late, 'token'))}, was accepted at "
        f"{moment(history, late.time)} after {new}, leader with the newer token "
        f"{token(number(stale.newer, 'token'))}, had already acted at {moment(history, stale.newer.time)}"
        f"{_rest(stale)}."
    )
    reign = reigns.get(number(stale.newer, "token"))
    return _violation(history, stale, (old, new), sentence, reign)


def _after_listing(
    history: History, reigns: dict[int, Leadership], nodes: dict[str, str], stale: Stale
) -> Violation:
    late = stale.actions[0]
    old = _who(late, reigns)
    first = first_of(stale.newer.value) or stale.newer.value[0]
    path = child_of(stale.newer.key, first)
    new = nodes.get(path) or "an unknown candidate"
    sentence = (
        f"an action of {old}, leader with token {token(number(late, 'token'))}, was accepted at "
        f"{moment(history, late.time)} (transaction {token(late.zxid)}) though its election node was gone "
        f"by transaction {token(stale.newer.zxid)} and {new} was first in line{_rest(stale)}."
    )
    reign = next((reign for reign in reigns.values() if reign.path == path), None)
    return _violation(history, stale, (old, new), sentence, reign)


def _violation(
    history: History, stale: Stale, who: tuple[str, str], sentence: str, reign: Leadership | None
) -> Violation:
    late, newer = stale.actions[0], stale.newer
    start, end = min(late.time, newer.time), max(stale.actions[-1].time, late.time, newer.time)
    return Violation(
        kind="stale-action",
        sentence=sentence[0].upper() + sentence[1:],
        witness=(*((reign.began,) if reign else ()), newer.index, late.index),
        time=late.time,
        until=max(late.time, stale.actions[-1].time),
        nodes=tuple(dict.fromkeys(who)),
        key=late.key,
        faults=fault_ids(history, start, end),
    )


def _who(action: Event, reigns: dict[int, Leadership]) -> str:
    reign = reigns.get(number(action, "token"))
    return reign.node if reign else action.node or action.process


def _rest(stale: Stale) -> str:
    others = len(stale.actions) - 1
    return f", and {count(others, 'more action')} of it followed" if others else ""
