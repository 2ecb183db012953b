"""An ephemeral node lives as long as its session, unless somebody deletes it.

Broken when an answer shows a node gone in a state in which its session was certainly alive. Gone is what a
read did not find, what a listing of its parent leaves out, what a write was refused for, and a path that
could be made anew. The session was alive up to the last transaction that a leader carried out or refused in
its name for the state of the tree, and up to the one with which the nemesis closed it: after a session's end
no leader takes anything of it. That a client could close it is no proof: a leader grants that for a session
that has just expired, too.

No false alarm: a `delete` that was acknowledged, or that may have happened without an answer, alone or as
part of a `multi`, excuses the absence; so does one that a history may lack because it was cut off. The idea
is that of all checkers here: headers of replies name states, so that no clock is needed.
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.ephemerals.doubts import doubts
from checkers.ephemerals.fates import fates
from checkers.ephemerals.nodes import nodes
from checkers.ephemerals.telling import (
    MOST,
    birth_events,
    broken,
    maker_of,
    owner_of,
    path_of,
    said,
    view_events,
    view_time,
)
from checkers.ephemerals.views import views
from checkers.facts.sessions import sessions
from checkers.facts.unknowns import FOREVER
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import deed, events_of, outcome
from checkers.wording import count, moment, token
from harness.history import History

NAME = "ephemeral-safety"


@guarantee(NAME, "An ephemeral node lives as long as its session, unless somebody deletes it.")
def ephemeral_safety(history: History) -> Result:
    """Judge every ephemeral node; `checked` counts the answers that showed one while its session lived."""
    own, seen, fate = history.derive(nodes), history.derive(views), history.derive(fates)
    checked = int((seen.alive & (seen.low <= fate.living[seen.node])).sum())
    lost = _lost(history)
    return conclude(
        NAME,
        held=(
            f"{count(checked, 'answer')} showed {count(len(own), 'ephemeral node')} while their sessions "
            "lived; none vanished that nobody had deleted."
        ),
        checked=checked,
        violations=[_violation(history, node) for node in lost[:MOST]],
        missing=[] if checked else ["No answer showed an ephemeral node whose session certainly lived then."],
        measures={"ephemerals": len(own), "vanished_early": len(lost)},
    )


def _lost(history: History) -> list[int]:
    """Return the nodes that nobody deleted and that were gone while their session lived, first ones first."""
    own, fate = history.derive(nodes), history.derive(fates)
    later = (fate.closed < FOREVER) & (fate.closed > fate.gone_by)
    rows = np.flatnonzero(fate.vanished & own.sure & ((fate.living >= fate.gone_by) | later))
    deleted = history.derive(doubts).deleted.possible(own.path[rows], own.czxid[rows], fate.gone_by[rows])
    rows = rows[~deleted]
    rows = rows[np.argsort(fate.gone_by[rows], kind="stable")]
    return [row for row in rows.tolist() if fate.living[row] >= fate.gone_by[row] or _ended(history, row)]


def _ended(history: History, node: int) -> list[int]:
    """Return the indexes of what tells that the nemesis ended a node's session, none where it did not."""
    end = history.derive(sessions)[int(history.derive(nodes).owner[node])]
    return [index for index in end.closing if history.events[index].f == "inject"]


def _violation(history: History, node: int) -> Violation:
    own, seen, fate = history.derive(nodes), history.derive(views), history.derive(fates)
    gone, call = int(fate.gone[node]), int(fate.living_call[node])
    if fate.living[node] >= fate.gone_by[node]:
        lived, proof = f"{deed(history, call)} was {outcome(history, call)}", events_of(history, [call])
        later = int(history.calls.completed[call])
    else:
        proof = tuple(_ended(history, node))
        later = max(history.events[index].time for index in proof)
        lived = f"only transaction {token(int(fate.closed[node]))} at {moment(history, later)} closed it"
    path = path_of(history, own, node)
    return broken(
        history,
        "vanished",
        f"{path} of {maker_of(history, own, node)}, made by transaction {token(int(own.czxid[node]))}, was "
        f"gone {said(history, seen, gone)}, though nobody had deleted it and its session "
        f"{owner_of(own, node)} lived on: {lived}.",
        path,
        (*birth_events(history, own, node), *view_events(history, seen, gone), *proof),
        (view_time(history, seen, gone), later),
    )
