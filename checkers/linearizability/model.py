"""What the search must know of the thing that is tested: a state to begin with, and one step."""

from collections.abc import Hashable, Sequence
from typing import ClassVar, Final

from checkers.linearizability.call import Call
from harness.history import Operation

State = Hashable


class Facet:
    """An answer to `needs` or `leaves` that is no definite facet; compared by identity."""

    def __init__(self, name: str):
        self._name = name

    def __repr__(self) -> str:
        return self._name


ANY: Final = Facet("ANY")
"""Needed: nothing in particular. Left: nobody can say beforehand."""

UPWARD: Final = Facet("UPWARD")
"""Left: a facet that was never there before, such as the next version where versions never go back."""


class Model:
    """A sequential object: subclasses say what one call does to one state; states are hashable and compared.

    What follows `step` is optional knowledge that makes the search smaller. It never changes the answer,
    provided that it is true.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    operations: ClassVar[frozenset[str]]
    """The calls that it knows."""
    init: State = None

    def step(self, state: State, call: Call) -> tuple[bool, State]:
        """Tell whether `call` may be answered as it was in `state`, and the state that it leaves."""
        raise NotImplementedError

    def call(self, operation: Operation, positions: tuple[int, int], *, refusals: bool) -> Call | None:
        """Make the call of an operation, None where it says nothing.

        `positions` are those of invocation and return. `refusals`: a `fail` was the object's own answer
        and not only a call that never happened. Raises ValueError where a value has the wrong shape; its
        text says which shape is wanted.
        """
        raise NotImplementedError

    def reads(self, call: Call) -> bool:
        """Tell whether `call`, where it is legal, never changes the state."""
        return call.outcome == "refused"

    def overwrites(self, call: Call) -> bool:  # noqa: ARG002 - for those who do
        """Tell whether `call` is legal in every state and leaves one that does not depend on it."""
        return False

    def may_follow(self, state: State, call: Call) -> bool:  # noqa: ARG002
        """Tell whether a known `call` can be legal in `state` or in one that other calls make of it."""
        return True

    def prepare(self, calls: Sequence[Call]) -> list[Call]:
        """Return the calls with what they say of each other put to use, without changing the answer.

        May drop calls that nobody notices, and say of an unknown call what its readers know of it. Asked
        once, before anything that follows.
        """
        return list(calls)

    faceted: bool = False
    """Whether `needs`, `leaves` and `shows` say something, and a known call always leaves the same state."""

    def needs(self, call: Call) -> Hashable:  # noqa: ARG002
        """Return the facet that a state must show for `call` to be legal, ANY where others may do too."""
        return ANY

    def leaves(self, call: Call) -> Hashable:  # noqa: ARG002
        """Return the facet of the state that a changing `call` leaves; ANY or UPWARD where it depends."""
        return ANY

    def shows(self, state: State) -> Hashable:
        """Return the facet that a state shows."""
        return state

    facet_is_state: bool = False
    """Whether states are their own facets, and `needs` and `forbids` say all of when a call is legal."""

    def forbids(self, call: Call) -> Hashable:  # noqa: ARG002
        """Return the facet in which a call that needs ANY is not legal, ANY where there is none."""
        return ANY

    def relaxed(self, call: Call) -> Call | None:  # noqa: ARG002
        """Return a call that leaves the same as a changing `call` and is legal everywhere, None: no such."""
        return None

    def describe(self, call: Call) -> str:
        """Say a call in words."""
        argument = "" if call.argument is None else f" {shown(call.argument)}"
        if call.outcome != "ok":
            return f"{call.f}{argument} ({'unanswered' if call.outcome == 'info' else 'refused'})"
        return f"{call.f}{argument}" + ("" if call.result is None else f" -> {shown(call.result)}")

    def show(self, state: State) -> str:
        """Say a state in words."""
        return shown(state)

    def why(self, state: State, call: Call) -> str:  # noqa: ARG002
        """Say why `call` is not legal in `state`, as a clause."""
        return f"it cannot be answered so while the state is {self.show(state)}"


def shown(value: Hashable) -> str:
    """Say a value as a history writes it."""
    if value is None:
        return "nil"
    if isinstance(value, tuple):
        return f"[{' '.join(map(shown, value))}]"
    if isinstance(value, frozenset):
        return f"#{{{' '.join(sorted(map(shown, value)))}}}"
    return str(value) if isinstance(value, int | float) else f'"{value}"'
