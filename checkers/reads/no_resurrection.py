"""A session that has ended does nothing any more.

Broken when a request of a session succeeds with a zxid after that of the transaction which ended the session:
a write that came into being later (`write-after-end`), or a read of a state in which the session is gone
(`read-after-end`). The end is known where the client closed the session, and where the nemesis ended it.

No false alarm: a server drops the connection of a session when it applies its end, before it reads on, and
the leader refuses what comes late. Refusals are no successes and are not judged. One pass.
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.prefixes import sure
from checkers.facts.sessions import session_numbers, sessions
from checkers.facts.unknowns import FOREVER
from checkers.facts.words import WRITES, Words, answered
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome, server_of, session_of
from checkers.wording import count, moment, token
from harness.history import History
from harness.history.columns import OK

NAME = "no-resurrection"


@guarantee(NAME, "A session that has ended does nothing any more.")
def no_resurrection(history: History) -> Result:
    """Judge the successes of sessions whose end is known; `checked` counts them."""
    calls, numbers = history.calls, history.derive(session_numbers)
    ends = np.full(len(numbers.ids) + 1, FOREVER)
    for session in history.derive(sessions).values():
        ends[numbers.find(np.array([session.id]))[0]] = session.closed
    ends[-1] = FOREVER
    end = ends[numbers.of_call]
    rows = np.flatnonzero(history.derive(answered) & (calls.outcome == OK) & (end < FOREVER))
    wrote, zxid = Words(history).among(calls.f[rows], WRITES), calls.zxid[rows]
    late = rows[sure(history, zxid, wrote) > end[rows]]
    known = int(np.count_nonzero(ends < FOREVER))
    return conclude(
        NAME,
        held=(
            f"{count(len(rows), 'success', 'successes')} of {count(known, 'session')} whose end is known, "
            "none of them after it."
        ),
        checked=len(rows),
        violations=[_after(history, row) for row in earliest(late, calls.completed[late])],
        missing=() if len(rows) else ("No session with a known end had a success: nothing to compare.",),
        measures={"ended_sessions": known, "late_successes": len(late)},
    )


def _after(history: History, row: int) -> Violation:
    calls = history.calls
    session = history.derive(sessions)[int(calls.session[row])]
    writes = bool(Words(history).among(calls.f[row : row + 1], WRITES)[0])
    when = moment(history, session.told)
    end = f"though that session had been ended by transaction {token(session.closed)}, as told at {when}"
    if writes:
        sentence = f"{deed(history, row)} of {session_of(history, row)} was {outcome(history, row)}, {end}."
    else:
        sentence = (
            f"{deed(history, row)} of {session_of(history, row)} was answered by {server_of(history, row)} "
            f"at {moment(history, int(calls.completed[row]))} from the state of transaction "
            f"{token(int(calls.zxid[row]))}, {end}."
        )
    kind = "write-after-end" if writes else "read-after-end"
    return broken(history, kind, sentence, (row,), more=session.closing)
