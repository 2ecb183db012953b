"""Syncs that came back without a write that had been answered before, sorted by what may excuse them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from checkers.facts.bounds import bounds
from checkers.facts.commits import EPOCH, commits
from checkers.facts.tolerance import pauses, tick, ticks, within
from checkers.servers.roles import may_lead
from checkers.testimony import server_of
from harness.history import History
from harness.history.columns import I8


@dataclass(slots=True)
class SyncGaps:
    """Pairs of calls (the write that was missed, the sync that missed it)."""

    broken: list[tuple[int, int]] = field(default_factory=list)
    overlap: list[tuple[int, int]] = field(default_factory=list)
    """The sync is of an older epoch than all it missed: two leaders may have overlapped."""
    leader: list[tuple[int, int]] = field(default_factory=list)
    """The leader itself answered, which waits for nobody, its own commits included."""


def sync_gaps(history: History, syncs: I8) -> SyncGaps:
    """Sort the syncs that missed a write; `syncs` are rows of calls that were answered."""
    found, gaps = history.derive(commits), SyncGaps()
    if not len(found):
        return gaps
    begin, zxid = history.derive(bounds).begin[syncs], history.calls.zxid[syncs]
    newest = found.newest_before(begin)
    late = np.flatnonzero((newest >= 0) & (found.zxid[newest] > zxid))
    first = found.beyond(zxid[late])
    since = found.earliest_end[first]
    outlived = _within(history, ticks(history, 2), since, begin[late])
    unapplied = _within(history, tick(history), since, begin[late])
    same = _missed_in_own_epoch(history, zxid[late], begin[late])
    for row, missed, start, overlap, moment in zip(
        late.tolist(), same.tolist(), first.tolist(), outlived.tolist(), unapplied.tolist(), strict=True
    ):
        sync = int(syncs[row])
        # What was missed first is what proves best that it was missed for too long.
        oldest = start + int(np.argmin(found.end[start:]))
        pair = int(found.call[missed if missed >= 0 else oldest]), sync
        if overlap and missed < 0:
            gaps.overlap.append(pair)
        elif moment and may_lead(history, server_of(history, sync), int(begin[row])):
            gaps.leader.append(pair)
        else:
            gaps.broken.append(pair)
    return gaps


def _within(history: History, patience: int | None, since: I8, begin: I8) -> NDArray[np.bool_]:
    """Tell which syncs lack only what is no older than `patience` (ns; None: any age), pauses apart."""
    fresh = np.ones(len(begin), np.bool_) if patience is None else begin <= since + patience
    for pause in history.derive(pauses):
        fresh |= within(pause, since, begin)
    return fresh


def _missed_in_own_epoch(history: History, zxid: I8, begin: I8) -> I8:
    """Return for each sync the newest write of its own or an older epoch that it missed, -1 for none."""
    found = history.derive(commits)
    missed = np.full(len(zxid), -1, np.int64)
    for epoch in np.unique(zxid >> EPOCH).tolist():
        mine = np.flatnonzero(zxid >> EPOCH == epoch)
        newest = found.newest_before(begin[mine], found.zxid >> EPOCH <= epoch)
        missed[mine] = np.where((newest >= 0) & (found.zxid[newest] > zxid[mine]), newest, -1)
    return missed
