"""After a sync a client sees everything that was written before the sync.

Broken when a sync that was sent after the answer to a write had been received (by anybody) comes back with a
smaller zxid than that write's (`sync-behind-write`), or when a read that its session sent after the sync is
older than the sync (`read-behind-sync`). Found with the highest zxid answered so far, in the order of time,
and with the highest zxid of a sync so far, in each session's order of requests: n log n.

ZooKeeper has two holes here, counted and told as classes of their own and not as violations, as long as the
write that is missing was answered no longer ago than the hole may last, pauses of servers apart: (syncLimit
+ 2) ticks in the first, one tick in the second. The documented one: a sync is not a quorum operation
("Consistency Guarantees"), so that while two leaders overlap the older one answers without the newer one's
writes. It shows in the epochs: the sync lacks nothing of its own epoch. The other one follows from the
server's code (CommitProcessor lets a sync wait on followers only) and shows on real ensembles: the leader
tells its followers of a commit before it applies the commit itself, and answers a sync of its own client at
once, so that it may lack what a follower's client has been answered a moment before. It takes a monitor that
saw the server lead.
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.frames import Frames, frames
from checkers.facts.segments import before, fallen, running_maximum
from checkers.facts.words import READS, Words, answered
from checkers.reads.sync_gaps import SyncGaps, sync_gaps
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome, sent, server_of, session_of
from checkers.wording import count, moment, token
from harness.history import History

NAME = "sync-read"

Pairs = list[tuple[int, int]]


@guarantee(NAME, "After a sync a client sees everything that was written before the sync.")
def sync_read(history: History) -> Result:
    """Judge all answered syncs and the reads after them; `checked` counts both."""
    syncs = np.flatnonzero(history.derive(answered) & (history.calls.f == Words(history)["sync"]))
    gaps = sync_gaps(history, syncs)
    reads, aged = _aged(history, history.derive(frames))
    full = len(syncs) - len(gaps.overlap) - len(gaps.leader)
    return conclude(
        NAME,
        held=(
            f"{count(full, 'sync', 'syncs')} came back with every write that had been answered before, and "
            f"{count(reads, 'read')} after them showed no older state.{_holes(gaps)}"
        ),
        checked=len(syncs) + reads,
        violations=[
            *(_say_behind(history, *pair) for pair in _told(history, gaps.broken)),
            *(_say_aged(history, *pair) for pair in _told(history, aged)),
        ],
        missing=() if len(syncs) else ("No sync was answered, so there was nothing to judge.",),
        measures={
            "syncs": len(syncs),
            "reads_after_a_sync": reads,
            "syncs_behind": len(gaps.broken),
            "syncs_during_overlap": len(gaps.overlap),
            "syncs_by_a_late_leader": len(gaps.leader),
            "reads_behind": len(aged),
        },
    )


def _holes(gaps: SyncGaps) -> str:
    told = ""
    if gaps.overlap:
        told += (
            f" {count(len(gaps.overlap), 'sync', 'syncs')} more lacked writes of a newer leader, while two "
            "may have overlapped: ZooKeeper's documented hole."
        )
    if gaps.leader:
        told += (
            f" {count(len(gaps.leader), 'sync', 'syncs')} more lacked a write of a moment ago, because the "
            "leader answers its own clients' syncs at once: another hole of ZooKeeper's."
        )
    return told


def _told(history: History, pairs: Pairs) -> Pairs:
    """Return the pairs of calls that are told: the earliest."""
    about = np.array([pair[-1] for pair in pairs], np.int64)
    return [pairs[place] for place in earliest(np.arange(len(pairs)), history.calls.completed[about])]


def _aged(history: History, found: Frames) -> tuple[int, Pairs]:
    """Return how many reads followed a sync of their session, and those older than it as (sync, read)."""
    rows, words = found.requests, Words(history)
    f = history.calls.f[found.call[rows]]
    wanted = words.among(f, (*READS, "sync"))
    rows, f = rows[wanted], f[wanted]
    session = found.session[rows]
    synced = np.where(f == words["sync"], found.sure[rows], 0)
    promised = before(running_maximum(synced, session), session, 0)
    read = (f != words["sync"]) & (promised > 0)
    pairs = found.call[rows[fallen(found.zxid[rows], synced, promised, session, read)]]
    return int(np.count_nonzero(read)), [(sync, late) for sync, late in pairs.tolist()]


def _say_behind(history: History, write: int, sync: int) -> Violation:
    sentence = (
        f"{deed(history, write)} had been {outcome(history, write)} when {deed(history, sync)} was sent at "
        f"{sent(history, sync)}, and yet {server_of(history, sync)} answered it from the older state of "
        f"transaction {token(int(history.calls.zxid[sync]))}."
    )
    return broken(history, "sync-behind-write", sentence, (write, sync))


def _say_aged(history: History, sync: int, read: int) -> Violation:
    calls = history.calls
    sentence = (
        f"{deed(history, sync)} brought {session_of(history, sync)} to transaction "
        f"{token(int(calls.zxid[sync]))}, and yet {deed(history, read)}, sent after it, was answered by "
        f"{server_of(history, read)} at {moment(history, int(calls.completed[read]))} from the older state "
        f"of transaction {token(int(calls.zxid[read]))}."
    )
    return broken(history, "read-behind-sync", sentence, (sync, read))
