"""A client that is served sees a state that is at most so old.

The age of a read is the time since the first write that it does not show was answered: the read's zxid
names the prefix that it shows, so that is the earliest answer among the writes with a higher zxid, counted
up to the sending of the read. Broken (`stale-read`) when a read is older than (syncLimit + 2) ticks and its
own round trip: a server that is cut off from its leader stops to serve within that time. The oldest read is
always measured.

No false alarm: the server deals with a read after it is sent, when the write had long been answered by
everybody's one clock. A paused server notices nothing of the time, so its answers while it is paused, and
within the bound afterwards, are left out, and counted. The promise is that of ZooKeeper's programmer's guide
("Timeliness"); n log n.
"""

import numpy as np
from numpy.typing import NDArray

from checkers.conclusion import conclude
from checkers.facts.bounds import bounds
from checkers.facts.commits import commits
from checkers.facts.tolerance import numbers_of, pauses, ticks, within
from checkers.facts.words import READS, Words, answered
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome, sent, server_names, server_of
from checkers.wording import count, stretch, token
from harness.history import History
from harness.history.calls import NEVER
from harness.history.columns import I8

NAME = "timeliness"


@guarantee(NAME, "What a connected client reads is at most (syncLimit + 2) ticks old.")
def timeliness(history: History) -> Result:
    """Measure the age of all answered reads; `checked` counts those that are judged."""
    reads = np.flatnonzero(history.derive(answered) & Words(history).among(history.calls.f, READS))
    limits, bound = history.derive(bounds), ticks(history, 2)
    age = _ages(history, reads)
    excused = _excused(history, reads, age)
    judged, old = reads[~excused], age[~excused]
    allowed = (
        np.full(len(judged), NEVER) if bound is None else bound + limits.end[judged] - limits.begin[judged]
    )
    late = judged[old > allowed]
    oldest = int(old.max(initial=0))
    return conclude(
        NAME,
        held=(
            f"{count(len(judged), 'read')} at most {stretch(oldest)} old, within the {stretch(bound or 0)} "
            f"that (syncLimit + 2) ticks allow{_left_out(excused)}."
        ),
        checked=len(judged),
        violations=[_stale(history, row, bound or 0) for row in earliest(late, limits.end[late])],
        missing=_missing(history, len(judged), bound),
        measures={
            "oldest": oldest / 1e9,
            "allowed": (bound or 0) / 1e9,
            "stale_reads": len(late),
            "left_out": int(np.count_nonzero(excused)),
        },
    )


def _missing(history: History, judged: int, bound: int | None) -> list[str]:
    missing = []
    if bound is None:
        missing.append("The plan is missing, so nobody knows how old a read may be.")
    if not judged or not len(history.derive(commits)):
        missing.append("No write and no read was answered, so nothing could be compared.")
    return missing


def _left_out(excused: NDArray[np.bool_]) -> str:
    number = int(np.count_nonzero(excused))
    return f"; {count(number, 'read')} by paused servers left out" if number else ""


def _ages(history: History, reads: I8) -> I8:
    """Return the ages of reads in ns, 0 for one that shows everything."""
    found = history.derive(commits)
    since = found.earliest_end[found.beyond(history.calls.zxid[reads])]
    age: I8 = np.maximum(history.derive(bounds).begin[reads] - since, 0)
    return age


def _excused(history: History, reads: I8, age: I8) -> NDArray[np.bool_]:
    """Tell which reads are old because their server may have been paused."""
    calls, limits, names = history.calls, history.derive(bounds), history.derive(server_names)
    excused = np.zeros(len(reads), np.bool_)
    for pause in history.derive(pauses):
        rows = np.flatnonzero((age > 0) & ~excused)
        meets = within(pause, limits.begin[reads[rows]], limits.end[reads[rows]])
        excused[rows] = meets & numbers_of(history, pause.servers, names, calls.server[reads[rows]])
    return excused


def _stale(history: History, read: int, bound: int) -> Violation:
    found, calls = history.derive(commits), history.calls
    place = int(found.beyond(calls.zxid[read : read + 1])[0])
    write = int(found.call[place + int(np.argmin(found.end[place:]))])
    limits = history.derive(bounds)
    age = int(limits.begin[read] - limits.end[write])
    sentence = (
        f"{deed(history, read)} was sent at {sent(history, read)} and answered by "
        f"{server_of(history, read)} from the state of transaction {token(int(calls.zxid[read]))}, though "
        f"{deed(history, write)} had been {outcome(history, write)}: {stretch(age)} old, "
        f"where {stretch(bound)} are allowed."
    )
    return broken(history, "stale-read", sentence, (write, read))
