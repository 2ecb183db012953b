"""What is competed for, an election's lead or a lock, and the words for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from checkers.recipes.births import Birth, births
from checkers.recipes.holdings import own_path
from checkers.recipes.line_sightings import Listing, listings
from checkers.wording import parent_of
from harness.history import History


@dataclass(frozen=True, slots=True)
class Contest:
    """One kind of competition in which whoever is first in line wins."""

    told_by: tuple[str, ...]
    """Events that name the own node of whoever tells."""
    by_birth: bool
    """Who is older is judged by the birth of the node in line, because a token may be anything."""
    to_win: str
    """What winners believe to do: `lead`; `{}` stands for what is held."""
    won: str
    """`led at /election`"""
    gave_up: str
    """How a belief ended: `stepped down`."""
    winner: str
    """`leader`"""
    node: str
    """What a place in the line is: `election node`."""
    stranger: str
    """Somebody of whom nothing else is known: `an unknown candidate`."""
    rivals: str
    """Whoever is in line: `candidates`."""
    order: str
    """By what their actions are judged: `the order of their tokens`."""
    alone: str
    """What it means that no two beliefs overlapped: `nobody believed to lead beside another`."""
    older: str
    """Whose belief began first: `the older leader`."""

    def doing(self, resource: str) -> str:
        """Say what winners believe: that they `lead`, or `hold /locks/a`."""
        return self.to_win.format(resource)

    def title(self, resource: str) -> str:
        """Say who won: a `leader`, or `holder of /locks/a`."""
        return self.winner.format(resource)

    def held(self, resource: str) -> str:
        """Say what winners do, once it is over: `held /locks/a`."""
        return self.won.format(resource)

    def births(self, history: History) -> Mapping[str, Birth]:
        """Return by path the births of nodes in line, as far as they count more than a token."""
        return history.derive(births) if self.by_birth else {}

    def contenders(self, history: History) -> dict[str, str]:
        """Return the app node behind each node in a line, as far as the history tells."""
        found = self._named(history)
        for event in history.select("create", type="ok") if found else ():
            if isinstance(event.value, str):
                found.setdefault(event.value, event.node)
        return found

    def lines(self, history: History) -> dict[str, list[Listing]]:
        """Return the listings of every line in zxid order, by path."""
        paths = {parent_of(path) for path in self._named(history)}
        # Without a contest a long history is not read once more.
        return (
            {path: rows for path, rows in history.derive(listings).items() if path in paths} if paths else {}
        )

    def _named(self, history: History) -> dict[str, str]:
        told = ((own_path(event), event.node) for event in history.select(*self.told_by))
        return {path: node for path, node in told if path}


ELECTION = Contest(
    told_by=("candidate", "leader"),
    by_birth=False,
    to_win="lead",
    won="led at {}",
    gave_up="stepped down",
    winner="leader",
    node="election node",
    stranger="an unknown candidate",
    rivals="candidates",
    order="the order of their tokens",
    alone="nobody believed to lead beside another",
    older="the older leader",
)

LOCK = Contest(
    told_by=("holds",),
    by_birth=True,
    to_win="hold {}",
    won="held {}",
    gave_up="let go",
    winner="holder of {}",
    node="lock node",
    stranger="an unknown contender",
    rivals="contenders",
    order="the order of the holders",
    alone="nobody believed to hold what another held alone",
    older="the older holder",
)
