"""What is still wanted at a configuration, and what may be left."""

from collections.abc import Hashable, Iterable

from checkers.linearizability.call import NEVER
from checkers.linearizability.configuration import Configuration
from checkers.linearizability.model import ANY, UPWARD, Model
from checkers.linearizability.states import States
from checkers.linearizability.timeline import CHANGES, Timeline
from checkers.linearizability.wanted import Wanted


class Demand:
    """Questions about facets; where the model tells none, every answer is the one that allows most."""

    def __init__(self, model: Model, line: Timeline, states: States):
        self._line = line
        self._facets = states.facets
        self._wanted = Wanted(model, line) if model.faceted else None
        self._supply = [[call.invoked for call in calls] for calls in line.unknown]
        self._changes = [
            (number, kind) for number, kind in enumerate(line.unknown_kinds) if line.roles[kind] == CHANGES
        ]

    def may_leave(self, at: Configuration, by: int = -1) -> bool:
        """Tell whether the state may be left, `by` a call of that kind."""
        wanted = self._wanted
        if wanted is None:
            return True
        p, done = at.p, at.done
        facet = self._facets[at.state]
        now = self._line.returned[p]
        deadline = wanted.deadline(facet, now)
        for kind, bits in self._line.others[p]:
            # Open calls that read have been done by now; these have not.
            if kind != by and wanted.need[kind] == facet and any(not done & bit for bit in bits):
                deadline = NEVER
                break
        else:
            if deadline == NEVER:
                return True
        return self._can_be_made(at, facet, now, deadline)

    def _can_be_made(self, at: Configuration, facet: Hashable, now: int, deadline: int) -> bool:
        wanted = self._wanted
        assert wanted is not None
        if wanted.made_between(facet, now, deadline):
            return True
        for groups in (self._line.writers[at.p], self._line.others[at.p]):
            for kind, bits in groups:
                if wanted.leave[kind] == facet or wanted.leave[kind] is ANY:
                    for bit in bits:
                        if not at.done & bit:
                            return True
        for number, kind in enumerate(self._line.unknown_kinds):
            if wanted.leave[kind] == facet or wanted.leave[kind] is ANY:
                supply, used = self._supply[number], at.used[number]
                if used < len(supply) and supply[used] < deadline:
                    return True
        return False

    def sources(
        self, at: Configuration, targets: Iterable[Hashable], among: int, before: int
    ) -> set[Hashable] | None:
        """Return the facets from which open calls that change some states lead to one of `targets`.

        `among` are the bits of the known calls that may be used, `before` the position before which an
        unknown one must have been invoked. None: every facet.
        """
        wanted = self._wanted
        found = set(targets)
        if wanted is None or ANY in found:
            return None
        steps = [
            kind for kind, bits in self._line.others[at.p] if any(bit & among & ~at.done for bit in bits)
        ]
        steps += [kind for number, kind in self._changes if self.available(at, number, before)]
        grew = True
        while grew:
            grew = False
            for kind in steps:
                need, left = wanted.need[kind], wanted.leave[kind]
                if need not in found and (left in found or left is ANY or left is UPWARD):
                    if need is ANY:
                        return None
                    found.add(need)
                    grew = True
        return found

    def open_needs(self, at: Configuration) -> set[Hashable]:
        """Return what the open calls that are not done need."""
        assert self._wanted is not None
        need, done = self._wanted.need, at.done
        found = {need[kind] for kind, bits in self._line.readers[at.p] if bits & ~done}
        found |= {need[kind] for kind, bits in self._line.others[at.p] if any(not done & bit for bit in bits)}
        return found

    def available(self, at: Configuration, number: int, before: int) -> bool:
        """Tell whether an unknown call of a kind is left that was invoked before a position."""
        supply, used = self._supply[number], at.used[number]
        return used < len(supply) and supply[used] < before

    def needed(self, kind: int) -> Hashable:
        """Return what a kind needs, ANY where the model does not tell."""
        return self._wanted.need[kind] if self._wanted else ANY

    def left(self, kind: int) -> Hashable:
        """Return what a kind leaves, ANY where the model does not tell."""
        return self._wanted.leave[kind] if self._wanted else ANY

    def useless(self, at: Configuration) -> bool:
        """Tell whether nobody can need the present state before it must be overwritten."""
        return self._useless(at, at.state, 0, at.since)

    def useless_when_new(self, at: Configuration, state: int) -> bool:
        """Tell whether nobody could need a state made now who cannot be slipped in as well."""
        return self._useless(at, state, ~(at.done | at.hide), at.p)

    def _useless(self, at: Configuration, state: int, readers: int, since: int) -> bool:
        wanted, line, p = self._wanted, self._line, at.p
        if wanted is None or wanted.refusing:
            return False
        facet = self._facets[state]
        for kind, bits in line.others[p]:
            if wanted.need[kind] == facet and any(not at.done & bit for bit in bits):
                return False
        for kind, bit_set in line.readers[p]:
            if wanted.need[kind] == facet and bit_set & readers:
                return False
        horizon = wanted.overwritten(line.returned[since] if since >= 0 else -1)
        return not wanted.wanted_between(facet, line.returned[p], horizon)
