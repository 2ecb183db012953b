"""A read returns what was written before it was answered, by a write that can have happened.

Broken when the data that a read returned was written by nobody but requests that were sent after the read's
answer had been received (`from-the-future`), or by nobody but requests that certainly had no effect because
they were refused or never sent (`refused-write`).

No false alarm: data of the workloads is unique to its write; of data that several calls wrote, any of them
may be the author; empty data and data told as a hash have no author, and data of an unknown author is left to
`prefix-reads`. Times are bounds from the sockets on one clock. The classical condition on reads of
Lamport's registers ("On interprocess communication", 1986): n.
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.authors import authors
from checkers.facts.bounds import bounds
from checkers.facts.sightings import sightings
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome, sent, server_of
from checkers.wording import count, moment
from harness.history import History
from harness.history.calls import NEVER

NAME = "no-future-read"


@guarantee(NAME, "A read returns nothing that was written after it, and nothing that was refused.")
def no_future_read(history: History) -> Result:
    """Judge all data that reads returned; `checked` counts those whose author is known."""
    seen, wrote, limits = history.derive(sightings), history.derive(authors), history.derive(bounds)
    rows = np.flatnonzero(seen.data >= 0)
    rows = rows[wrote.call[seen.data[rows]] >= 0]
    begin, answered = wrote.begin[seen.data[rows]], limits.end[seen.call[rows]]
    wrong = rows[begin > answered]
    refused = wrote.begin[seen.data[wrong]] == NEVER
    times = limits.end[seen.call]
    violations = [_future(history, row) for row in earliest(wrong[~refused], times[wrong[~refused]])]
    violations += [_refused(history, row) for row in earliest(wrong[refused], times[wrong[refused]])]
    return conclude(
        NAME,
        held=f"{count(len(rows), 'value')} read, each written before by a request that can have had effect.",
        checked=len(rows),
        violations=violations,
        missing=() if len(rows) else ("No read returned data of a known write: nothing to compare.",),
        measures={
            "values_read": len(rows),
            "from_the_future": int(np.count_nonzero(~refused)),
            "refused": int(np.count_nonzero(refused)),
        },
    )


def _parties(history: History, row: int) -> tuple[int, int, str]:
    """Return the calls of author and reader, and the data."""
    seen = history.derive(sightings)
    data = int(seen.data[row])
    return int(history.derive(authors).call[data]), int(seen.call[row]), history.columns.texts.say(data)


def _read(history: History, reader: int, data: str) -> str:
    when = moment(history, int(history.derive(bounds).end[reader]))
    return f"{deed(history, reader)} returned {data!r} from {server_of(history, reader)} at {when}"


def _future(history: History, row: int) -> Violation:
    author, reader, data = _parties(history, row)
    sentence = (
        f"{_read(history, reader, data)}, though {deed(history, author)} with that data was sent only at "
        f"{sent(history, author)}."
    )
    return broken(history, "from-the-future", sentence, (author, reader), key=_path(history, row))


def _refused(history: History, row: int) -> Violation:
    author, reader, data = _parties(history, row)
    fate = outcome(history, author) if history.calls.zxid[author] else "never sent"
    sentence = f"{_read(history, reader, data)}, though {deed(history, author)} with that data was {fate}."
    return broken(history, "refused-write", sentence, (author, reader), key=_path(history, row))


def _path(history: History, row: int) -> str:
    return history.columns.texts.say(int(history.derive(sightings).path[row]))
