"""A violation told as a story: what happened, in order of time, and why it breaks the promise.

Every sentence but the last comes from an event of the history: the witness of the violation, and what was
told around it of those who took part. The last one is the promise.
"""

from collections.abc import Iterable, Sequence

import msgspec

from checkers.result import Violation
from harness.history import History
from reports.clock import run_clock
from reports.story.reasons import reason
from reports.story.scene import nearest, surroundings
from reports.story.testimony import Found, testimony

MOST = 15
"""How many moments a story has at most, its last sentence included."""


class Moment(msgspec.Struct, frozen=True):
    """One thing that happened."""

    seconds: float
    """When, on the clock of the report: since the first event of the history."""
    actor: str
    """The app node, the server or the fault that it is about; the guarantee for the last moment."""
    sentence: str
    """One sentence, with a capital letter and a full stop."""
    kind: str
    """`call`, `belief`, `session`, `life`, `watch`, `server`, `fault` or `event`; `more` for what is left out
    of the witness, and `why` for the last."""
    witness: int | None
    """Its number among the events of the witness, from 1; None for what happened around them."""


def tell(history: History, violation: Violation, guarantee: str = "") -> list[Moment]:
    """Tell a violation of a guarantee in at most 15 moments, in order of time.

    The guarantee's name chooses the last sentence where the kind of the violation alone does not say it.
    """
    seconds = run_clock(history).seconds
    own = testimony(history, violation)
    shown, left_out = _cut(own)
    room = MOST - 1 - len(shown) - (1 if left_out else 0)
    beside = nearest(surroundings(history, violation), room)
    told = [
        Moment(seconds(one.time), one.actor, _sentence(one), one.kind, one.number)
        for one in sorted([*shown, *beside], key=lambda found: (found.time, found.order))
    ]
    if left_out:
        more = f"The witness has {len(left_out):,} more events between these."
        place = next(i for i, moment in enumerate(told) if moment.witness == shown[-_LAST].number)
        told.insert(place, Moment(told[place].seconds, "", more, "more", None))
    why = reason(guarantee, violation.kind)
    if why:
        end = seconds(max(violation.time, violation.until))
        told.append(Moment(end, guarantee, why, "why", None))
    return told


def as_text(moments: Iterable[Moment]) -> str:
    """Write a story for a terminal, a line for each moment: `    12.4 s  app2 was told …`."""
    rows = list(moments)
    wide = max((len(f"{row.seconds:,.3f}") for row in rows), default=0)
    lines = []
    for row in rows:
        if row.kind == "why":
            lines.append(f"Why this breaks the promise: {row.sentence}")
        elif row.kind == "more":
            lines.append(f"{'':>{wide}}    {row.sentence}")
        else:
            lines.append(f"{row.seconds:>{wide},.3f} s  {row.sentence}")
    return "\n".join(lines)


_FIRST, _LAST = 6, 4
"""Of a long witness so many events are told from its beginning, and from its end."""


def _cut(own: Sequence[Found]) -> tuple[list[Found], list[Found]]:
    """Return what is told of a witness, and what is left out of the middle."""
    if len(own) <= _FIRST + _LAST:
        return list(own), []
    return [*own[:_FIRST], *own[-_LAST:]], list(own[_FIRST:-_LAST])


def _sentence(found: Found) -> str:
    """Make a clause a sentence; the names of nodes stay as they are."""
    clause = found.clause
    if found.actor and clause.startswith(found.actor):
        return f"{clause}."
    return f"{clause[:1].upper()}{clause[1:]}."
