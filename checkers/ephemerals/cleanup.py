"""An ephemeral node is gone when its session is gone.

Three ways to break it show in the order of transactions, without any clock: a node is seen at or after
the transaction that closed its session (`outlived-close`), a node is seen alive after it was seen gone
(`resurrected`), a node is still there when another one of its session has vanished by itself
(`vanished-apart`). The fourth needs time: a synced read of a server shows a node long after the end of
its session (`left-over`).

Every answer shows the state after all transactions up to the zxid in its header, so two answers contradict
each other whoever asked whichever server. An answer with a Stat is about the node of that czxid. One without
says only that the path was there: it counts where no unanswered call can have made another node of that path.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.conclusion import conclude
from checkers.context import plan_of
from checkers.ephemerals.doubts import Doubts, doubts
from checkers.ephemerals.fates import Fates, closings, fates
from checkers.ephemerals.finals import Final, finals
from checkers.ephemerals.left_over import left_overs
from checkers.ephemerals.nodes import Nodes, nodes
from checkers.ephemerals.telling import (
    MOST,
    birth_events,
    broken,
    closing_time,
    maker_of,
    owner_of,
    path_of,
    said,
    view_events,
    view_time,
)
from checkers.ephemerals.views import Views, views
from checkers.facts.sessions import sessions
from checkers.facts.unknowns import FOREVER
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import count, moment, session_name, token
from harness.history import History

NAME = "ephemeral-cleanup"

Rows = NDArray[np.int64]


@dataclass(slots=True)
class _Scene:
    """What the rules look at."""

    history: History
    own: Nodes
    seen: Views
    fate: Fates
    doubts: Doubts

    def certain(self, rows: Rows, since: Rows) -> Rows:
        """Of views of nodes alive keep those that can be of no other node made after the zxid `since`."""
        other = self.doubts.made.possible(self.own.path[self.seen.node[rows]], since, self.seen.high[rows])
        return rows[self.seen.sure[rows] | ~other]


@guarantee(NAME, "An ephemeral node is gone when its session is gone.")
def ephemeral_cleanup(history: History) -> Result:
    """Judge every ephemeral node; `checked` counts the answers that showed one, alive or gone.

    Of several ways in which one node broke the promise, the first of the list above is told.
    """
    own, seen = history.derive(nodes), history.derive(views)
    scene = _Scene(history, own, seen, history.derive(fates), history.derive(doubts))
    at_last = history.derive(finals)
    shown = [one for one in at_last if not one.walked]
    left = left_overs(history, at_last)
    found: dict[str, Violation] = {}
    for violation in (
        *_outlived(scene),
        *_outlived_finals(history, shown),
        *_resurrected(scene),
        *_apart(scene),
        *left.violations,
    ):
        found.setdefault(violation.key, violation)
    reads = len(history.select("final-read", type="ok"))
    return conclude(
        NAME,
        held=(
            f"{count(len(own), 'ephemeral node')} of {count(len(np.unique(own.owner)), 'session')}, "
            f"{count(_vanished(scene), 'of them', 'of them')} seen to vanish; none was "
            f"seen after its end in {count(len(seen) + len(shown), 'answer')} and "
            f"{count(reads, 'final reading')}."
        ),
        checked=len(seen) + len(shown),
        violations=list(found.values()),
        missing=[*_missing(history, own, reads), *left.unjudged],
        measures={
            "ephemerals": len(own),
            "final_reads": reads,
            "sessions_ended": sum(one.closed < FOREVER for one in history.derive(sessions).values()),
        },
    )


def _vanished(scene: _Scene) -> int:
    return int((scene.fate.gone >= 0).sum())


def _missing(history: History, own: Nodes, reads: int) -> list[str]:
    missing = []
    if not len(own):
        missing.append("No ephemeral node was created, so none could be left behind.")
    if not reads:
        missing.append("No server was read at the end, so nobody knows what was left behind.")
    if plan_of(history) is None:
        missing.append("The plan is missing, so nobody knows how long a session may outlive its client.")
    return missing


def _first_of_each(node: Rows, rows: Rows, zxid: Rows) -> list[int]:
    """Return the first row of every node, those of the lowest zxids; no more than are told."""
    order = np.lexsort((zxid, node))
    new = np.ones(len(order), bool)
    new[1:] = node[order][1:] != node[order][:-1]
    first = order[new]
    chosen: list[int] = rows[first[np.argsort(zxid[first], kind="stable")]][:MOST].tolist()
    return chosen


def _outlived(scene: _Scene) -> Iterator[Violation]:
    """Yield the nodes that an answer shows at or after the transaction that closed their session."""
    history, own, seen, fate = scene.history, scene.own, scene.seen, scene.fate
    rows = np.flatnonzero(seen.alive & (fate.closed[seen.node] <= seen.low))
    those, closed = seen.node[rows], fate.closed[seen.node[rows]]
    # Another node can have been made as soon as this one was gone, or may have been.
    gone = scene.doubts.deleted.possible(own.path[those], own.czxid[those], closed)
    since = np.where(gone, own.czxid[those], np.minimum(closed, fate.gone_by[those]))
    rows = scene.certain(rows, since)
    for view in _first_of_each(seen.node[rows], rows, seen.low[rows]):
        node = int(seen.node[view])
        end = history.derive(sessions)[int(own.owner[node])]
        path, when = path_of(history, own, node), closing_time(history, end)
        yield broken(
            history,
            "outlived-close",
            f"{path} was still there {said(history, seen, view)}, though its session {owner_of(own, node)} "
            f"had been closed by transaction {token(end.closed)} at {moment(history, when)}.",
            path,
            (*birth_events(history, own, node), *end.closing, *view_events(history, seen, view)),
            (when, view_time(history, seen, view)),
        )


def _outlived_finals(history: History, shown: list[Final]) -> Iterator[Violation]:
    closed = closings(history, np.array([one.owner for one in shown], np.int64)).tolist()
    for one, zxid in zip(shown, closed, strict=True):
        if zxid <= one.low:
            end = history.derive(sessions)[one.owner]
            when = closing_time(history, end)
            yield broken(
                history,
                "outlived-close",
                f"{one.path} was still there at {moment(history, one.told.time)} (transaction "
                f"{token(one.high)}), though its session {session_name(one.owner)} had been closed by "
                f"transaction {token(zxid)} at {moment(history, when)}.",
                one.path,
                (*end.closing, one.asked.index, one.told.index),
                (when, one.told.time),
            )


def _resurrected(scene: _Scene) -> Iterator[Violation]:
    """Yield the nodes that were seen gone in one state and alive in a later one."""
    history, own, seen, fate = scene.history, scene.own, scene.seen, scene.fate
    rows = np.flatnonzero(seen.alive & (fate.gone_by[seen.node] <= seen.low))
    rows = scene.certain(rows, fate.gone_by[seen.node[rows]])
    for view in _first_of_each(seen.node[rows], rows, seen.low[rows]):
        node = int(seen.node[view])
        gone, path = int(fate.gone[node]), path_of(history, own, node)
        yield broken(
            history,
            "resurrected",
            f"{path} of {maker_of(history, own, node)} was gone {said(history, seen, gone)} and there again "
            f"{said(history, seen, view)}, though nobody had created it anew.",
            path,
            (
                *birth_events(history, own, node),
                *view_events(history, seen, gone),
                *view_events(history, seen, view),
            ),
            (view_time(history, seen, gone), view_time(history, seen, view)),
        )


def _apart(scene: _Scene) -> Iterator[Violation]:
    """Yield the nodes that outlived another one of their session which nobody had deleted."""
    history, own, seen, fate = scene.history, scene.own, scene.seen, scene.fate
    other = _first_vanished(scene)
    by = np.where(other >= 0, fate.gone_by[other], FOREVER) if len(own) else fate.gone_by
    late = seen.alive & (by[seen.node] <= seen.low) & (own.czxid[seen.node] < by[seen.node])
    rows = np.flatnonzero(late & (other[seen.node] != seen.node))
    rows = scene.certain(rows, own.czxid[seen.node[rows]])
    for view in _first_of_each(seen.node[rows], rows, seen.low[rows]):
        node = int(seen.node[view])
        first, path = int(other[node]), path_of(history, own, node)
        gone = int(fate.gone[first])
        yield broken(
            history,
            "vanished-apart",
            f"{path} was still there {said(history, seen, view)}, though {path_of(history, own, first)} of "
            f"the same session {owner_of(own, node)} had vanished {said(history, seen, gone)} and nobody had "
            "deleted it.",
            path,
            (
                *birth_events(history, own, node),
                *birth_events(history, own, first),
                *view_events(history, seen, gone),
                *view_events(history, seen, view),
            ),
            (view_time(history, seen, gone), view_time(history, seen, view)),
        )


def _first_vanished(scene: _Scene) -> Rows:
    """Return for each node the first one of its session that vanished and was deleted by nobody, or -1.

    While the session certainly lived on none had to vanish with it: that is the matter of another guarantee.
    """
    own, fate = scene.own, scene.fate
    rows = np.flatnonzero(fate.vanished & (fate.living < fate.gone_by))
    deleted = scene.doubts.deleted.possible(own.path[rows], own.czxid[rows], fate.gone_by[rows])
    rows = rows[~deleted]
    rows = rows[np.lexsort((fate.gone_by[rows], own.owner[rows]))]
    first = np.ones(len(rows), bool)
    first[1:] = own.owner[rows][1:] != own.owner[rows][:-1]
    rows = rows[first]
    if not len(rows):
        return np.full(len(own), -1, np.int64)
    place = np.minimum(np.searchsorted(own.owner[rows], own.owner), len(rows) - 1)
    return np.where(own.owner[rows[place]] == own.owner, rows[place], -1)
