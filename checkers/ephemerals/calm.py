"""Since when one ZooKeeper leader has been active, undisturbed: only then do sessions expire in time.

Every new leader gives every session its full timeout again, and without a quorum nothing expires.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from checkers.context import number, real_faults, told, word
from harness.history import Event, FaultWindow, History
from harness.history.columns import I8

STALL = 10**9
"""Nanoseconds. A leader that no poll saw for longer may have stood still, so that its clock starts again; and
what it does by the clock may come so much later."""

HARMLESS = frozenset(
    {
        *("kill", "restart", "pause", "stutter", "throttle", "clock"),
        *("expire", "disconnect", "move", "false-lost"),
    }
)
"""Effects that disturb no server when they befall an app node."""


class Calm:
    """Knows the disturbances of a history."""

    def __init__(self, history: History):
        self._faults = [fault for fault in real_faults(history) if _disturbs(fault)]
        moments = [fault.healed for fault in self._faults if fault.healed is not None]
        moments += [
            event.time for event in history.select("node", type="event") if told(event, "role") == "server"
        ]
        self._moments = np.array(sorted(moments), np.int64)
        self._reigns = _reigns(history.select("server", type="event"))

    def since(self, times: I8, epochs: I8) -> tuple[I8, NDArray[np.bool_]]:
        """Return for each time (ns) the last disturbance before it, and whether calm can be shown at all.

        The epoch is that of a transaction after the time: the leader whom the polls saw in that epoch has led
        ever since, because a new one would have raised it. No fault was on, and a poll saw it lately.
        """
        last = np.zeros(len(times), np.int64)
        calm = np.zeros(len(times), bool)
        for epoch in np.unique(epochs).tolist():
            if epoch in self._reigns:
                polls, began = self._reigns[epoch]
                rows = np.flatnonzero(epochs == epoch)
                poll = np.searchsorted(polls, times[rows], "right") - 1
                calm[rows] = (poll >= 0) & (times[rows] - polls[poll] <= STALL)
                last[rows] = began[poll]
        for fault in self._faults:
            healed = fault.healed if fault.heal_outcome == "proven" else None
            calm &= (times < fault.begin) | (healed is not None and times >= (healed or 0))
        if len(self._moments):
            moment = np.searchsorted(self._moments, times, "right") - 1
            last = np.where(moment >= 0, np.maximum(last, self._moments[moment]), last)
        return last, calm

    def since_one(self, time: int, epoch: int) -> int | None:
        """Return the last disturbance before one time, None where calm cannot be shown."""
        last, calm = self.since(np.array([time]), np.array([epoch]))
        return int(last[0]) if calm[0] else None


def _disturbs(fault: FaultWindow) -> bool:
    return fault.role != "app" or fault.effect not in HARMLESS


def _reigns(polls: Sequence[Event]) -> dict[int, tuple[I8, I8]]:
    """Return for each epoch when polls saw its leader (ns), and for each poll since when without a gap."""
    seen: dict[int, list[int]] = {}
    for event in polls:
        if word(event, "mode") in {"leader", "standalone"} and isinstance(told(event, "zxid"), int):
            seen.setdefault(number(event, "zxid") >> 32, []).append(event.time)
    found = {}
    for epoch, times in seen.items():
        ordered = np.array(sorted(times), np.int64)
        fresh = np.diff(ordered, prepend=ordered[0] - 2 * STALL) > STALL
        found[epoch] = ordered, ordered[np.maximum.accumulate(np.where(fresh, np.arange(len(ordered)), 0))]
    return found
