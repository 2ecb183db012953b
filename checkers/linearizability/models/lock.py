"""One lock: acquire and release, with or without an owner."""

from collections.abc import Hashable, Sequence

from msgspec.structs import replace

from checkers.linearizability.call import Call, make_call
from checkers.linearizability.model import Model, State
from harness.history import Operation

FREE = None


class Mutex(Model):
    """Held or free; anybody may release it. A `fail` is a call that never happened."""

    name = "mutex"
    summary = "acquire and release of one lock, free at the start; whoever comes may release it"
    operations = frozenset({"acquire", "release"})
    faceted = True
    facet_is_state = True

    def call(self, operation: Operation, positions: tuple[int, int], *, refusals: bool) -> Call | None:  # noqa: ARG002 - nobody writes refused locks down
        """Neither argument nor result."""
        if operation.outcome == "fail":
            return None
        return make_call(operation, positions)

    def _holder(self, call: Call) -> Hashable:
        return "held" if call.argument is None else call.argument

    def step(self, state: State, call: Call) -> tuple[bool, State]:
        """A free lock can be acquired, a held one released."""
        return state == self.needs(call), self.leaves(call)

    def needs(self, call: Call) -> Hashable:
        """Free before acquire, held before release."""
        return FREE if call.f == "acquire" else self._holder(call)

    def leaves(self, call: Call) -> Hashable:
        """Held after acquire, free after release."""
        return self._holder(call) if call.f == "acquire" else FREE

    def describe(self, call: Call) -> str:
        """Say a call in words."""
        return call.f + (" (unanswered)" if call.outcome == "info" else "")

    def show(self, state: State) -> str:
        """Say a state in words."""
        return "free" if state is FREE else "held" if state == "held" else f"held by {state}"

    def why(self, state: State, call: Call) -> str:
        """Say who holds it."""
        return f"it asks for a lock that is {self.show(self.needs(call))}, but it is {self.show(state)}"


class Lock(Mutex):
    """Held by a process or free; only the process that holds it may release it."""

    name = "lock"
    summary = (
        "acquire and release of one lock, free at the start; only the process that holds it may release it"
    )

    def prepare(self, calls: Sequence[Call]) -> list[Call]:
        """The process is part of the call."""
        return [replace(call, argument=call.process) for call in calls]
