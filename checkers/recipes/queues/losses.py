"""What was lost: put, acknowledged, and then neither handed out nor left over nor in doubt."""

from collections.abc import Iterator

from checkers.context import life_of
from checkers.recipes.queues.items import Item, items, unanswered
from checkers.recipes.queues.rest import rest
from checkers.recipes.queues.telling import broken, end_of, said
from checkers.recipes.queues.traces import Trace, began_within, traces
from checkers.result import Violation
from checkers.testimony import deed, events_of, outcome
from harness.history import History, Operation


def lost_items(history: History, removes: str) -> Iterator[Violation]:
    """Yield the acknowledged items of which nothing is left, as far as the queues were read to their ends."""
    left, known = history.derive(rest), history.derive(traces)
    takes: dict[str, list[Operation]] = {}
    for take in unanswered(history, "take"):
        takes.setdefault(take.invoke.key, []).append(take)
    for item in history.derive(items).values():
        puts = item.acknowledged("put")
        if not puts or item.key not in left or item.name in left[item.key]:
            continue
        if item.acknowledged(removes):
            continue
        trace = known.get(item.name)
        if not _in_doubt(history, item, trace, removes, takes.get(item.key, [])):
            yield _violation(history, item, puts[-1], trace, removes)


def _in_doubt(
    history: History, item: Item, trace: Trace | None, removes: str, takes: list[Operation]
) -> bool:
    """Tell whether an unanswered removal accounts for an item.

    A consumption names its item. A take does not: one of `takes`, those of its queue without an answer,
    accounts for the items whose znodes the same life of the node asked to be removed meanwhile, without an
    answer; where no znode of the item is known, for any.
    """
    if removes == "consume":
        return any(one.outcome == "info" for one in item.consumes)
    if trace is None:
        return bool(takes)
    return any(_within(history, call, take) for call in trace.perhaps for take in takes)


def _within(history: History, call: int, take: Operation) -> bool:
    life = life_of(take.invoke.process)
    return began_within(history, call, life, take.invoke.time, end_of(history, take))


def _violation(history: History, item: Item, put: Operation, trace: Trace | None, removes: str) -> Violation:
    culprits = [] if trace is None else [*trace.perhaps, *([trace.removed_by] if trace.removed else [])]
    sentence = (
        f"The item {item.name}, put into {item.key} by {said(history, put)}, was lost: nobody was handed it, "
        f"no {removes} without an answer accounts for it, and it was not in the queue any more in the end"
    )
    if culprits:
        last = culprits[-1]
        sentence += f"; {deed(history, last)} was {outcome(history, last)}"
    elif trace is not None:
        sentence += f"; it had been {trace.path}"
    return broken(
        history, "lost-item", f"{sentence}.", [put], key=item.key, more=events_of(history, culprits[-1:])
    )
