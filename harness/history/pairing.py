"""Calls and answers by process, and the rule that they alternate, checked on columns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.history.columns import EVENT, I4, I8, INVOKE, Columns


def by_process(columns: Columns) -> I8:
    """Return the events that are calls or answers, process by process, those of each in their order."""
    rows = np.flatnonzero(columns.type != EVENT)
    found: I8 = rows[np.argsort(_few(columns.process[rows], len(columns.texts)), kind="stable")]
    return found


def _few(texts: I4, size: int) -> NDArray[Any]:
    """Number text numbers anew, in order and without gaps: two bytes are sorted in linear time."""
    present = np.zeros(size, bool)
    present[texts] = True
    dense = np.cumsum(present) - 1
    return dense.astype(np.uint16 if dense[-1:] < 1 << 16 else np.int64)[texts]


def pairing_mistake(columns: Columns) -> tuple[int, str] | None:
    """Return index and sentence of the first event that breaks the rule, None where none does."""
    rows = by_process(columns)
    if not len(rows):
        return None
    process, invokes = columns.process[rows], columns.type[rows] == INVOKE
    before = np.concatenate(([-1], rows[:-1]))
    first = np.concatenate(([True], process[1:] != process[:-1]))
    open_call = ~first & np.concatenate(([False], invokes[:-1]))
    doubled = invokes & open_call
    orphan = ~invokes & ~open_call
    answers = ~invokes & open_call
    renamed = answers & (columns.f[rows] != columns.f[before])
    early = ~first & (columns.time[rows] < columns.time[before])
    wrong = np.flatnonzero(doubled | orphan | renamed | early)
    if not len(wrong):
        return None
    place = wrong[np.argmin(rows[wrong])]
    row, call = int(rows[place]), int(before[place])
    say = columns.texts.say
    process_name, f, other = (say(int(n)) for n in (columns.process[row], columns.f[row], columns.f[call]))
    if doubled[place]:
        sentence = f"process {process_name} invokes {f} while its {other} of line {call + 1} is outstanding."
    elif orphan[place]:
        sentence = f"process {process_name} completes {f}, which it did not invoke."
    elif renamed[place]:
        sentence = f"process {process_name} completes {f} but its open call is {other}."
    elif invokes[place]:
        sentence = f"process {process_name} invokes {f} before its last answer; the times go back."
    else:
        sentence = "the answer is older than its call; the times go back."
    return row, sentence
