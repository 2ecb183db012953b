"""States by number, and every step taken once: the model is asked for each state and kind once only."""

from collections.abc import Hashable, Sequence

from checkers.linearizability.call import Call
from checkers.linearizability.model import Model, State

ILLEGAL = -1


class States:
    """The states that a search has met, numbered from 0, the initial one."""

    def __init__(self, model: Model, kinds: Sequence[Call]):
        self.model = model
        self._kinds = kinds
        self.known: list[State] = []
        self.facets: list[Hashable] = []
        self._steps: list[dict[int, int]] = []
        self._numbers: dict[State, int] = {}
        self._number(model.init)

    def step(self, state: int, kind: int) -> int:
        """Return the state after a call of a kind, ILLEGAL where it cannot be answered so."""
        after = self._steps[state].get(kind)
        if after is None:
            legal, reached = self.model.step(self.known[state], self._kinds[kind])
            after = self._steps[state][kind] = self._number(reached) if legal else ILLEGAL
        return after

    def steps(self, state: int) -> dict[int, int]:
        """Return the steps from a state that were taken before, by kind."""
        return self._steps[state]

    def hopeless(self, state: int, kind: int) -> bool:
        """Tell whether a known call of a kind can be legal neither in a state nor after any other calls."""
        return not self.model.may_follow(self.known[state], self._kinds[kind])

    def _number(self, state: State) -> int:
        number = self._numbers.get(state)
        if number is None:
            number = self._numbers[state] = len(self.known)
            self.known.append(state)
            self.facets.append(self.model.shows(state))
            self._steps.append({})
        return number
