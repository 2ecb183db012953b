"""Who wrote which data: the workloads write nothing twice, so that data tells its write."""

from dataclasses import dataclass

import numpy as np

from checkers.facts.bounds import bounds
from checkers.facts.words import Words
from harness.history import History
from harness.history.calls import NEVER
from harness.history.columns import FAIL, I8


@dataclass(slots=True)
class Authors:
    """One row a text, at the place of its number."""

    call: I8
    """Row of the earliest write of this data that may have happened, else of any, -1 where there is none."""
    begin: I8
    """When that write was sent (ns), NEVER where none of them can have happened."""
    count: I8
    """How many calls asked for this data to be written."""


def authors(history: History) -> Authors:
    """Return the writes by their data, parts of a `multi` included.

    Empty data is everybody's, and data told as a hash may be: they have no author.
    """
    calls, columns, words = history.calls, history.columns, Words(history)
    single = np.flatnonzero(words.among(calls.f, ("create", "set")) & (calls.asked >= 0))
    multis = np.flatnonzero(calls.f == words["multi"])
    count = calls.asked_count[multis].astype(np.int64)
    owner = np.repeat(multis, count)
    part = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count) + calls.asked_first[owner]
    writes = words.among(columns.parts.f[part], ("create", "set")) & (columns.parts.text[part] >= 0)
    call = np.concatenate((single, owner[writes]))
    text = np.concatenate((calls.asked[single], columns.parts.text[part[writes]]))
    begin = np.where(calls.outcome[call] == FAIL, NEVER, history.derive(bounds).begin[call])
    # The last one written stays: the earliest that may have happened.
    order = np.argsort(begin, kind="stable")[::-1]
    texts = columns.texts
    table = Authors(
        call=np.full(len(texts), -1, np.int64),
        begin=np.full(len(texts), NEVER, np.int64),
        count=np.bincount(text, minlength=len(texts)).astype(np.int64),
    )
    table.call[text[order]] = call[order]
    table.begin[text[order]] = begin[order]
    nobodys = [number for number, said in enumerate(texts.all) if not said or said[0] == "?"]
    table.call[nobodys] = -1
    return table
