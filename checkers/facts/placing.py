"""Unknown effects assumed where statements about a path demand them, path by path."""

import numpy as np
from numpy.typing import NDArray

from checkers.facts.candidates import Candidates
from checkers.facts.effects import APPEAR, Effects, Row, table
from checkers.facts.evidence import Evidence
from checkers.facts.lists import Story
from checkers.facts.positions import Positions
from checkers.facts.sessions import Session
from checkers.facts.settle import Settled, Settler, Token, births_and_ends, rows_of, stretches
from checkers.facts.timeline import Timeline
from checkers.facts.transactions import CREATE, DELETE
from harness.history.columns import I8


class Placing:
    """Keeps what was assumed for each path; looks only at paths with a statement that does not fit."""

    def __init__(
        self,
        line: Timeline,
        said: Evidence,
        candidates: Candidates,
        known: dict[int, Session],
        positions: Positions,
    ):
        self._line, self._said, self._candidates, self._positions = line, said, candidates, positions
        self._settler = Settler(candidates, known)
        self.assumed: dict[int, list[Row]] = {}
        self.undecided: dict[int, list[int]] = {}
        """{path: calls of the candidates} where the search ended before it was done."""

    def settle_all(self) -> None:
        """Settle every path with a statement that does not fit to the known effects."""
        for path in np.unique(self._said.path[contradictions(self._line, self._said)]).tolist():
            self._settle(path, [])

    def explain(self, child: int, tokens: list[Token]) -> Story:
        """Settle a path once more with statements of lists; see `lists.Explain`."""
        settled = self._settle(child, tokens)
        return Story(self._changes(child), set(settled.unexplained), settled.exhausted)

    def effects(self) -> Effects:
        """Return all assumed effects."""
        return table(row for path in sorted(self.assumed) for row in self.assumed[path])

    def _settle(self, path: int, more: list[Token]) -> Settled:
        self._candidates.release(path)
        tokens = self._tokens(path, more)
        settled = self._settler.settle(path, list(stretches(self._line, path, tokens)))
        if settled.exhausted:
            calls = self._candidates.unknown.call
            rows = [*self._candidates.on(CREATE, path), *self._candidates.on(DELETE, path)]
            self.undecided[path] = sorted({int(calls[row]) for row in rows})
        self.assumed[path] = rows_of(path, settled, self._candidates)
        return settled

    def _tokens(self, path: int, more: list[Token]) -> list[Token]:
        """Return the statements about a path where there is a contradiction, first and last of each run."""
        said, line, span = self._said, self._line, self._line.span
        left, right = np.searchsorted(said.key, [path * span, (path + 1) * span])
        key, alive = said.key[left:right], said.alive[left:right]
        cuts = line.keys[births_and_ends(line, path)]
        place = np.searchsorted(cuts, key, "right")
        wanted = place[contradictions_in(line, key, alive)]
        added = np.array([token.key for token in more], np.int64)
        extra = np.searchsorted(cuts, added, "right")
        inside = np.isin(place, np.concatenate((wanted, extra)))
        edge = np.ones(len(key) + 1, bool)
        edge[1:-1] = (alive[1:] != alive[:-1]) | (place[1:] != place[:-1])
        # What is added may cut a run in two.
        edge[np.searchsorted(key, added, "left")] = edge[np.searchsorted(key, added, "right")] = True
        rows = np.flatnonzero(inside & (edge[:-1] | edge[1:])) + int(left)
        told = [
            Token(
                int(said.key[row]),
                int(said.zxid[row]),
                bool(said.alive[row]),
                before=bool(said.before[row]),
                mark=row,
            )
            for row in rows.tolist()
        ]
        return sorted([*told, *more], key=lambda token: token.key)

    def _changes(self, path: int) -> list[tuple[int, int]]:
        """Return when a path came and went, with what is assumed: (place, 1 or -1)."""
        line = self._line
        rows = line.of(path)
        states = list(zip(line.places[rows].tolist(), line.alive[rows].tolist(), strict=True))
        assumed = self.assumed[path]
        places = self._positions.before(np.array([row[1] for row in assumed], np.int64))
        states += [(place, row[3] == APPEAR) for place, row in zip(places.tolist(), assumed, strict=True)]
        there, changes = False, []
        for place, alive in sorted(states):
            if alive != there:
                changes.append((place, 1 if alive else -1))
            there = alive
        return changes


def contradictions_in(line: Timeline, key: I8, alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which statements do not fit to a timeline."""
    found: NDArray[np.bool_] = line.alive[line.at(key)] != alive
    return found


def contradictions(line: Timeline, said: Evidence) -> I8:
    """Return the rows of the statements that do not fit to a timeline."""
    return np.flatnonzero(contradictions_in(line, said.key, said.alive))
