"""The violations of queues: the few operations that show one, and the words for them."""

from collections.abc import Iterable, Sequence

from checkers.context import fault_ids
from checkers.result import Violation
from checkers.wording import client, moment
from harness.history import History, Operation


def end_of(history: History, one: Operation) -> int:
    """Return when (ns) an operation was over, the end of the history where that was never told."""
    return one.complete.time if one.complete else history.end


def said(history: History, one: Operation) -> str:
    """Say who did it and when: `app1 at 3.1 s`."""
    return f"{client(one.invoke.process)} at {moment(history, end_of(history, one))}"


def broken(
    history: History,
    kind: str,
    sentence: str,
    shown: Sequence[Operation],
    *,
    key: str,
    more: Iterable[int] = (),
) -> Violation:
    """Make the violation that some operations show; it is about the last of them."""
    witness = {e.index for one in shown for e in (one.invoke, one.complete) if e is not None}
    start, end = min(one.invoke.time for one in shown), end_of(history, shown[-1])
    return Violation(
        kind=kind,
        sentence=sentence,
        witness=tuple(sorted(witness | set(more))),
        time=end,
        until=end,
        nodes=tuple(dict.fromkeys(one.invoke.node for one in shown if one.invoke.node)),
        key=key,
        faults=fault_ids(history, start, end),
    )
