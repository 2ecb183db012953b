"""Who says that a path was in a state, where no answer to a write tells so."""

import numpy as np

from checkers.facts.effects import END
from checkers.facts.evidence import REFUSED, SEEN
from checkers.facts.tree import Tree
from checkers.reads.misreadings import misreadings
from harness.history import History


def vouched(history: History, known: Tree, path: int, state: int, zxid: int) -> list[int]:
    """Return a call that shows the state of a path, a row of the timeline, around a transaction.

    What an acknowledged write left, or the known end of a session, needs no further witness.
    """
    line = known.line
    if state < len(line):
        call = int(line.effects.call[state])
        if line.effects.kind[state] == END or (call >= 0 and history.calls.zxid[call] > 0):
            return []
    return _seen(history, known, path, state) or _said(known, path, state, zxid)


def _seen(history: History, known: Tree, path: int, state: int) -> list[int]:
    """Return a read that rightly shows exactly this state, one with a Stat where there is any."""
    seen = known.seen
    left, right = np.searchsorted(seen.path, [path, path + 1])
    rows = np.setdiff1d(np.arange(left, right), history.derive(misreadings).seen)
    rows = rows[known.at(seen.path[rows], known.positions.after(seen.zxid[rows])) == state]
    calls: list[int] = seen.call[rows[np.argsort(seen.stat[rows] < 0, kind="stable")]][:1].tolist()
    return calls


def _said(known: Tree, path: int, state: int, zxid: int) -> list[int]:
    """Return whoever says the same of the path, last before the transaction, or first after it."""
    said = known.evidence
    left, right = np.searchsorted(said.path, [path, path + 1])
    rows = np.setdiff1d(np.arange(left, right), known.wrong)
    rows = rows[said.alive[rows] == known.line.alive[state]]
    before, after = rows[said.zxid[rows] < zxid], rows[said.zxid[rows] >= zxid]
    for row in (*before[::-1].tolist(), *after.tolist()):
        role, at = int(said.role[row]), int(said.row[row])
        table = known.seen if role == SEEN else known.refusals if role == REFUSED else known.effects
        if table.call[at] >= 0:
            return [int(table.call[at])]
    return []
