"""A minimal failing window: few calls that have no linearization, so that the whole history has none either.

Calls are taken away as long as what is left has no linearization (delta debugging; A. Zeller, R. Hildebrandt:
Simplifying and isolating failure-inducing input, 2002). Taking away must not break anything by itself:

* a call that only reads, or that nobody noticed, can always go;
* a call that changes the state can go where nobody who is kept met the state that it made. Who may have met
  it: calls that need its facet, were not over before it began, and are not kept from it by a kept call
  between the two that left another facet. Of those, the ones that only read go with it; one that changes the
  state stays, but from then on it is taken to be legal everywhere.

If the whole history had a linearization, the rest of it would be one of what is left. Models without facets
lose calls that only read, and nothing else.
"""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from itertools import accumulate

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.model import ANY, UPWARD, Model
from checkers.linearizability.prefix import Decide
from checkers.result import Verdict

BUDGET = 200_000
"""Configurations for all tries together."""
TRIES = 2_000
PATIENCE = 5_000
"""Configurations for one try, besides some for each call."""


class Window:
    """Makes the calls of a failed search fewer."""

    def __init__(self, model: Model, calls: Sequence[Call], decide: Decide, budget: int = BUDGET):
        self._model = model
        self._calls = sorted(calls, key=lambda call: call.invoked)
        self._decide = decide
        self._budget = budget
        self._tries = TRIES

    def find(self) -> tuple[Call, ...]:
        """Return the calls that are left, by invocation. Where the budget ends first, fewer might do."""
        kept = self._calls
        size = max(1, len(kept) // 2)
        while True:
            shorter = self._without_chunks(kept, size)
            if size == 1 and len(shorter) == len(kept):
                return tuple(kept)
            kept = shorter
            size = max(1, min(size // 2, len(kept) // 2))

    def _without_chunks(self, kept: list[Call], size: int) -> list[Call]:
        start = 0
        while start < len(kept):
            rest = self.without(kept, start, start + size)
            if len(rest) < len(kept) and self.fails(rest):
                kept = rest
            else:
                start += size
        return kept

    def without(self, kept: list[Call], start: int, end: int) -> list[Call]:
        """Take a chunk away, and with it what only reads and would miss something."""
        if not self._model.faceted:
            return [c for at, c in enumerate(kept) if not start <= at < end or not self._model.reads(c)]
        rest = kept[:start] + kept[end:]
        lost = Lost(self._model, self._calls, rest)
        return [c for c in rest if not self._model.reads(c) or not lost.miss(c)]

    def fails(self, kept: list[Call]) -> bool:
        """Tell whether these calls have no linearization, with what changing calls miss forgiven them."""
        if self._tries == 0 or self._budget <= 0:
            return False
        calls: list[Call] = kept
        if self._model.faceted:
            lost = Lost(self._model, self._calls, kept)
            calls = []
            for call in kept:
                relaxed = (
                    self._model.relaxed(call) if lost.miss(call) and not self._model.reads(call) else call
                )
                if relaxed is None:
                    return False
                calls.append(relaxed)
        self._tries -= 1
        # Without its readings a history can have so many orders that trying them all is not worth a call.
        outcome = self._decide(calls, min(self._budget, PATIENCE + 4 * len(calls)))
        self._budget -= outcome.configurations + 1
        return outcome.verdict is Verdict.VIOLATION


class Lost:
    """Changing calls that were taken away, and who may have met what they left."""

    def __init__(self, model: Model, calls: Sequence[Call], kept: Sequence[Call]):
        self._model = model
        there = {call.invoked for call in kept}
        gone: dict[Hashable, list[Call]] = {}
        for call in calls:
            if call.invoked not in there and not model.reads(call):
                left = model.leaves(call)
                gone.setdefault(ANY, []).append(call)
                gone.setdefault(UPWARD if left is ANY else left, []).append(call)
        self._gone = {facet: _Spans(calls) for facet, calls in gone.items()}
        changing = (
            sorted(
                (call.returned, call.invoked, model.leaves(call))
                for call in kept
                if call.returned != NEVER
                and not model.reads(call)
                and model.leaves(call) not in {ANY, UPWARD}
            )
            if gone
            else []
        )
        self._returned = [returned for returned, _, _ in changing]
        self._latest = _latest(changing)

    def miss(self, call: Call) -> bool:
        """Tell whether a call may have met a state that was left by a call which was taken away."""
        need = self._model.needs(call)
        if not self._gone or (need is ANY and not self._model.reads(call)):
            return False
        since = self._hidden_before(call.invoked, need)
        facets = (ANY,) if need is ANY else (need, UPWARD)
        return any(self._gone[f].any(since, call.returned) for f in facets if f in self._gone)

    def _hidden_before(self, invoked: int, need: Hashable) -> int:
        """Return the latest invocation of a kept call that was over by then and left another facet."""
        at = bisect_left(self._returned, invoked)
        if at == 0:
            return -1
        (first, facet), (second, _) = self._latest[at - 1]
        return first if need is ANY or facet != need else second


class _Spans:
    """Calls, and whether one of them lasted into a stretch."""

    def __init__(self, calls: list[Call]):
        calls = sorted(calls, key=lambda call: call.invoked)
        self._invoked = [call.invoked for call in calls]
        self._returned = list(accumulate((call.returned for call in calls), max))

    def any(self, since: int, before: int) -> bool:
        """Tell whether one was invoked before `before` and not over by `since`."""
        at = bisect_left(self._invoked, before)
        return at > 0 and self._returned[at - 1] >= since


def _latest(
    changing: list[tuple[int, int, Hashable]],
) -> list[tuple[tuple[int, Hashable], tuple[int, Hashable]]]:
    """For each place the latest invocation up to it with its facet, and the latest one of another facet."""
    first: tuple[int, Hashable] = (-1, ANY)
    second: tuple[int, Hashable] = (-1, ANY)
    found = []
    for _, invoked, facet in changing:
        if facet == first[1]:
            first = max(first, (invoked, facet), key=lambda pair: pair[0])
        elif invoked > first[0]:
            first, second = (invoked, facet), first
        elif invoked > second[0]:
            second = (invoked, facet)
        found.append((first, second))
    return found
