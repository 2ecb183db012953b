"""Writes are linearizable: the order of their zxids agrees with real time.

Broken when write a was answered before write b was even sent, and yet b has the smaller zxid. Refused writes
are transactions of the same order and count as well. Found with a sweep over the writes in the order of
their zxids, which keeps the latest time at which one of them was sent: whoever was answered before that time
comes too late in the order. That is Herlihy and Wing's real-time order ("Linearizability", 1990), checked
against the order that the replies claim; n log n.

No false alarm: a write is committed after it is sent and before its answer is received, on one clock for all
nodes, and a write without an answer is never compared.
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.commits import commits
from checkers.facts.segments import begins
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome, sent
from checkers.wording import count
from harness.history import History
from harness.history.columns import I8

NAME = "write-order"


@guarantee(NAME, "A write that follows another in time follows it in the order of transactions.")
def write_order(history: History) -> Result:
    """Sweep over all answered writes; `checked` counts them."""
    found = history.derive(commits)
    late, early = _turned(found.zxid, found.begin, found.end)
    # One write in a wrong place turns many pairs round: each such write is told once.
    _, first = np.unique(early, return_index=True)
    told = earliest(first, found.begin[early[first]])
    return conclude(
        NAME,
        held=f"{count(len(found), 'answered write')} in an order of transactions that agrees with real time.",
        checked=len(found),
        violations=[_pair(history, int(found.call[late[i]]), int(found.call[early[i]])) for i in told],
        missing=() if len(found) > 1 else ("No two writes were answered, so there was nothing to compare.",),
        measures={"writes": len(found), "misplaced_writes": len(late)},
    )


def _turned(zxid: I8, begin: I8, end: I8) -> tuple[I8, I8]:
    """Return the rows that were answered before a row with a smaller zxid was sent, and those rows.

    The arrays are sorted by zxid; times in ns.
    """
    places = np.arange(len(zxid))
    latest = np.maximum.accumulate(begin)
    holder = np.maximum.accumulate(np.where(begin == latest, places, 0))
    group = begins(zxid)
    smaller = np.repeat(group, np.diff(group, append=len(zxid)))
    last = np.maximum(smaller - 1, 0)
    late = np.flatnonzero((smaller > 0) & (latest[last] > end))
    return late, holder[last[late]]


def _pair(history: History, answered: int, later: int) -> Violation:
    sentence = (
        f"{deed(history, answered)} had been {outcome(history, answered)} when "
        f"{deed(history, later)} was sent at {sent(history, later)}, and yet that one was "
        f"{outcome(history, later)}, in front of it."
    )
    return broken(history, "misplaced", sentence, (answered, later))
