"""Every transaction has a zxid of its own.

A write that was acknowledged, and one that the leader refused because of what the tree held, is one
transaction each, and its reply's header carries the transaction's zxid. Two such replies with one zxid are
two transactions in one place: the order of writes is none. The parts of a `multi` are one call and share
one. Writes without an answer tell no zxid, and errors that do not come from the tree are left out, so nothing
but two replies from the leader's order is ever compared. Found by sorting; the idea is ZooKeeper's own
claim (Hunt et al., "ZooKeeper: Wait-free coordination", 2010, section 2.3).
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.commits import commits
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome
from checkers.wording import count, token
from harness.history import History

NAME = "unique-zxid"


@guarantee(NAME, "Every transaction has a zxid of its own.")
def unique_zxid(history: History) -> Result:
    """Compare the zxids of all answered writes; `checked` counts them."""
    found = history.derive(commits)
    shared = np.flatnonzero(found.zxid[1:] == found.zxid[:-1])
    # Of three that share one zxid the first two are told.
    shared = shared[np.diff(shared, prepend=-2) > 1]
    times = np.maximum(found.end[shared], found.end[shared + 1])
    return conclude(
        NAME,
        held=f"{count(len(found), 'answered write')}, each with a zxid of its own.",
        checked=len(found),
        violations=[_shared(history, row) for row in earliest(shared, times)],
        missing=() if len(found) > 1 else ("No two writes were answered, so there was nothing to compare.",),
        measures={"transactions": len(found), "shared_zxids": len(shared)},
    )


def _shared(history: History, row: int) -> Violation:
    found = history.derive(commits)
    pair = found.call[row : row + 2]
    one, other = pair[np.argsort(history.calls.completed[pair], kind="stable")].tolist()
    zxid = token(int(found.zxid[row]))
    sentence = (
        f"{deed(history, one)}, {outcome(history, one)}, and {deed(history, other)}, "
        f"{outcome(history, other)}, are two transactions with the one zxid {zxid}."
    )
    return broken(history, "shared-zxid", sentence, (one, other))
