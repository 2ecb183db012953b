"""The search of Wing and Gong, with Lowe's cache, for an order of the calls that explains every answer.

J. Wing, C. Gong: Testing and verifying concurrent objects (1993). G. Lowe: Testing for linearizability
(2017). Depth first; `moves` says what is pruned. Three things differ from the textbook. Of the set of calls
that are done only the part that differs between configurations is kept (`timeline`). The cache also rules out
what another configuration can do at least as well: with the same calls done in the same state, having used
fewer unknown calls and with more that may be slipped in. And a search that goes astray starts again with
other guesses: one wrong guess far back costs as much as everything after it, and how much is a matter of luck
(C. Gomes et al.: Heavy-tailed phenomena in satisfiability and constraint satisfaction problems, 2000). The
last try has what is left of the budget.
"""

from bisect import bisect_right
from collections.abc import Sequence
from operator import le

from checkers.linearizability.call import Call
from checkers.linearizability.configuration import ENTERED, GUESSED, LEFT, READ, Configuration, Path
from checkers.linearizability.model import Model
from checkers.linearizability.moves import Mover
from checkers.linearizability.outcome import Outcome, Prefix
from checkers.linearizability.timeline import OVERWRITES, Timeline, timeline
from checkers.result import Verdict

BUDGET = 1_000_000
"""Configurations; some 300 bytes each, some 10 microseconds each."""

PREFIXES = 8
"""How many of the longest prefixes are kept."""

COMPARED = 32
"""With how many configurations of the same calls and state a new one is compared."""

Seen = dict[tuple[int, int, int, int], list[tuple[int, int, tuple[int, ...]]]]


def search(model: Model, calls: Sequence[Call], budget: int = BUDGET) -> Outcome:
    """Decide whether calls of one key are linearizable.

    Exact within the budget, which counts configurations: the same answer on every machine. UNKNOWN when it
    ends.
    """
    return search_prepared(model, model.prepare(calls), budget)


def search_prepared(model: Model, calls: Sequence[Call], budget: int) -> Outcome:
    """Decide the same of calls that the model has prepared."""
    return Search(model, timeline(model, calls), budget).run()


class Search:
    """One search over one timeline."""

    def __init__(self, model: Model, line: Timeline, budget: int):
        self._line = line
        self._mover = Mover(model, line)
        self._budget = budget
        self._spent = 0
        self._unknown = sorted(call.invoked for calls in line.unknown for call in calls)
        self._best = -1
        self._furthest: dict[int, Path] = {}

    def run(self) -> Outcome:
        """Try, with ever more patience, until one try ends by itself or the budget does."""
        patience = 2 * len(self._line.calls) + 1000
        attempt = 0
        while True:
            limit = min(self._budget, self._spent + patience)
            end = self._try(attempt, limit)
            if end is not None:
                return end
            if self._spent >= self._budget:
                return self._outcome(Verdict.UNKNOWN)
            attempt += 1
            patience += patience // 2

    def _try(self, attempt: int, limit: int) -> Outcome | None:
        """Search until the budget reaches `limit`; None when it did."""
        seen: Seen = {}
        noise = attempt
        stack = [Configuration(0, 0, 0, 0, (0,) * len(self._line.unknown), -1, -1, 0, None)]
        total = len(self._line.calls)
        while stack:
            at = self._settle(stack.pop())
            if at.outside >= 0 and at.p < total and self._mover.ends(at):
                at = self._settle(self._mover.leave(at))
            if at.p >= self._best:
                self._remember(at)
            if at.p == total:
                return self._outcome(Verdict.VALID, at.path)
            if self._covered(seen, at):
                continue
            if self._spent >= limit:
                return None
            self._spent += 1
            moves = self._mover.moves(at)
            if attempt and len(moves) > 1:
                noise = (noise * 1103515245 + 12345) & 0x7FFFFFFF
                # Every second try is a wild one.
                if noise >> 16 & (7 if attempt & 1 else 1) == 0:
                    moves.insert(0, moves.pop((noise >> 19) % len(moves)))
            moves.reverse()
            stack += moves
        return self._outcome(Verdict.VIOLATION)

    def _settle(self, at: Configuration) -> Configuration:
        """Do what only reads and is legal, and go on to the next call that is not done."""
        p, done, hide, state, used, since, outside, entered, path = at
        line, states = self._line, self._mover.states
        steps = states.steps(state)
        total = len(line.calls)
        while p < total:
            reading = 0
            for kind, bits in line.readers[p]:
                rest = bits & hide if outside >= 0 else bits & ~done
                if rest:
                    after = steps.get(kind)
                    if after is None:
                        after = states.step(state, kind)
                    if after >= 0:
                        reading |= rest
            if reading:
                path = (path, READ, p, reading)
                done |= reading
            hide &= ~done
            if not done & line.bit[p]:
                break
            done ^= line.bit[p]
            p += 1
        return Configuration(p, done, hide, state, used, since, outside, entered, path)

    def _covered(self, seen: Seen, at: Configuration) -> bool:
        """Tell whether one that can do at least as much was looked at before; remember this one."""
        # Of the time of the last overwriting call only this matters: which unknown calls came before it.
        early = bisect_right(self._unknown, self._line.returned[at.since]) if at.used and at.since >= 0 else 0
        others = seen.setdefault(
            (at.p, at.done, at.state, at.outside * len(self._line.calls) + at.entered), []
        )
        for hide, earlier, used in others[-COMPARED:]:
            if not at.hide & ~hide and earlier >= early and all(map(le, used, at.used)):
                return True
        others.append((at.hide, early, at.used))
        return False

    def _remember(self, at: Configuration) -> None:
        if at.p > self._best:
            self._best = at.p
            self._furthest = {}
        if len(self._furthest) < PREFIXES:
            self._furthest.setdefault(at.state if at.outside < 0 else at.outside, at.path)

    def _outcome(self, verdict: Verdict, path: Path = None) -> Outcome:
        if verdict is Verdict.VALID:
            return Outcome(verdict, self._spent, linearization=self._replay(path))
        states = self._mover.states
        prefixes = tuple(
            Prefix(self._replay(way), states.known[state]) for state, way in self._furthest.items()
        )
        return Outcome(verdict, self._spent, prefixes=prefixes, stuck=self._line.calls[self._best])

    def _replay(self, path: Path) -> tuple[Call, ...]:
        """Return the calls of a path in their order; excursions go before the last overwriting call."""
        steps = []
        while path is not None:
            path, *step = path
            steps.append(step)
        order: list[Call] = []
        guessed = [0] * len(self._line.unknown)
        overwritten = 0
        excursion = False
        for what, p, which in reversed(steps):
            if what in {ENTERED, LEFT}:
                excursion = what == ENTERED
                continue
            if what == GUESSED:
                calls = [self._line.unknown[which][guessed[which]]]
                guessed[which] += 1
                kind = self._line.unknown_kinds[which]
            else:
                calls, kind = self._line.open_calls(p, which)
            if excursion:
                order[overwritten:overwritten] = calls
                overwritten += len(calls)
            else:
                if self._line.roles[kind] == OVERWRITES:
                    overwritten = len(order)
                order += calls
        return tuple(order)
