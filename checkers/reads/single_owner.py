"""A session writes through one server at a time: the one that it is connected to.

When a client moves, what it had sent through its old server may still be on its way. Broken (`old-owner`)
when a write of an older connection is ordered after the first answered write of a newer connection of the
same session. Answered writes tell their zxid themselves. One without an answer, which is what a client
leaves behind when it moves, is judged where a read betrays it: its data is its own, and the mzxid in the
Stat beside that data is its transaction.

No false alarm: the leader takes a session's requests only from the server that the session moved to last
(SessionMovedException), and a server drops the old connection of a session before it lets the new one in.
Of data that several calls wrote nobody is taken for the author. One pass.
"""

from collections.abc import Iterator

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.authors import authors
from checkers.facts.frames import frames
from checkers.facts.segments import begins
from checkers.facts.sessions import session_numbers
from checkers.facts.sightings import sightings
from checkers.facts.words import WRITES, Words
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome, session_of
from checkers.wording import count, token
from harness.history import History
from harness.history.columns import INFO

NAME = "single-owner"

Link = tuple[int, int, int]
"""Number of the connection; calls of its writes with the lowest and the highest zxid."""


@guarantee(NAME, "A session writes through one server at a time.")
def single_owner(history: History) -> Result:
    """Judge the writes of all sessions; `checked` counts those that tell their connection and zxid."""
    (links, writes), betrayed = _links(history), history.derive(_betrayed)
    late = {
        rows[-1]: rows for rows in (*_answered_late(history, links), *_lost_late(history, links, betrayed))
    }
    moved = sum(len(own) > 1 for own in links.values())
    about = np.array(list(late), np.int64)
    return conclude(
        NAME,
        held=(
            f"{count(writes, 'answered write')}, and {count(len(betrayed), 'unanswered one')} that reads "
            f"betrayed; {count(moved, 'session')} wrote through one connection after another, and nothing "
            "of an older one came after a write of a newer one."
        ),
        checked=writes + len(betrayed),
        violations=[_say(history, *late[row]) for row in earliest(about, history.calls.completed[about])],
        missing=() if writes else ("No answered write tells its connection: nothing to compare.",),
        measures={"moved_sessions": moved, "betrayed_writes": len(betrayed), "late_writes": len(late)},
    )


def _links(history: History) -> tuple[dict[int, list[Link]], int]:
    """Return the connections that each session wrote through, in order, and how many writes there are."""
    found, calls = history.derive(frames), history.calls
    rows = np.flatnonzero(found.call >= 0)
    rows = rows[Words(history).among(calls.f[found.call[rows]], WRITES)]
    first = begins(found.link[rows])
    ends = np.append(first, len(rows))[1:]
    links: dict[int, list[Link]] = {}
    for start, end in zip(first.tolist(), ends.tolist(), strict=True):
        own = found.call[rows[start:end]]
        zxid = calls.zxid[own]
        lowest, highest = int(own[np.argmin(zxid)]), int(own[np.argmax(zxid)])
        links.setdefault(int(found.session[rows[start]]), []).append(
            (int(calls.conn[lowest]), lowest, highest)
        )
    return links, len(rows)


def _betrayed(history: History) -> dict[int, int]:
    """Return {unanswered write: the read that shows its data with a Stat}."""
    seen, wrote, calls = history.derive(sightings), history.derive(authors), history.calls
    rows = np.flatnonzero((seen.data >= 0) & (seen.stat >= 0))
    data = seen.data[rows]
    alone = (wrote.call[data] >= 0) & (wrote.count[data] == 1)
    rows, call = rows[alone], wrote.call[data[alone]]
    lost = (calls.outcome[call] == INFO) & (calls.session[call] != 0)
    known, first = np.unique(call[lost], return_index=True)
    return dict(zip(known.tolist(), rows[lost][first].tolist(), strict=True))


def _earliest_after(history: History, links: list[Link], conn: int) -> int | None:
    """Return the call of the write with the lowest zxid on any connection after one."""
    later = [lowest for number, lowest, _ in links if number > conn]
    return min(later, key=lambda call: int(history.calls.zxid[call]), default=None)


def _answered_late(history: History, links: dict[int, list[Link]]) -> Iterator[tuple[int, ...]]:
    zxid = history.calls.zxid
    for own in links.values():
        bound: int | None = None
        for _, lowest, highest in reversed(own):
            if bound is not None and zxid[highest] > zxid[bound]:
                yield bound, highest
            if bound is None or zxid[lowest] < zxid[bound]:
                bound = lowest


def _lost_late(
    history: History, links: dict[int, list[Link]], betrayed: dict[int, int]
) -> Iterator[tuple[int, ...]]:
    calls, seen, stats = history.calls, history.derive(sightings), history.columns.stats
    numbers = history.derive(session_numbers)
    for call, row in betrayed.items():
        own = links.get(int(numbers.of_call[call]), [])
        bound = _earliest_after(history, own, int(calls.conn[call]))
        if bound is not None and stats.mzxid[seen.stat[row]] > calls.zxid[bound]:
            yield bound, int(seen.call[row]), call


def _say(history: History, bound: int, *rows: int) -> Violation:
    late = rows[-1]
    calls = history.calls
    sentence = (
        f"{session_of(history, late)} had moved on to its connection {int(calls.conn[bound])}, where "
        f"{deed(history, bound)} was {outcome(history, bound)}, and yet {deed(history, late)}, sent "
        f"through the older connection {int(calls.conn[late])}, came after it"
    )
    if len(rows) > 1:
        seen = history.derive(sightings)
        row = history.derive(_betrayed)[late]
        zxid = int(history.columns.stats.mzxid[seen.stat[row]])
        sentence += f", as transaction {token(zxid)}: {deed(history, rows[0])} shows it."
    else:
        sentence += f": it was {outcome(history, late)}."
    return broken(history, "old-owner", sentence, (bound, *rows))
