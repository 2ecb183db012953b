"""A lock has one holder at a time, or several that all share it, judged on the three levels of a contest."""

from checkers.recipes.contest import LOCK
from checkers.recipes.holdings import Holding, holdings
from checkers.recipes.one_at_a_time import one_at_a_time
from checkers.recipes.vacancies import percentiles, vacancies
from checkers.registry import guarantee
from checkers.result import Result
from checkers.wording import count
from harness.history import History

NAME = "mutual-exclusion"


@guarantee(NAME, "A lock has one holder at a time, or several that all share it.")
def mutual_exclusion(history: History) -> Result:
    """Judge all locks of a history; `checked` counts holdings, accepted actions and listings."""
    held = holdings(history)
    by_lock: dict[str, list[Holding]] = {}
    for one in held:
        by_lock.setdefault(one.resource, []).append(one)
    vacant = (length for rows in by_lock.values() for length in vacancies(history, rows))
    return one_at_a_time(
        history,
        NAME,
        LOCK,
        held,
        counted="holdings",
        story=f"{count(len(held), 'holding')} of {count(len(by_lock), 'lock')}",
        nothing="Nobody ever held a lock, so there was nothing to judge.",
        measures={"vacant_after_faults": percentiles(vacant)},
    )
