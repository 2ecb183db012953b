"""What the woken ask for until they wait again."""

from bisect import bisect_right

import numpy as np

from checkers.context import in_time
from checkers.recipes.births import births
from checkers.recipes.holdings import Holding, leaderships
from harness.history import Event, History
from harness.history.columns import I8, OK, WATCH


class Requests:
    """Counts the requests of sessions that a watch event has woken.

    They are those on the connection of the event from then on, up to and with the read that leaves the next
    watch, or until the candidate believes to lead, or hears the next event. Whoever led when the event came
    did not wait, and asks for nothing because of it.
    """

    def __init__(self, history: History):
        self._calls = history.calls
        self._exists = history.columns.texts.find("exists")
        self._rows = _by_session(self._calls.session)
        self._woken: dict[int, list[int]] = {}
        for event in in_time(history.select("watch", type="event")):
            self._woken.setdefault(event.session, []).append(event.time)
        born = history.derive(births)
        self._reigns: dict[int, list[Holding]] = {}
        for reign in history.derive(leaderships):
            if reign.path in born:
                self._reigns.setdefault(born[reign.path].session, []).append(reign)

    def after(self, event: Event) -> int:
        """Return how many requests a watch event caused."""
        reigns = self._reigns.get(event.session, [])
        if any(reign.start <= event.time < reign.end for reign in reigns):
            return 0
        heard = self._woken[event.session]
        after = bisect_right(heard, event.time)
        ends = heard[after : after + 1]
        ends += [reign.start for reign in reigns if reign.start > event.time]
        rows = self._rows.get(event.session, np.empty(0, np.int64))
        invoked = self._calls.invoked[rows]
        first = int(np.searchsorted(invoked, event.time, "left"))
        last = int(np.searchsorted(invoked, min(ends), "left")) if ends else len(rows)
        number = 0
        for row in rows[first:last].tolist():
            if self._calls.conn[row] != event.conn:
                break
            number += 1
            if self._waits(row):
                break
        return number

    def _waits(self, row: int) -> bool:
        """Tell whether a call has left a watch on something that is there."""
        calls = self._calls
        left = bool(calls.flags[row] & WATCH) and calls.outcome[row] == OK
        return left and (calls.f[row] != self._exists or bool(calls.found[row]))


def _by_session(session: I8) -> dict[int, I8]:
    """Return the rows of each session's calls, in order of invocation."""
    order = np.argsort(session, kind="stable")
    ids, starts = np.unique(session[order], return_index=True)
    return dict(zip(ids.tolist(), np.split(order, starts[1:]), strict=False))
