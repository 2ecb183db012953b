"""What a search found: a linearization, that there is none, or that the budget ended."""

from dataclasses import dataclass, field

from checkers.linearizability.call import Call
from checkers.linearizability.model import State
from checkers.result import Verdict


@dataclass(frozen=True, slots=True)
class Prefix:
    """One of the longest sequences of calls that could be put in order, and the state at its end."""

    calls: tuple[Call, ...]
    state: State


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer for the calls of one key."""

    verdict: Verdict
    configurations: int
    """How many configurations the search looked at."""
    linearization: tuple[Call, ...] = ()
    """Of a valid history: its calls in an order that explains all answers; the compiled search tells none."""
    prefixes: tuple[Prefix, ...] = ()
    """Of another: the longest linearizable prefixes, one for each state that they can end in."""
    stuck: Call | None = None
    """The call before whose return all of them end."""
    window: tuple[Call, ...] = field(default=())
    """Of a violation: calls that suffice to show it, in order of invocation."""
