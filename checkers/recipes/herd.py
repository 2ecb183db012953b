"""One departure wakes no more candidates than the algorithm has to: no herd runs for one free place.

The first algorithm of the textbooks wakes everybody, n - 1 of n; the second only the one right behind. Which
of them a recipe promises stands in the plan.
"""

from checkers.conclusion import conclude
from checkers.context import fault_ids, plan_of
from checkers.recipes.line.changes import changes
from checkers.recipes.line.costs import costs, spread
from checkers.recipes.line.departures import Departure, departures
from checkers.recipes.line.stays import UNKNOWN
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import count, listed, moment, name_of, token
from harness.history import History

NAME = "herd"

WAKES_ONE, WAKES_ALL = "wakes-one", "wakes-all"
"""What a plan may promise; without a word it is the latter."""


@guarantee(NAME, "One departure wakes no more candidates than the algorithm has to.")
def herd(history: History) -> Result:
    """Judge every departure from a line while the programs worked; `checked` counts them."""
    plan = plan_of(history)
    wakes_one = plan is not None and WAKES_ONE in plan.promises
    known, found = history.derive(changes), departures(history)
    woken = [len(departure.woken) for departure in found]
    loose = f" {_loose(len(known.loose))}." if known.loose else ""
    return conclude(
        NAME,
        held=(
            f"{count(len(found), 'departure')} woke {count(sum(woken), 'candidate')}, never more than "
            f"{max(woken, default=0):,} at once; {_promise(wakes_one)}.{loose}"
        ),
        checked=len(found),
        violations=[_violation(history, d, wakes_one) for d in found if len(d.woken) > allowed(d, wakes_one)],
        missing=_missing(found, len(known.loose)),
        measures={
            "departures": len(found),
            "arrivals": len(known.arrivals),
            "loose_events": len(known.loose),
            **costs(history, found),
            "arrival_events": spread(len(change.events) for change in known.arrivals),
        },
    )


def allowed(departure: Departure, wakes_one: bool) -> int:  # noqa: FBT001 - which of two promises
    """Return how many watch events a departure may cause."""
    if not wakes_one:
        return len(departure.others)
    # Where nobody knows who left, one of the woken may have been it.
    return len(departure.left) or 2


def _promise(wakes_one: bool) -> str:  # noqa: FBT001
    return "one is promised" if wakes_one else "everybody else in line may be"


def _loose(number: int) -> str:
    return f"{count(number, 'watch event')} could not be put down to any change of a line"


def _missing(found: list[Departure], loose: int) -> list[str]:
    if not found:
        return ["Nobody left a line while the programs worked, so nobody could be woken by it."]
    if any(departure.others for departure in found) and not any(departure.woken for departure in found):
        return [f"No departure was seen to wake anybody{f'; {_loose(loose)}' if loose else ''}."]
    return []


def _violation(history: History, departure: Departure, wakes_one: bool) -> Violation:  # noqa: FBT001
    change, woken = departure.change, departure.woken
    sessions = {event.session for event in woken}
    awake = [stay for stay in departure.others if stay.session in sessions]
    who = listed(f"{stay.node} ({name_of(stay.path)})" for stay in departure.left)
    where = f" (transaction {token(change.zxid)})" if change.zxid != UNKNOWN else ""
    nodes = sorted({stay.node for stay in awake})
    times = [change.time, *(event.time for event in woken)]
    born = (index for stay in (*departure.left, *awake) for index in stay.born)
    return Violation(
        kind="woke-too-many",
        sentence=(
            f"When {who if departure.left else 'a candidate'} left the line {change.line} at "
            f"{moment(history, change.time)}{where}, {count(len(woken), 'watch event')} went to those who "
            f"stayed in it ({count(len(departure.others), 'candidate')}), on {listed(nodes)}, where "
            f"{allowed(departure, wakes_one):,} would do."
        ),
        witness=tuple(dict.fromkeys((*change.told, *born, *(event.index for event in woken)))),
        time=min(times),
        until=max(times),
        nodes=tuple(dict.fromkeys((*(stay.node for stay in departure.left), *nodes))),
        key=change.line,
        faults=fault_ids(history, min(times), max(times)),
    )
