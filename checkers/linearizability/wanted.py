"""Who still wants a state that shows a certain facet, and who can still make one."""

from bisect import bisect_right
from collections.abc import Hashable

from checkers.linearizability.call import NEVER
from checkers.linearizability.model import ANY, Facet, Model
from checkers.linearizability.timeline import OVERWRITES, READS, Timeline

NOTHING = Facet("NOTHING")

Spans = tuple[list[int], list[int]]
"""Invocations in order, and the earliest return among those from each place on."""


class Wanted:
    """Tables over the known calls of one key, by facet; positions are those of the history."""

    def __init__(self, model: Model, line: Timeline):
        self.need = [model.needs(call) for call in line.kinds]
        """[kind]: the facet that it needs, ANY."""
        self.leave: list[Hashable] = [
            NOTHING if role == READS else model.leaves(call)
            for call, role in zip(line.kinds, line.roles, strict=True)
        ]
        """[kind]: the facet that it leaves, ANY or UPWARD; NOTHING of those that only read."""
        wants: dict[Hashable, list[tuple[int, int]]] = {}
        makes: dict[Hashable, list[int]] = {}
        overwrites = []
        for call, kind in zip(line.calls, line.kind, strict=True):
            if line.roles[kind] == OVERWRITES:
                overwrites.append((call.invoked, call.returned))
            else:
                wants.setdefault(self.need[kind], []).append((call.invoked, call.returned))
            if line.roles[kind] != READS:
                makes.setdefault(self.leave[kind], []).append(call.invoked)
        self._wants = {facet: _by_invocation(spans) for facet, spans in wants.items()}
        self._makes = {facet: sorted(positions) for facet, positions in makes.items()}
        self._overwrites = _by_invocation(overwrites)
        self._unknown_wants = {
            self.need[kind] for kind in line.unknown_kinds if line.roles[kind] != OVERWRITES
        }
        self.refusing = ANY in wants
        """Whether a known call can be helped by any change, so that no state is ever of no use."""

    def deadline(self, facet: Hashable, after: int) -> int:
        """Return by when a call invoked later than `after` has met `facet`, NEVER where none must."""
        spans = self._wants.get(facet)
        return spans[1][bisect_right(spans[0], after)] if spans else NEVER

    def made_between(self, facet: Hashable, after: int, before: int) -> bool:
        """Tell whether a known call invoked between two positions can make `facet`."""
        return any(_between(self._makes.get(made), after, before) for made in (facet, ANY))

    def wanted_between(self, facet: Hashable, after: int, before: int) -> bool:
        """Tell whether a call invoked between two positions, or an unknown one, may need `facet`."""
        if facet in self._unknown_wants or ANY in self._unknown_wants:
            return True
        spans = self._wants.get(facet)
        return spans is not None and _between(spans[0], after, before)

    def overwritten(self, after: int) -> int:
        """Return by when a call invoked later than `after` has overwritten whatever there was."""
        return self._overwrites[1][bisect_right(self._overwrites[0], after)]


def _between(positions: list[int] | None, after: int, before: int) -> bool:
    if not positions:
        return False
    at = bisect_right(positions, after)
    return at < len(positions) and positions[at] < before


def _by_invocation(spans: list[tuple[int, int]]) -> Spans:
    spans = sorted(spans)
    earliest = [NEVER] * (len(spans) + 1)
    for place in range(len(spans) - 1, -1, -1):
        earliest[place] = min(earliest[place + 1], spans[place][1])
    return [invoked for invoked, _ in spans], earliest
