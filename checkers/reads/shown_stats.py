"""Every Stat that an answer told, of reads and of writes, with what is known of its data."""

from dataclasses import dataclass

import numpy as np

from checkers.facts.transactions import CREATE, SET, UNTOLD, transactions
from checkers.facts.tree import tree
from harness.history import History
from harness.history.columns import I4, I8


@dataclass(slots=True, kw_only=True)
class ShownStats:
    """One row a Stat; those of reads come first."""

    path: I8
    zxid: I8
    """That of the answer's header."""
    place: I8
    """Where the Stat shows its path: after the transaction of a read, or after one part of a write."""
    data: I4
    """Text number, negative where nobody tells."""
    stat: I4
    call: I8
    kind: I4
    """-1 for a read, else CREATE or SET."""

    def __len__(self) -> int:
        return len(self.path)


def shown_stats(history: History) -> ShownStats:
    """Return all Stats that can be judged: a Stat without a czxid tells nothing."""
    known, done = history.derive(tree), history.derive(transactions)
    seen, positions = known.seen, known.positions
    # One entry more, for what told no Stat.
    czxid = np.append(history.columns.stats.czxid, 0)
    read = np.flatnonzero((czxid[seen.stat] > 0) & (seen.zxid <= known.last))
    writes = np.isin(done.kind, (CREATE, SET)) & (done.zxid <= known.last)
    told = np.flatnonzero(writes & (czxid[done.stat] > 0))
    return ShownStats(
        path=np.concatenate((seen.path[read], done.path[told])).astype(np.int64),
        zxid=np.concatenate((seen.zxid[read], done.zxid[told])),
        place=np.concatenate(
            (positions.after(seen.zxid[read]), positions.effect(done.zxid[told], done.part[told]))
        ),
        data=np.concatenate((seen.data[read], np.where(done.data[told] == UNTOLD, -1, done.data[told]))),
        stat=np.concatenate((seen.stat[read], done.stat[told])),
        call=np.concatenate((seen.call[read], done.call[told])),
        kind=np.concatenate((np.full(len(read), -1, np.int32), done.kind[told])),
    )
