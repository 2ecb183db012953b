"""A queue hands out what was put into it, and loses none of it.

Judged by what producers and consumers were told of their own deeds (`put`, `take`, `consume`). What they
cannot tell, such as which item a take without an answer removed, the requests beneath tell, and what is left
in the end the final walks of the servers. Queues promise different things; the plan names what this one does:
`removed-by-take` or `removed-by-consume` (the deed that removes an item for good), `held-alone` (who has
taken an item holds it alone until then), `in-order` (items are removed in the order in which they were put).

No false alarm: a deed without an answer may have happened or not. Order is that of zxids, of acknowledged
requests only.
"""

from typing import Any

from checkers.abridged import kinds_of
from checkers.conclusion import conclude
from checkers.context import plan_of
from checkers.recipes.believed import Overlap, overlaps
from checkers.recipes.holdings import holdings
from checkers.recipes.queues.deliveries import delivered_twice, held_by_two, invented
from checkers.recipes.queues.items import Item, items, removing, unanswered
from checkers.recipes.queues.losses import lost_items
from checkers.recipes.queues.order import out_of_order, overtakings
from checkers.recipes.queues.rest import rest
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import count
from harness.history import History

NAME = "queue"


@guarantee(NAME, "A queue hands out what was put into it, and loses none of it.")
def queue(history: History) -> Result:
    """Judge all queues of a history; `checked` counts the items."""
    plan = plan_of(history)
    promises = plan.promises if plan else ()
    removes = removing(promises)
    every = list(history.derive(items).values())
    found = overlaps(history, holdings(history)) if "held-alone" in promises else []
    violations = _violations(history, promises, removes, found)
    left = sum(len(held & {item.name for item in every}) for held in history.derive(rest).values())
    put = sum(1 for item in every if item.acknowledged("put"))
    removed = sum(1 for item in every if removes and item.acknowledged(removes))
    return conclude(
        NAME,
        held=(
            f"{count(put, 'item')} put: {removed:,} handed out, none of them twice, {left:,} left, and an "
            "operation without an answer accounts for each of the others."
        ),
        checked=len(every),
        violations=violations,
        missing=_missing(history, every, removes),
        measures=_measures(history, every, removes, found) | {"left": left, "broken": kinds_of(violations)},
    )


def _violations(
    history: History, promises: tuple[str, ...], removes: str, found: list[Overlap]
) -> list[Violation]:
    violations = list(invented(history))
    if removes:
        violations += [*delivered_twice(history, removes), *lost_items(history, removes)]
    violations += held_by_two(history, found)
    if "in-order" in promises:
        violations += out_of_order(history, overtakings(history))
    return violations


def _missing(history: History, every: list[Item], removes: str) -> list[str]:
    missing = []
    if not removes:
        missing.append("The plan does not say what this queue promises.")
    if not any(item.takes for item in every):
        missing.append("No item was ever taken, so there was nothing to judge.")
    if not history.derive(rest):
        missing.append("No server was read to the end of the queue, so nobody knows what was left in it.")
    return missing


def _measures(history: History, every: list[Item], removes: str, found: list[Overlap]) -> dict[str, Any]:
    return {
        "put": sum(1 for item in every if item.acknowledged("put")),
        "removed": sum(1 for item in every if removes and item.acknowledged(removes)),
        "unanswered_puts": sum(1 for _ in unanswered(history, "put")),
        "unanswered_takes": sum(1 for _ in unanswered(history, "take")),
        "unanswered_consumes": sum(1 for _ in unanswered(history, "consume")),
        "overtaken": len(overtakings(history)),
        "held_twice_by_a_fault": sum(1 for one in found if not one.unexplained),
    }
