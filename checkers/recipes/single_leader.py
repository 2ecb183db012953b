"""At most one candidate leads at a time, judged on the three levels of a contest."""

from checkers.recipes.believed import vacancy
from checkers.recipes.contest import ELECTION
from checkers.recipes.holdings import leaderships
from checkers.recipes.one_at_a_time import one_at_a_time
from checkers.recipes.vacancies import percentiles, vacancies
from checkers.registry import guarantee
from checkers.result import Result
from checkers.wording import count
from harness.history import History

NAME = "single-leader"


@guarantee(NAME, "At most one candidate leads at a time.")
def single_leader(history: History) -> Result:
    """Judge all elections of a history; `checked` counts leaderships, accepted actions and listings."""
    reigns = history.derive(leaderships)
    return one_at_a_time(
        history,
        NAME,
        ELECTION,
        reigns,
        counted="leaders",
        story=f"{count(len(reigns), 'leadership')} one after the other",
        nothing="No candidate ever became leader, so there was nothing to judge.",
        measures={
            "vacant": vacancy(history, reigns),
            "vacant_after_faults": percentiles(vacancies(history, reigns)),
        },
    )
