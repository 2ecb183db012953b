"""A contest has one winner at a time, judged on three levels.

In the order of transactions (`zxid-overlap`), by what winners get done (`stale-action`) and by what they
believe in real time (`believed-overlap`). The first would be ZooKeeper's fault, the others the recipe's.
"""

from typing import Any

from checkers.conclusion import conclude
from checkers.recipes.actions import accepted_actions
from checkers.recipes.believed import Overlap, believed_overlaps, overlaps
from checkers.recipes.contest import Contest
from checkers.recipes.fenced_actions import stale_actions
from checkers.recipes.first_in_line import line_overlaps
from checkers.recipes.holdings import Holding
from checkers.result import Result
from checkers.wording import count, stretch
from harness.history import History


def one_at_a_time(
    history: History,
    name: str,
    contest: Contest,
    held: list[Holding],
    *,
    counted: str,
    story: str,
    nothing: str,
    measures: dict[str, Any],
) -> Result:
    """Judge all contests of a kind; `checked` counts what was held, accepted actions and listings.

    `counted` names the measure that counts what was held, `story` begins the sentence where nothing broke,
    `nothing` is that where nobody ever won, and `measures` are those of this kind alone.
    """
    found = overlaps(history, held)
    actions = len(history.derive(accepted_actions))
    listed = sum(len(rows) for rows in contest.lines(history).values())
    return conclude(
        name,
        held=(
            f"{story}: {count(actions, 'accepted action')} in {contest.order}, never two {contest.rivals} "
            f"first in line in {count(listed, 'listing')}, and {_beliefs(contest, found)}."
        ),
        checked=len(held) + actions + listed,
        violations=[
            *line_overlaps(history, contest),
            *stale_actions(history, contest, held),
            *believed_overlaps(history, contest, found),
        ],
        missing=() if held else (nothing,),
        measures={counted: len(held), **_measures(found), **measures},
    )


def _measures(found: list[Overlap]) -> dict[str, Any]:
    return {
        "longest_believed_overlap": max((o.end - o.start for o in found), default=0) / 1e9,
        "explained_overlaps": sum(1 for o in found if not o.unexplained),
        "longest_unexplained_overlap": max((o.unexplained for o in found), default=0) / 1e9,
    }


def _beliefs(contest: Contest, found: list[Overlap]) -> str:
    if not found:
        return contest.alone
    longest = max(overlap.end - overlap.start for overlap in found)
    return (
        f"{count(len(found), 'overlap')} of beliefs, each explained by a fault on {contest.older}'s node "
        f"(the longest {stretch(longest)})"
    )
