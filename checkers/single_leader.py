"""At most one candidate leads at a time, judged on three levels.

In the order of transactions (`zxid-overlap`), by what leaders get done (`stale-action`) and by what they
believe in real time (`believed-overlap`). The first would be ZooKeeper's fault, the others the recipe's.
"""

from checkers.believed import Overlap, believed_overlaps, overlaps, vacancy
from checkers.conclusion import conclude
from checkers.fenced_actions import accepted_actions, stale_actions
from checkers.first_in_line import election_listings, line_overlaps
from checkers.leaderships import leaderships
from checkers.registry import guarantee
from checkers.result import Result
from checkers.wording import count, stretch
from harness.history import History

NAME = "single-leader"


@guarantee(NAME, "At most one candidate leads at a time.")
def single_leader(history: History) -> Result:
    """Judge all elections of a history; `checked` counts leaderships, accepted actions and listings."""
    reigns = leaderships(history)
    found = overlaps(history, reigns)
    violations = [
        *line_overlaps(history),
        *stale_actions(history, reigns),
        *believed_overlaps(history, found),
    ]
    actions = len(accepted_actions(history))
    listed = sum(len(rows) for rows in election_listings(history).values())
    return conclude(
        NAME,
        held=(
            f"{count(len(reigns), 'leadership')} one after the other: {count(actions, 'accepted action')} in "
            f"the order of their tokens, never two candidates first in line in {count(listed, 'listing')}, "
            f"and {_beliefs(found)}."
        ),
        checked=len(reigns) + actions + listed,
        violations=violations,
        missing=() if reigns else ("No candidate ever became leader, so there was nothing to judge.",),
        measures={
            "leaders": len(reigns),
            "longest_believed_overlap": max((o.end - o.start for o in found), default=0) / 1e9,
            "explained_overlaps": sum(1 for o in found if not o.unexplained),
            "longest_unexplained_overlap": max((o.unexplained for o in found), default=0) / 1e9,
            "vacant": vacancy(history, reigns),
        },
    )


def _beliefs(found: list[Overlap]) -> str:
    if not found:
        return "nobody believed to lead beside another"
    longest = max(overlap.end - overlap.start for overlap in found)
    return (
        f"{count(len(found), 'overlap')} of beliefs, each explained by a fault on the older leader's node "
        f"(the longest {stretch(longest)})"
    )
