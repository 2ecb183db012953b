"""What a checker says."""

from enum import StrEnum
from typing import Any

import msgspec


class Verdict(StrEnum):
    """How a guarantee, or a whole run, came out."""

    VALID = "valid"
    VIOLATION = "violation"
    UNKNOWN = "unknown"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One call in its place in an order of calls, as a person follows it."""

    call: str
    """What was asked and answered, in words."""
    process: str
    line: int
    """Of the history's file, where the answer stands, or else the call."""
    invoke: int
    """Index of the event."""
    complete: int = -1
    """Index of the event, -1 where no answer came."""
    before: str
    after: str
    """The state that it leaves; of a call that is not possible the one that it found."""
    why: str = ""
    """Why it is not possible there, empty where it is."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The longest order that was found, and everything that could have come next."""

    steps: tuple[Step, ...]
    """Its last steps, where there are many."""
    skipped: int
    """Steps before them."""
    next: tuple[Step, ...]
    """First the call that must come next and cannot; then those that were under way."""
    others: tuple[str, ...] = ()
    """States in which other orders of the same calls end, where that call is not possible either."""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One broken promise, with what suffices to show it."""

    kind: str
    """Which way the guarantee broke, such as `believed-overlap`."""
    sentence: str
    """The story in one sentence, in the words of the guarantee."""
    witness: tuple[int, ...]
    """Indexes of the few events that suffice."""
    time: int
    """When it broke (ns)."""
    until: int
    """End of the stretch that shows it (ns), equal to `time` for a moment."""
    nodes: tuple[str, ...] = ()
    key: str = ""
    faults: tuple[int, ...] = ()
    """Ids of the faults that were applied then."""
    order: Order | None = None
    """Where an order of calls was looked for: how far it goes, and why no further."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one checker says of one history."""

    name: str
    verdict: Verdict
    sentence: str
    """What was proven, what broke, or what is missing."""
    checked: int
    """How many facts were compared: zero says that nothing was tested."""
    violations: tuple[Violation, ...] = ()
    missing: tuple[str, ...] = ()
    """For `unknown`: what evidence was not there, a sentence each."""
    measures: dict[str, Any] = {}
    """Numbers beside the verdict; times in seconds."""

    @property
    def number_broken(self) -> int:
        """How many violations there are, those included that are only counted: see `conclude`."""
        counted = self.measures.get("broken")
        numbers = [n for n in counted.values() if isinstance(n, int)] if isinstance(counted, dict) else []
        return max(len(self.violations), sum(numbers))


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What all checkers say of a run, as results.json holds it."""

    format: int = 1
    run: str
    scenario: str
    seed: int
    verdict: Verdict
    sentence: str
    """The verdict of the run in one sentence."""
    results: tuple[Result, ...]
    events: int
    operations: int | None = None
    """Acknowledged ones; None in results of before there was this field."""
    faults: int | None = None
    """Those proven to bite; None in results of before there was this field."""
    torn: str = ""
    repeat: str = ""
    """The command that repeats the run."""


def combine(results: tuple[Result, ...]) -> Verdict:
    """Verdict of a run: a violation outweighs everything, then a lack of evidence."""
    verdicts = {result.verdict for result in results}
    for verdict in (Verdict.VIOLATION, Verdict.UNKNOWN):
        if verdict in verdicts:
            return verdict
    return Verdict.VALID if results else Verdict.UNKNOWN
