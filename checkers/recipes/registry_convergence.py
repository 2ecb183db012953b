"""A service registry converges: a bound after the last disturbance everybody knows the members that live."""

from collections.abc import Iterable, Sequence
from typing import Any

from checkers.conclusion import conclude
from checkers.context import plan_of
from checkers.recipes.holdings import Holding, holdings, leaderships
from checkers.recipes.members.comparison import compare
from checkers.recipes.members.connections import Connection, connections
from checkers.recipes.members.demands import demands
from checkers.recipes.members.stillness import Stillness
from checkers.recipes.members.truth import Truth
from checkers.recipes.members.verdicts import broken, left_for_ever
from checkers.recipes.members.views import agreements, discoveries, final_views, views
from checkers.recipes.quiet import settling_bound
from checkers.recipes.vacancies import percentiles, vacancies
from checkers.registry import guarantee
from checkers.result import Result
from checkers.wording import count, stretch
from harness.history import History

NAME = "registry-convergence"


@guarantee(NAME, "Soon after a change everybody knows the members that live, and nobody else.")
def registry_convergence(history: History) -> Result:
    """Judge what was known; `checked` counts facts of members that were compared with what somebody knew."""
    if plan_of(history) is None:
        return conclude(NAME, held="", checked=0, missing=("The history holds no plan that can be read.",))
    bound, still, connected = settling_bound(history), Stillness(history), connections(history)
    seen, final = views(history, connected, still, bound), final_views(history, "running")
    asked = demands(history, connected, still, bound)
    found = compare(asked, seen, final)
    stopped = final_views(history, "stopped")
    violations = [
        *broken(history, found.misses, Truth(history, final)),
        *left_for_ever(history, stopped),
    ]
    readers = sum(1 for rows in seen if rows)
    positive = any(demand.kind == "missing-member" for demand in asked)
    return conclude(
        NAME,
        held=(
            f"{count(readers, 'session')} knew the members that lived, and nobody else, whenever nothing had "
            f"changed for {stretch(bound)}: {count(found.compared, 'fact')} compared, the last readings of "
            f"{count(len(final), 'server')} included."
        ),
        checked=found.compared + len(stopped),
        violations=violations,
        missing=() if positive and found.compared else (_nothing(history, bound),),
        measures=_measures(history, connected),
    )


def _nothing(history: History, bound: int) -> str:
    if not history.derive(discoveries):
        return "Nobody ever discovered the members of a registry, so there was nothing to judge."
    return (
        f"No member was registered undisturbed for longer than {stretch(bound)} while somebody was there to "
        f"know of it, so nothing could be judged."
    )


def _measures(history: History, connected: Sequence[Connection]) -> dict[str, Any]:
    """Return for how long after each fault somebody was not registered, and not all knew the same."""
    registered = holdings(history, "registered")
    by_node: dict[str, list[Holding]] = {}
    for held in (*registered, *history.derive(leaderships)):
        by_node.setdefault(held.node, []).append(held)
    return {
        "registrations": len(registered),
        "vacant_after_faults": percentiles(_longest(vacancies(history, held) for held in by_node.values())),
        "disagreed": percentiles(vacancies(history, agreements(history, connected))),
    }


def _longest(each: Iterable[list[int]]) -> list[int]:
    """Return for each fault the longest time for which any node was not registered."""
    return [max(times) for times in zip(*each, strict=True)]
