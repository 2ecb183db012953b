"""Where a search may go from a configuration: every move that is needed, few others, all sound to leave out.

`p` is the known call that must return first among those that are not done. What is left out, and why the
answer stays the same:

At once. A legal call that only reads (a refused one does) changes nothing and can only be in the way later,
so it is done as soon as it can be. The search does that before it asks for moves. To write the value that is
there already is no reading: the same write may be needed later, to bring that value back.

First returns first. Of open calls of one kind the one that must return first is taken: the two could swap.

As late as possible. With facets, a known call leaves the same whenever it is done, so an overwriting call
that is not `p` need not be done before it makes `p` legal: it can be done after `p` just as well. What it
would have hidden or shown before the last overwriting call is caught up on demand: what was open then
(`hide`) may still be slipped in right before it, unseen by everybody else. Such an excursion begins with an
overwriting call, may go on with calls that need the state which that one made, and ends in the state outside.
Calls that change some states only cannot be caught up so: they are moves whenever they are legal, and with
them an overwriting call that changes nothing, since other calls might be slipped in before it.

Unknown ones last. An unknown call never has to happen. It happens only where it leads to what an open known
call needs, maybe through other unknown calls; otherwise nobody would miss it. Known calls that do the same go
first. Unknown calls of one kind are one supply. What their readers know of them was put to use before
(`Model.prepare`).

Still wanted. A state is left only if every later call that needs its facet can meet it again, because an open
or later call can make it in time. Of `p` hidden and `p` done only one is tried where the other state is of no
use before it must be overwritten.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from checkers.linearizability.configuration import DONE, ENTERED, GUESSED, LEFT, Configuration
from checkers.linearizability.demand import Demand
from checkers.linearizability.model import ANY, UPWARD, Model
from checkers.linearizability.states import ILLEGAL, States
from checkers.linearizability.timeline import CHANGES, OVERWRITES, Timeline

Moves = list[Configuration]


@dataclass(frozen=True, slots=True)
class _Way:
    """How an overwriting call is done: now, or slipped in before the last one."""

    good: set[Hashable] | None
    """The facets that lead to where `p` is legal, None: all of them."""
    among: int
    """Bits of the known calls that may be used."""
    before: int
    """The position before which an unknown call must have been invoked."""
    slipped: bool

    def leads(self, facet: Hashable) -> bool:
        return self.good is None or facet in self.good


class Mover:
    """Makes the moves of one search."""

    def __init__(self, model: Model, line: Timeline):
        self._line = line
        self.states = States(model, line.kinds)
        self._demand = Demand(model, line, self.states)
        self._faceted = model.faceted
        numbered = list(enumerate(line.unknown_kinds))
        self._unknown_overwrites = [(u, kind) for u, kind in numbered if line.roles[kind] == OVERWRITES]
        # One that fits few states goes before one that fits all of them and can take another's place.
        self._unknown_changes = sorted(
            ((u, kind) for u, kind in numbered if line.roles[kind] == CHANGES),
            key=lambda pair: self._demand.needed(pair[1]) is ANY,
        )

    def moves(self, at: Configuration) -> Moves:
        """Return where to go, the best guess first."""
        if at.outside >= 0:
            return self._inside(at)
        moves = self._changes(at)
        guesses = self._guesses(at)
        missed = self._unchanging(at) if moves or guesses else []
        kind = self._line.kind[at.p]
        if self._line.roles[kind] == OVERWRITES:
            moves += self._overwrite(at, kind)
        elif self._faceted and self.states.step(at.state, kind) == ILLEGAL:
            known, unknown = self._make_legal(at, kind)
            return [*moves, *known, *missed, *unknown, *guesses]
        return [*(moves if self._faceted else self._sifted(at, moves)), *missed, *guesses]

    def _sifted(self, at: Configuration, moves: Moves) -> Moves:
        """Without facets: drop what leaves an open call hopeless, try first what makes most of them legal."""
        groups = [*self._line.readers[at.p], *((kind, sum(bits)) for kind, bits in self._line.others[at.p])]
        step, hopeless = self.states.step, self.states.hopeless
        waiting = [k for k, bits in groups if bits & ~at.done and step(at.state, k) == ILLEGAL]
        if waiting:
            moves = [move for move in moves if not any(hopeless(move.state, kind) for kind in waiting)]
            moves.sort(key=lambda move: sum(step(move.state, kind) == ILLEGAL for kind in waiting))
        return moves

    def _changes(self, at: Configuration) -> Moves:
        """Known calls that change the state and are legal now."""
        p, done, hide, state, used, since, outside, entered, path = at
        step = self.states.step
        moves = []
        for kind, bits in self._line.others[p]:
            for bit in bits:
                if not done & bit:
                    after = step(state, kind)
                    if after >= 0 and (after == state or self._demand.may_leave(at, kind)):
                        way = (path, DONE, p, bit)
                        moves.append(
                            Configuration(p, done | bit, hide, after, used, since, outside, entered, way)
                        )
                    break
        return moves

    def _overwrite(self, at: Configuration, kind: int) -> Moves:
        """`p` overwrites: it is done now, or slipped in before the last one that did."""
        p, done, hide, state, used, since, _, _, path = at
        bit = self._line.bit[p]
        after = self.states.step(state, kind)
        now = Configuration(p, done | bit, self._open(at) & ~bit, after, used, p, -1, 0, (path, DONE, p, bit))
        if after == state:
            return [now]
        leave, slip = self._demand.may_leave(at), bool(hide & bit)
        if leave and slip:
            if self._demand.useless(at):
                slip = False
            elif self._demand.useless_when_new(at, after):
                leave = False
        moves = [now] if leave else []
        if slip:
            way = ((path, ENTERED, p, 0), DONE, p, bit)
            moves.append(Configuration(p, done | bit, hide, after, used, since, state, p, way))
        return moves

    def _make_legal(self, at: Configuration, kind: int) -> tuple[Moves, Moves]:
        """`p` is not legal: overwriting calls, known and unknown ones, that lead to where it is."""
        now = self._line.returned[at.p]
        before = self._line.returned[at.since] if at.since >= 0 else -1
        need = (self._demand.needed(kind),)
        ways = []
        if self._demand.may_leave(at):
            ways.append(_Way(self._demand.sources(at, need, -1, now), ~at.done, now, slipped=False))
        if at.hide & self._line.bit[at.p]:
            good = self._demand.sources(at, need, at.hide, before)
            ways.append(_Way(good, at.hide, before, slipped=True))
        known = [self._known_overwrites(at, way) for way in ways]
        made = [{move.state for move in moves} for moves in known]
        unknown = []
        for number, writer in self._unknown_overwrites:
            after = self.states.step(at.state, writer)
            for way, there in zip(ways, made, strict=True):
                available = after not in there and self._demand.available(at, number, way.before)
                if available and after != at.state and way.leads(self.states.facets[after]):
                    one_more = at._replace(used=_one_more(at.used, number))
                    unknown.append(self._overwritten(one_more, way, after, (GUESSED, number)))
        return [move for moves in known for move in moves], unknown

    def _known_overwrites(self, at: Configuration, way: "_Way") -> Moves:
        moves = []
        for writer, bits in self._line.writers[at.p]:
            first = next((bit for bit in bits if bit & way.among), 0)
            after = self.states.step(at.state, writer)
            if first and after != at.state and way.leads(self.states.facets[after]):
                moves.append(self._overwritten(at, way, after, (DONE, first)))
        return moves

    def _overwritten(
        self, at: Configuration, way: "_Way", after: int, what: tuple[int, int]
    ) -> Configuration:
        """An overwriting call done now, or slipped in before the last one."""
        p, done, hide, state, used, since, _, _, path = at
        bit = what[1] if what[0] == DONE else 0
        if way.slipped:
            entered = (path, ENTERED, p, 0)
            return Configuration(
                p, done | bit, hide, after, used, since, state, p, (entered, what[0], p, what[1])
            )
        hide = self._open(at) & ~bit
        return Configuration(p, done | bit, hide, after, used, p, -1, 0, (path, what[0], p, what[1]))

    def _unchanging(self, at: Configuration) -> Moves:
        """An overwriting call that changes nothing, done for the sake of what can be slipped in before it."""
        p, done, _, state, used, _, _, _, path = at
        for writer, bits in self._line.writers[p]:
            first = next((bit for bit in bits if not done & bit), 0)
            if first and self.states.step(state, writer) == state:
                way = (path, DONE, p, first)
                return [Configuration(p, done | first, self._open(at) & ~first, state, used, p, -1, 0, way)]
        now = self._line.returned[p]
        for number, writer in self._unknown_overwrites:
            if self._demand.available(at, number, now) and self.states.step(state, writer) == state:
                way = (path, GUESSED, p, number)
                return [Configuration(p, done, self._open(at), state, _one_more(used, number), p, -1, 0, way)]
        return []

    def _guesses(self, at: Configuration) -> Moves:
        """Unknown calls that are legal in this state only and lead to what an open call needs."""
        if not self._unknown_changes:
            return []
        p, done, hide, state, used, since, outside, entered, path = at
        demand, now = self._demand, self._line.returned[p]
        good = demand.sources(at, demand.open_needs(at), -1, now) if self._faceted else None
        moves = []
        for number, kind in self._unknown_changes:
            if not demand.available(at, number, now):
                continue
            after = self.states.step(state, kind)
            if after in {ILLEGAL, state}:
                continue
            left = demand.left(kind)
            wanted = good is None or left is ANY or left is UPWARD or self.states.facets[after] in good
            if wanted and demand.may_leave(at, kind):
                way = (path, GUESSED, p, number)
                one_more = _one_more(used, number)
                moves.append(Configuration(p, done, hide, after, one_more, since, outside, entered, way))
        return moves

    def _inside(self, at: Configuration) -> Moves:
        """In an excursion: out of it when `p` is done, or on with calls that need the state it has made."""
        p, done, hide, state, used, since, outside, entered, path = at
        moves = [self.leave(at)] if p > entered and self._demand.may_leave(at) else []
        for kind, bits in self._line.others[p]:
            first = next((bit for bit in bits if bit & hide), 0)
            after = self.states.step(state, kind) if first else ILLEGAL
            if after != ILLEGAL:
                way = (path, DONE, p, first)
                moves.append(
                    Configuration(p, done | first, hide & ~first, after, used, since, outside, entered, way)
                )
        before = self._line.returned[since]
        for number, kind in self._unknown_changes:
            if self._demand.available(at, number, before):
                after = self.states.step(state, kind)
                if after not in {ILLEGAL, state}:
                    way = (path, GUESSED, p, number)
                    one_more = _one_more(used, number)
                    moves.append(Configuration(p, done, hide, after, one_more, since, outside, entered, way))
        return moves

    def ends(self, at: Configuration) -> bool:
        """Tell whether nothing is left to do in an excursion but to leave it."""
        if at.p == at.entered:
            return False
        if any(bit & at.hide for _, bits in self._line.others[at.p] for bit in bits):
            return False
        before = self._line.returned[at.since]
        return not any(self._demand.available(at, number, before) for number, _ in self._unknown_changes)

    def leave(self, at: Configuration) -> Configuration:
        """Return to the state outside."""
        p, done, hide, _, used, since, outside, _, path = at
        return Configuration(p, done, hide, outside, used, since, -1, 0, (path, LEFT, p, 0))

    def _open(self, at: Configuration) -> int:
        return self._line.open_bits[at.p] & ~at.done


def _one_more(used: tuple[int, ...], number: int) -> tuple[int, ...]:
    return (*used[:number], used[number] + 1, *used[number + 1 :])
