"""Which unknown effects explain that a path was there when it should not have been, or the other way round.

The known births and ends of a path cut its time into stretches in which it should be there, or gone, all the
time. Only a stretch with a statement against that is searched: in it, every turn from one statement to the
opposite one needs an unknown effect in between, a create, or a delete (by somebody, by the unknown end of
the owner's session, or by a server that removes containers and what has a time to live). An effect that is
not needed is never assumed: it could only be missing elsewhere. So if any placement of unknown effects
explains a stretch, one with only the needed turns does, and only where none does the history is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from checkers.facts.candidates import Candidates
from checkers.facts.effects import APPEAR, CONTAINER_OWNER, NOBODY, SOMEBODY, VANISH, Row, row
from checkers.facts.sessions import Session
from checkers.facts.timeline import Timeline
from checkers.facts.transactions import CREATE, DELETE, FOREVER, UNTOLD
from harness.history.columns import I8

BUDGET = 20_000
"""Configurations that the search may look at for one path."""

UNASKED = -1
"""Stands for the removal of a node by the servers themselves."""


@dataclass(frozen=True, slots=True)
class Token:
    """A statement about a path: `alive` in the state after the zxid, or right before it."""

    key: int
    zxid: int
    alive: bool
    before: bool
    """The statement is of a write, so that the zxid itself is taken."""
    mark: int
    """What the caller calls it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An assumed effect: it happened from zxid `low` to `high`, both inclusive."""

    low: int
    high: int
    alive: bool
    cause: int
    """Row of the unknown effect, or UNASKED."""


@dataclass(slots=True)
class Settled:
    """What came out for a path."""

    turns: list[tuple[Turn, ...]] = field(default_factory=list)
    """Every way that explains it."""
    unexplained: list[int] = field(default_factory=list)
    """Marks of statements that nothing explains."""
    exhausted: bool = False
    """The budget ended before the search did."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A configuration: what was assumed so far, and whose node it is that is there."""

    owner: int
    turns: tuple[Turn, ...] = ()
    used: frozenset[int] = frozenset()


class Settler:
    """Searches paths one by one."""

    def __init__(self, candidates: Candidates, sessions: dict[int, Session], budget: int = BUDGET):
        self._candidates = candidates
        self._sessions = sessions
        self._ends = np.array(sorted(one.closed for one in sessions.values()), np.int64)
        self._budget = budget

    def settle(self, path: int, stretches: Sequence[tuple[int, bool, int, list[Token]]]) -> Settled:
        """Search the stretches of a path in turn.

        A stretch is the zxid at which it begins, whether the path is there then, its owner, and the
        statements in order.
        """
        settled, ways, looked = Settled(), [_Way(SOMEBODY)], 0
        for zxid, alive, owner, tokens in stretches:
            ways = _distinct(_Way(owner, way.turns, way.used) for way in ways)
            low, state = zxid + 1, alive
            for token in tokens:
                if token.alive != state:
                    high = token.zxid - token.before
                    more = [
                        after for way in ways for after in self._turned(path, way, low, high, token.alive)
                    ]
                    looked += len(more) + 1
                    if looked > self._budget:
                        settled.exhausted = True
                        return settled
                    if not more:
                        settled.unexplained.append(token.mark)
                        continue
                    ways, state = _distinct(more), token.alive
                low = max(low, token.zxid + 1)
        settled.turns = [way.turns for way in ways]
        return settled

    def _turned(self, path: int, way: _Way, low: int, high: int, alive: bool) -> Iterator[_Way]:  # noqa: FBT001 - the state
        candidates = self._candidates
        if not alive and self._removed_unasked(way.owner, low, high):
            yield _Way(NOBODY, (*way.turns, Turn(low, high, alive, UNASKED)), way.used)
        for cause in candidates.on(CREATE if alive else DELETE, path):
            if cause not in way.used and candidates.fits(cause, low, high):
                owner = int(candidates.owner[cause]) if alive else NOBODY
                turn = Turn(
                    max(low, int(candidates.unknown.after[cause]) + 1),
                    min(high, int(candidates.unknown.before[cause]) - 1),
                    alive,
                    cause,
                )
                yield _Way(owner, (*way.turns, turn), way.used | {cause})

    def _removed_unasked(self, owner: int, low: int, high: int) -> bool:
        """Tell whether the servers may have removed a node of an owner on their own."""
        if owner == NOBODY:
            return False
        if owner == CONTAINER_OWNER:
            return self._candidates.free(low, high)
        if owner == SOMEBODY:
            # It may have been any session, also one of which the end is known.
            left, right = np.searchsorted(self._ends, [low, high + 1])
            return bool(right > left) or self._candidates.free(low, high)
        session = self._sessions.get(owner)
        if session is None:
            return self._candidates.free(low, high)
        if session.closed < FOREVER:
            return low <= session.closed <= high
        return self._candidates.free(max(low, session.last_write + 1), high)


def _distinct(ways: Iterator[_Way] | Sequence[_Way]) -> list[_Way]:
    """Return one way of those that leave the same owner and the same effects."""
    found: dict[tuple[int, frozenset[int]], _Way] = {}
    for way in ways:
        found.setdefault((way.owner, way.used), way)
    return list(found.values())


def stretches(line: Timeline, path: int, tokens: list[Token]) -> Iterator[tuple[int, bool, int, list[Token]]]:
    """Cut the statements of a path at its births and ends; yield those stretches that contradict."""
    cuts = births_and_ends(line, path)
    keys = np.array([token.key for token in tokens], np.int64)
    place = np.searchsorted(line.keys[cuts], keys, "right") - 1
    for stretch in np.unique(place).tolist():
        inside = [token for token, at in zip(tokens, place.tolist(), strict=True) if at == stretch]
        cut = int(cuts[stretch]) if stretch >= 0 else -1
        alive = cut >= 0 and bool(line.alive[cut])
        if any(token.alive != alive for token in inside):
            owner = int(line.owner[cut]) if alive else NOBODY
            yield int(line.effects.zxid[cut]) if cut >= 0 else 0, alive, owner, inside


def births_and_ends(line: Timeline, path: int) -> I8:
    """Return the rows at which a path begins to be there, anew or not, or ceases to.

    It ceases to with every end, also where nobody knows what had made it since the one before.
    """
    rows = line.of(path)
    alive, number = line.alive[rows], np.arange(rows.start, rows.stop)
    turns = ~alive
    turns[:1] = True
    turns[1:] |= alive[1:] & ~alive[:-1]
    cuts: I8 = number[turns | (line.born[rows] == number)]
    return cuts


def rows_of(path: int, settled: Settled, candidates: Candidates) -> list[Row]:
    """Return the effects of the first way; what the ways do not agree on stays open."""
    if not settled.turns:
        return []
    unknown, found = candidates.unknown, []
    for place, turn in enumerate(settled.turns[0]):
        causes = {way[place].cause for way in settled.turns}
        sure = len(causes) == 1 and turn.cause != UNASKED
        if sure:
            candidates.spend(turn.cause, path)
        owner = candidates.owner[turn.cause] if sure else SOMEBODY
        found.append(
            row(
                path,
                turn.high,
                APPEAR if turn.alive else VANISH,
                data=int(unknown.data[turn.cause]) if sure and turn.alive else UNTOLD,
                owner=int(owner) if turn.alive else NOBODY,
                call=int(unknown.call[turn.cause]) if sure else -1,
                since=turn.low,
            )
        )
    return found
