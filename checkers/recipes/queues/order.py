"""In which order items were removed: measured for all queues, judged for those that promise it."""

from collections.abc import Iterator
from dataclasses import dataclass

from checkers.facts.transactions import FOREVER
from checkers.recipes.queues.items import Item, items
from checkers.recipes.queues.rest import rest
from checkers.recipes.queues.telling import broken
from checkers.recipes.queues.traces import Trace, traces
from checkers.result import Violation
from checkers.testimony import events_of
from checkers.wording import token
from harness.history import History


@dataclass(frozen=True, slots=True)
class Overtaking:
    """One item was removed while an older one was still in the queue."""

    old: str
    new: str


def overtakings(history: History) -> list[Overtaking]:
    """Return every item that was removed before an older one of its line, with the oldest such one.

    Compared are the zxids at which znodes were made and removed. An item whose removal nobody told is older
    than nothing, unless it was still there in the end. n log n.
    """
    known, every = history.derive(traces), history.derive(items)
    lines: dict[str, list[tuple[int, int, str]]] = {}
    for key, name in every:
        trace = known.get(name)
        gone = _removed(history, key, name, trace) if trace else 0
        if trace and gone:
            lines.setdefault(trace.line, []).append((gone, trace.made, name))
    found = []
    for rows in lines.values():
        oldest, who = FOREVER, ""
        for gone, made, name in sorted(rows, reverse=True):
            if gone < FOREVER and oldest < made:
                found.append(Overtaking(who, name))
            if made < oldest:
                oldest, who = made, name
    return found[::-1]


def _removed(history: History, key: str, name: str, trace: Trace) -> int:
    """Return the zxid of an item's removal, FOREVER where it was left, 0 where nobody knows."""
    if trace.removed:
        return trace.removed
    left = history.derive(rest).get(key)
    return FOREVER if left is not None and name in left else 0


def out_of_order(history: History, found: list[Overtaking]) -> Iterator[Violation]:
    """Yield a violation for each overtaking."""
    known, by_name = history.derive(traces), _by_name(history)
    for one in found:
        old, new = known[one.old], known[one.new]
        after = f"only {token(old.removed)} removed it" if old.removed else "it was left in the end"
        sentence = (
            f"{one.new}, put as transaction {token(new.made)}, was removed by transaction "
            f"{token(new.removed)} while {one.old}, put as transaction {token(old.made)}, was still before "
            f"it in the queue: {after}."
        )
        rows = [old.made_by, new.made_by, new.removed_by, old.removed_by]
        shown = [*by_name[one.old].puts[:1], *by_name[one.new].puts[:1]]
        yield broken(
            history,
            "out-of-order",
            sentence,
            shown,
            key=by_name[one.new].key,
            more=events_of(history, [row for row in rows if row >= 0]),
        )


def _by_name(history: History) -> dict[str, Item]:
    return {name: item for (_, name), item in history.derive(items).items()}
