"""Level two of a contest: no action of an older winner is accepted after a newer one has taken over."""

from checkers.context import fault_ids, number, told
from checkers.recipes.actions import Stale, accepted_actions, overtaken
from checkers.recipes.contest import Contest
from checkers.recipes.first_in_line import first_of
from checkers.recipes.holdings import Holding
from checkers.recipes.line_sightings import Listing, first_listing_without
from checkers.result import Violation
from checkers.wording import child_of, count, moment, name_of, parent_of, token
from harness.history import Event, History


def stale_actions(history: History, contest: Contest, reigns: list[Holding]) -> list[Violation]:
    """Return a violation for every older winner and the newer one after which it still acted.

    A newer one has taken over when one of its actions was accepted, or when the line was listed with the
    newer one first and the older one gone: `work` checks the own node in the same transaction, so nothing of
    the older one can be accepted afterwards.
    """
    story = _Story(history, contest, reigns)
    actions = history.derive(accepted_actions)
    behind = overtaken(actions, story.age, story.shares)
    seen = {story.age(stale.actions[0]) for stale in behind}
    rest = [action for action in actions if story.age(action) not in seen]
    return [
        *(story.after_action(stale) for stale in behind),
        *(story.after_listing(stale) for stale in _gone(rest, story)),
    ]


def _gone(actions: list[Event], story: "_Story") -> list[Stale]:
    """Collect by own node the actions accepted when a listing had already shown the node gone."""
    lines = story.contest.lines(story.history)
    gone: dict[tuple[str, int], Listing | None] = {}
    found: dict[tuple[str, int], Stale] = {}
    for action in actions:
        path = told(action, "path")
        if not isinstance(path, str):
            continue
        # A path may be made again: the age tells whose node it is.
        place = path, story.age(action)
        if place not in gone:
            gone[place] = first_listing_without(lines.get(parent_of(path), []), name_of(path), place[1])
        listing = gone[place]
        if listing is not None and action.zxid >= listing.high and listing.names:
            found.setdefault(place, Stale(listing.event)).actions.append(action)
    return list(found.values())


class _Story:
    """Knows who did what, and tells what went wrong."""

    def __init__(self, history: History, contest: Contest, reigns: list[Holding]):
        self.history = history
        self.contest = contest
        self._births = contest.births(history)
        self._by_grip = {(reign.token, reign.path): reign for reign in reigns}
        self._by_path = {reign.path: reign for reign in reigns}

    def age(self, action: Event) -> int:
        """Return what tells who came later."""
        birth = self._births.get(str(told(action, "path")))
        return birth.zxid if birth else number(action, "token")

    def shares(self, action: Event) -> bool:
        """Tell whether its holder held together with others."""
        reign = self._reign(action)
        return reign is not None and reign.shared

    def after_action(self, stale: Stale) -> Violation:
        """Tell of actions after one of a newer winner."""
        late, newer = stale.actions[0], stale.newer
        old, new = self._who(late), self._who(newer)
        sentence = (
            f"an action of {old}, {self._title(late)} with token {token(number(late, 'token'))}, was "
            f"accepted at {self._moment(late)} after {new}, {self._title(newer)} with the newer token "
            f"{token(number(newer, 'token'))}, had already acted at {self._moment(newer)}{_rest(stale)}."
        )
        return self._violation(stale, (old, new), sentence, self._reign(newer))

    def after_listing(self, stale: Stale) -> Violation:
        """Tell of actions after the own node was seen gone."""
        late, listing = stale.actions[0], stale.newer
        names = [name for name in listing.value if isinstance(name, str)]
        path = child_of(listing.key, first_of(names) or names[0])
        old = self._who(late)
        new = self.contest.contenders(self.history).get(path) or self.contest.stranger
        sentence = (
            f"an action of {old}, {self._title(late)} with token {token(number(late, 'token'))}, was "
            f"accepted at {self._moment(late)} (transaction {token(late.zxid)}) though its "
            f"{self.contest.node} was gone by transaction {token(listing.zxid)} and {new} was first in line"
            f"{_rest(stale)}."
        )
        return self._violation(stale, (old, new), sentence, self._by_path.get(path))

    def _reign(self, action: Event) -> Holding | None:
        return self._by_grip.get((number(action, "token"), str(told(action, "path"))))

    def _who(self, action: Event) -> str:
        reign = self._reign(action)
        return reign.node if reign else action.node or action.process

    def _title(self, action: Event) -> str:
        path = told(action, "path")
        return self.contest.title(parent_of(path) if isinstance(path, str) else action.key)

    def _moment(self, action: Event) -> str:
        return moment(self.history, action.time)

    def _violation(
        self, stale: Stale, who: tuple[str, str], sentence: str, reign: Holding | None
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
            faults=fault_ids(self.history, start, end),
        )


def _rest(stale: Stale) -> str:
    others = len(stale.actions) - 1
    return f", and {count(others, 'more action')} of it followed" if others else ""
