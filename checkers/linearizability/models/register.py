"""One register: read, write, and compare-and-set."""

from collections import Counter
from collections.abc import Hashable, Sequence

from msgspec.structs import replace

from checkers.linearizability.call import NEVER, Call, make_call
from checkers.linearizability.model import ANY, Model, State, shown
from harness.history import Operation


class Register(Model):
    """Holds one value, nil at the start; a read shows the value of the last write. The facet is the value."""

    name = "register"
    summary = "read and write of one value, nil at the start"
    operations = frozenset({"read", "write"})
    faceted = True
    facet_is_state = True

    def call(self, operation: Operation, positions: tuple[int, int], *, refusals: bool) -> Call | None:
        """Read, write or cas; a refused cas says that the value was another one, where `refusals` says so."""
        invoke, complete, outcome = operation.invoke, operation.complete, operation.outcome
        if outcome == "fail" and not (refusals and invoke.f == "cas"):
            return None
        if invoke.f == "read" and outcome != "ok":
            return None
        argument = None if invoke.f == "read" else invoke.value
        if invoke.f == "cas" and not (isinstance(argument, list | tuple) and len(argument) == 2):
            raise ValueError("the value of a cas is a pair, [old new]")
        result = complete.value if complete and invoke.f == "read" else None
        return make_call(operation, positions, argument=argument, result=result)

    def step(self, state: State, call: Call) -> tuple[bool, State]:
        """A read shows the value, a cas replaces the one it expects, a refused one saw another."""
        if call.f == "write":
            return True, call.argument
        if call.f == "read":
            return state == call.result, state
        expected, new = _pair(call)
        if call.outcome == "refused":
            return state != expected, state
        return state == expected, new

    def reads(self, call: Call) -> bool:
        """A cas that puts back what it found changes nothing; a write of it may still hide another."""
        if call.f == "cas":
            expected, new = _pair(call)
            return call.outcome == "refused" or expected == new
        return call.f == "read"

    def overwrites(self, call: Call) -> bool:
        """Every write does."""
        return call.f == "write"

    def needs(self, call: Call) -> Hashable:
        """What was read or expected."""
        if call.f == "write" or call.outcome == "refused":
            return ANY
        return call.result if call.f == "read" else _pair(call)[0]

    def forbids(self, call: Call) -> Hashable:
        """What a refused cas expected."""
        return _pair(call)[0] if call.outcome == "refused" else ANY

    def leaves(self, call: Call) -> Hashable:
        """What was written."""
        return call.argument if call.f == "write" else _pair(call)[1]

    def relaxed(self, call: Call) -> Call | None:
        """A cas that finds anything is a write."""
        return replace(call, f="write", argument=self.leaves(call))

    def prepare(self, calls: Sequence[Call]) -> list[Call]:
        """Drop unknown calls whose value nobody wants; date those that alone can have made what was read.

        An unknown call never has to happen, so one that only makes what nobody needs can be left out, unless
        a refusal needs nothing but a change. One that alone makes a value which a known call needs has
        happened before that call returned: from then on it is a known call.
        """
        if any(call.outcome == "refused" for call in calls):
            return list(calls)
        changing = [call for call in calls if not self.reads(call)]
        makers = Counter(self.leaves(call) for call in changing)
        makers[self.init] += 1
        deadline: dict[Hashable, int] = {}
        for call in calls:
            if call.returned != NEVER and call.f != "write":
                needed = self.needs(call)
                deadline[needed] = min(call.returned, deadline.get(needed, NEVER))
        wanted = self._wanted([call for call in changing if call.returned == NEVER], set(deadline))
        kept = []
        for call in calls:
            if call.returned == NEVER:
                value = call.result if self.reads(call) else self.leaves(call)
                if self.reads(call) or value not in wanted:
                    continue
                seen = deadline.get(value, NEVER)
                if makers[value] == 1 and call.invoked < seen != NEVER:
                    kept.append(replace(call, returned=seen))
                    continue
            kept.append(call)
        return kept

    def _wanted(self, unknown: list[Call], wanted: set[Hashable]) -> set[Hashable]:
        """Add to the values that known calls want those from which an unknown cas leads to one of them."""
        before = -1
        while before != len(wanted):
            before = len(wanted)
            wanted |= {self.needs(c) for c in unknown if c.f == "cas" and self.leaves(c) in wanted}
        return wanted

    def describe(self, call: Call) -> str:
        """Say a call in words."""
        return f"read -> {shown(call.result)}" if call.f == "read" else super().describe(call)

    def why(self, state: State, call: Call) -> str:
        """Compare what it saw with what there is."""
        if call.outcome == "refused":
            return f"it was refused, and the value is {shown(state)}, as it expected"
        saw = f"it read {shown(call.result)}" if call.f == "read" else f"it found {shown(_pair(call)[0])}"
        return f"{saw}, but the value is {shown(state)}"


class CasRegister(Register):
    """A register with compare-and-set: `cas` of [old, new] succeeds where the value is old."""

    name = "cas-register"
    summary = "read, write and cas [old new] of one value, nil at the start"
    operations = frozenset({"read", "write", "cas"})


def _pair(call: Call) -> tuple[Hashable, Hashable]:
    assert isinstance(call.argument, tuple)
    old, new = call.argument
    return old, new
