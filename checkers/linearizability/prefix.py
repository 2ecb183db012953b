"""The shortest prefix of a history that has no linearization, and the longest ones that have.

The search looks ahead: it gives up a configuration when a later call can no longer be explained. So where it
got stuck is no later than where the history breaks, and from there the break is looked for, first in strides,
then by halving: a prefix of a linearizable prefix is linearizable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.model import Model, State
from checkers.linearizability.outcome import Outcome, Prefix
from checkers.result import Verdict

Decide = Callable[[Sequence[Call], int], Outcome]
"""A search among calls that are not prepared, under a budget."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a history stops being linearizable."""

    calls: tuple[Call, ...]
    """The calls of the shortest prefix without linearization; those open at its end are unknown."""
    stuck: Call
    """The call whose return ends it."""
    longest: tuple[Prefix, ...]
    """Linearizations of everything that returned before, one for each state that was found at their end."""


def until(model: Model, calls: Sequence[Call], end: int) -> list[Call]:
    """Return the calls of the prefix up to a return: those that are open then are unknown."""
    cut = [
        call if call.returned <= end else replace(call, returned=NEVER)
        for call in calls
        if call.invoked < end
    ]
    return [call for call in cut if call.returned != NEVER or not model.reads(call)]


def find_break(model: Model, calls: Sequence[Call], failed: Outcome, decide: Decide, budget: int) -> Break:
    """Find the break of calls whose search failed; a prefix that takes more than `budget` counts as whole."""
    by_return = sorted((call for call in calls if call.returned != NEVER), key=lambda call: call.returned)
    assert failed.stuck is not None
    outcomes: dict[int, Outcome] = {len(by_return) - 1: failed}

    def fails(place: int) -> bool:
        if place not in outcomes:
            outcomes[place] = decide(until(model, calls, by_return[place].returned), budget)
        return outcomes[place].verdict is Verdict.VIOLATION

    whole = next(at for at, call in enumerate(by_return) if call.returned >= failed.stuck.returned) - 1
    broken, stride = whole + 1, 1
    while broken < len(by_return) - 1 and not fails(broken):
        whole, broken, stride = broken, min(broken + stride, len(by_return) - 1), stride * 2
    while broken - whole > 1:
        middle = (whole + broken) // 2
        if fails(middle):
            broken = middle
        else:
            whole = middle
    fails(broken)
    stuck = by_return[broken]
    longest = outcomes[broken].prefixes if outcomes[broken].stuck is stuck else ()
    if not longest and broken:
        before = decide(until(model, calls, by_return[broken - 1].returned), budget)
        longest = (Prefix(before.linearization, _end(model, before.linearization)),)
    return Break(tuple(until(model, calls, stuck.returned)), stuck, longest)


def _end(model: Model, calls: Sequence[Call]) -> State:
    state = model.init
    for call in calls:
        _, state = model.step(state, call)
    return state
