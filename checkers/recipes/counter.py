"""Counters count every increment once.

An increment that was acknowledged counts, one that was refused does not, one without an answer may or may
not. So what is seen of a counter lies between what had been acknowledged before it was asked for and what had
been begun before the answer came. More is `counted-twice`, less a `lost-increment`. Two increments that came
to one value (`same-value`), or to values in the other order than they happened (`out-of-order`), are mistakes
even where the sums are right.
"""

from checkers.abridged import kinds_of
from checkers.conclusion import conclude
from checkers.recipes.counts import Counter, counters, told_until
from checkers.recipes.miscounts import beyond, disordered, same, short
from checkers.registry import guarantee
from checkers.result import Result
from checkers.wording import count
from harness.history import History

NAME = "counter"


@guarantee(NAME, "Every acknowledged increment of a counter counts, and counts once.")
def counter(history: History) -> Result:
    """Judge all counters of a history; `checked` counts increments and values seen."""
    every = counters(history)
    until = told_until(history)
    adds = [add for one in every for add in one.adds]
    sure = sum(1 for add in adds if add.acknowledged)
    seen = sum(len(one.seen) for one in every)
    broken = [
        violation
        for one in every
        for violation in (
            *beyond(history, one, until),
            *short(history, one),
            *same(history, one),
            *disordered(history, one),
        )
    ]
    return conclude(
        NAME,
        held=(
            f"{count(sure, 'acknowledged increment')} of {count(len(every), 'counter')} counted once each, "
            f"and {count(len(adds) - sure, 'unanswered one')} at most once, by {count(seen, 'value')} seen."
        ),
        checked=len(adds) + seen,
        violations=broken,
        missing=_missing(every, sure),
        measures={
            "increments": sure,
            "unanswered": len(adds) - sure,
            "seen": seen,
            "values": {one.key: max((row.value for row in one.seen), default=0) for one in every},
            "broken": kinds_of(broken),
        },
    )


def _missing(every: list[Counter], sure: int) -> tuple[str, ...]:
    if not sure:
        return ("No increment was acknowledged, so there was nothing to judge.",)
    unread = [one.key for one in every if not any(row.event.f == "get" and row.binding for row in one.seen)]
    return tuple(f"No server told in the end what {key} had come to." for key in unread)
