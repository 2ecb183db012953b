"""What each call came to, in a line."""

import numpy as np
from numpy.typing import NDArray

from harness.history import History
from harness.history.columns import OK
from reports.timeline.strings import Strings
from reports.values import shown

_LONGEST = 120


def value_codes(history: History, rows: NDArray[np.int64], strings: Strings) -> NDArray[np.int64]:
    """Return the string that tells each call's value: the answer's, or the call's where it has none."""
    calls, texts = history.calls, history.columns.texts
    # Data read and paths made are in the columns already, so their lines need not be read again.
    plain = (calls.outcome[rows] == OK) & (calls.told[rows] >= 0)
    codes = np.zeros(len(rows), np.int64)
    codes[plain] = strings.codes(calls.told[rows[plain]], lambda number: _brief(texts.say(number)))
    others = np.flatnonzero(~plain)
    invokes, completes = calls.invoke[rows[others]].tolist(), calls.complete[rows[others]].tolist()
    told = (strings.code(_told(history, *pair)) for pair in zip(invokes, completes, strict=True))
    codes[others] = np.fromiter(told, np.int64, len(others))
    return codes


def _told(history: History, invoke: int, complete: int) -> str:
    value = history.events[complete].value if complete >= 0 else None
    return _brief(shown(history.events[invoke].value if value is None else value))


def _brief(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
