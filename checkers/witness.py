"""The witness of a violation, cut down to the few events without which it would not show.

Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002) over the
calls of the history. A cut must show the same violation: the same guarantee broken in the same way about the
same key. That is what makes cuts honest for guarantees that compare a read with a write: without the write
the read would be wrong in another way, so the write stays.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import msgspec
import numpy as np
from numpy.typing import NDArray

from checkers.registry import Guarantee
from checkers.result import Result, Violation
from harness.history import Event, History
from harness.history.columns import EVENT

BUDGET = 200_000
"""How many events are judged for one violation, all cuts together."""

MOST = 5000
"""How many events a cut may hold before it is worth no try: a whole history is no witness."""

AROUND = 30 * 10**9
"""Nanoseconds before and after a violation of which a long run's occurrences are kept."""

Atom = tuple[int, ...]
"""Positions of events that stay or go together: a call with its answer, or an occurrence."""

LIVES = ("plan", "session")
SETTING = (*LIVES, "phase", "node", "inject", "heal", "server")
"""Occurrences that checkers need to understand calls; cuts hold them all, and they count for no witness."""


def minimal(history: History, guarantee: Guarantee, violation: Violation, budget: int = BUDGET) -> Violation:
    """Return the violation with a witness from which nothing can be left out.

    `budget` counts events that are judged. Where the violation shows in none of the cuts that are tried, the
    witness stays what the checker named.
    """
    trial = _Trial(history, guarantee, violation, budget)
    for positions in _candidates(history, violation):
        atoms = _atoms(history, positions)
        for occurrences in (LIVES, SETTING):
            trial.setting = _setting(history, violation, occurrences)
            if trial.shows(atoms):
                kept = _reduced(atoms, set(violation.witness), trial.shows)
                return msgspec.structs.replace(violation, witness=tuple(sorted(chain.from_iterable(kept))))
    return violation


def shorten(history: History, guarantee: Guarantee, result: Result, most: int = 5) -> Result:
    """Cut down the witnesses of the first violations of a result; the others keep what the checker named."""
    cut = [minimal(history, guarantee, violation) for violation in result.violations[:most]]
    return msgspec.structs.replace(result, violations=(*cut, *result.violations[most:]))


def reduce(atoms: Sequence[Atom], shows: Callable[[Sequence[Atom]], bool]) -> list[Atom]:
    """Leave out whatever can be, in ever smaller pieces, until no single atom can (ddmin)."""
    kept, pieces = list(atoms), 2
    while len(kept) > 1:
        size = -(-len(kept) // pieces)
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if rest and shows(rest):
                kept, pieces = rest, max(pieces - 1, 2)
                break
        else:
            if size == 1:
                break
            pieces = min(pieces * 2, len(kept))
    return kept


def _reduced(atoms: Sequence[Atom], named: set[int], shows: Callable[[Sequence[Atom]], bool]) -> list[Atom]:
    """Leave out first what the checker did not name.

    The sentence speaks of what it named: something else that shows the same must not take its place.
    """
    own = [atom for atom in atoms if not named.isdisjoint(atom)]
    beside = [atom for atom in atoms if named.isdisjoint(atom)]
    needed = [] if shows(own) else reduce(beside, lambda some: shows([*own, *some]))
    return reduce([*needed, *own], shows)


class _Trial:
    """Judges cuts of one history for one violation."""

    def __init__(self, history: History, guarantee: Guarantee, violation: Violation, budget: int):
        self._history = history
        self._guarantee = guarantee
        self._violation = violation
        self._left = budget
        self._known: dict[int, Event] = {}
        self.setting: list[int] = []
        """Positions of the occurrences that every cut holds."""

    def shows(self, atoms: Sequence[Atom]) -> bool:
        """Tell whether a cut still shows the violation; always False once the budget is spent."""
        positions = sorted({*self.setting, *chain.from_iterable(atoms)})
        if self._left < len(positions) or len(positions) > MOST:
            return False
        self._left -= len(positions)
        # A history's events are numbered by their place in it, and checkers rely on that.
        events = [
            msgspec.structs.replace(self._event(position), index=place)
            for place, position in enumerate(positions)
        ]
        cut = History(events, name=self._history.name)
        wanted = (self._violation.kind, self._violation.key)
        try:
            found = self._guarantee.check(cut).violations
        except Exception:  # noqa: BLE001 - a cut that a checker cannot read shows nothing
            return False
        return any((violation.kind, violation.key) == wanted for violation in found)

    def _event(self, position: int) -> Event:
        # Those of a large history are decoded anew whenever they are asked for.
        if position not in self._known:
            self._known[position] = self._history.events[position]
        return self._known[position]


def _setting(history: History, violation: Violation, occurrences: tuple[str, ...]) -> list[int]:
    """Positions of some occurrences, of many those around the violation; none that the checker named."""
    columns = history.columns
    chosen = np.isin(columns.f, [columns.texts.find(f) for f in occurrences]) & (columns.type == EVENT)
    positions = np.flatnonzero(chosen)
    if len(positions) > MOST // 4:
        time = columns.time[positions]
        near = (time >= violation.time - AROUND) & (time <= violation.until + AROUND)
        positions = positions[near | (columns.f[positions] == columns.texts.find("plan"))]
    return [int(position) for position in np.setdiff1d(positions, violation.witness)]


def _candidates(history: History, violation: Violation) -> Iterable[NDArray[np.int64]]:
    """Yield ever larger sets of positions in which the violation may show, the checker's witness first."""
    witness = np.array(violation.witness, np.int64)
    witness = witness[(witness >= 0) & (witness < len(history))]
    yield witness
    columns = history.columns
    keys = np.unique(columns.key[witness])
    keys = keys[keys != columns.texts.find("")]
    sessions = np.unique(columns.session[witness])
    same_key = np.flatnonzero(np.isin(columns.key, keys))
    same_session = np.flatnonzero(np.isin(columns.session, sessions[sessions != 0]))
    for more in (same_key, same_session, np.union1d(same_key, same_session)):
        yield np.union1d(witness, more)


def _atoms(history: History, positions: NDArray[np.int64]) -> list[Atom]:
    """Group positions into atoms: an invocation brings its completion along, and the other way round."""
    calls = history.calls
    atoms: dict[Atom, None] = {}
    is_call = history.columns.type[positions] != EVENT
    rows = history.derive(_call_of_event)[positions]
    for position, call, row in zip(positions.tolist(), is_call.tolist(), rows.tolist(), strict=True):
        if call and row >= 0:
            both = (int(calls.invoke[row]), int(calls.complete[row]))
            atoms[tuple(place for place in both if place >= 0)] = None
        else:
            atoms[(position,)] = None
    return list(atoms)


def _call_of_event(history: History) -> NDArray[np.int64]:
    """Return for every event the row of the call that it begins or completes, -1 for an occurrence."""
    calls = history.calls
    row = np.full(len(history), -1, np.int64)
    row[calls.invoke] = np.arange(len(calls))
    done = calls.complete >= 0
    row[calls.complete[done]] = np.flatnonzero(done)
    return row
