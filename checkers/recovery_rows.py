"""How long it took, from every injection and every healing on, until things worked again."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from checkers.context import (
    acknowledged_writes,
    leader_polls,
    number,
    plan_of,
    real_faults,
    server_polls,
)
from harness.history import FaultWindow, History
from harness.history.columns import I8

SIGNS = {
    "zk_leader": "ZooKeeper leader",
    "app_leader": "app leader",
    "write": "acknowledged write",
}
"""What shows that things work: its name in the measures, and in words."""

_ON_THEIR_WAY = 2 * 10**9
"""When a history is cut off, answers may have been in the streams for so long (ns)."""


_AFTER_WORK = frozenset({"final", "stop", "closed"})
"""Phases in which recovery is not awaited any more; during `heal` the workload still goes on."""


class Signs:
    """Things that work: each was asked for at one time and seen at another (ns)."""

    def __init__(self, asked: I8, seen: I8):
        order = np.argsort(asked, kind="stable")
        self._asked = asked[order]
        self._first_seen = np.minimum.accumulate(seen[order][::-1])[::-1]
        """The earliest that was seen of what was asked for then or later."""

    def took(self, since: int, limit: int) -> int | None:
        """Return the ns until the first one that was asked for after `since` and seen by `limit`."""
        later = int(np.searchsorted(self._asked, since, "right"))
        if later == len(self._asked) or self._first_seen[later] > limit:
            return None
        return int(self._first_seen[later]) - since


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment from which on recovery is measured."""

    id: int
    """Of the fault, 0 for the start of the run."""
    fault: str
    targets: tuple[str, ...]
    source: str
    """`injected`, `healed`, or `started` for the run's own start."""
    time: int
    event: int
    """Index of the event that set the clock off."""

    @property
    def words(self) -> str:
        """The moment as a sentence tells it: `kill-leader on zk2 was healed`."""
        if self.source == "started":
            return "the workload began"
        on = f" on {', '.join(self.targets)}" if self.targets else ""
        return f"{self.fault}{on} was {self.source}"


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement."""

    moment: Moment
    took: dict[str, int | None]
    """ns by sign, None where it was not seen before the next fault."""
    late: tuple[str, ...]
    """Signs that were demanded and not seen within the bound."""
    censored: bool
    """Something is late, but the next fault or the end came before the bound had run out."""

    @property
    def judged(self) -> bool:
        """Tell whether the row says something about the promise."""
        return self.moment.source != "injected" and not self.censored

    def measure(self, bound: float) -> dict[str, Any]:
        """Return the row for people, in seconds."""
        moment = self.moment
        row: dict[str, Any] = {"id": moment.id, "fault": moment.fault, "targets": list(moment.targets)}
        row["from"] = moment.source
        for sign, took in self.took.items():
            row[sign] = None if took is None else took / 1e9
        return row | {"bound": bound, "late": list(self.late), "censored": self.censored}


def demanded(history: History) -> tuple[str, ...]:
    """Return the signs that count: an app leader only where the run has elections to judge."""
    plan = plan_of(history)
    elects = plan is not None and "single-leader" in plan.guarantees
    return tuple(sign for sign in SIGNS if sign != "app_leader" or elects)


def recovery_rows(history: History, bound: int) -> list[Row]:
    """Measure every moment of a history, in order of time; `bound` in ns."""
    signs = signs_of(history)
    rows = []
    for moment in sorted(_moments(history), key=lambda moment: moment.time):
        following = [fault.begin for fault in real_faults(history) if fault.begin > moment.time]
        limit = min(following, default=history.end)
        took = {sign: seen.took(moment.time, limit) for sign, seen in signs.items()}
        late = tuple(s for s in demanded(history) if (t := took[s]) is None or t > bound)
        censored = bool(late) and _horizon(history, moment, limit) < moment.time + bound
        rows.append(Row(moment, took, late, censored))
    return rows


def _moments(history: History) -> list[Moment]:
    plan = plan_of(history)
    if history.faults or (plan and plan.schedule):
        return [moment for fault in real_faults(history) for moment in _of_fault(history, fault)]
    began = [event for event in history.select("phase", type="event") if event.value == "workload"]
    return [Moment(0, "start", (), "started", event.time, event.index) for event in began[:1]]


def _of_fault(history: History, fault: FaultWindow) -> list[Moment]:
    healed = fault.healed if fault.heal_outcome == "proven" else None
    return [
        Moment(fault.id, fault.fault, fault.targets, source, time, _index(history, fault, time))
        for source, time in (("injected", fault.proven), ("healed", healed))
        if time is not None
    ]


def _index(history: History, fault: FaultWindow, time: int) -> int:
    """Return the index of the proof: the last of the fault's events at its time."""
    return max(index for index in fault.events if history.events[index].time == time)


def signs_of(history: History) -> dict[str, Signs]:
    """Return everything that shows that things work, by the names of `SIGNS`."""
    polls = history.derive(leader_polls)
    calls, writes = history.calls, history.derive(acknowledged_writes)
    work = writes[calls.f[writes] == history.columns.texts.find("work")]
    led = np.array([event.time for event in history.select("leader", type="event")], np.int64)
    asked = np.array([number(poll, "sent") for poll in polls], np.int64)
    return {
        "zk_leader": Signs(asked, np.array([poll.time for poll in polls], np.int64)),
        "app_leader": Signs(
            np.concatenate((led, calls.invoked[work])), np.concatenate((led, calls.completed[work]))
        ),
        "write": Signs(calls.invoked[writes], calls.completed[writes]),
    }


def _horizon(history: History, moment: Moment, limit: int) -> int:
    """Return up to when silence means something (ns).

    It means nothing while another fault is applied, after the workload, and where nobody asked the servers.
    """
    others = [fault for fault in history.faults_at(moment.time) if fault.id != moment.id]
    asked = any(number(poll, "sent") > moment.time for poll in history.derive(server_polls))
    if not asked or any(fault.outcome != "vanished" for fault in others):
        return moment.time
    last = [e.time for e in history.select("phase", type="event") if e.value in _AFTER_WORK]
    cut = history.end if history.closed else history.end - _ON_THEIR_WAY
    return min(limit, cut, *last)
