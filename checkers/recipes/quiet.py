"""When nothing disturbed a run: what recipes promise to reach in the end has to be reached by then."""

from checkers.context import Span, in_time, leader_polls, number, plan_of, real_faults, workload_span
from harness.history import History

GAP = 2 * 10**9
"""Nanoseconds between two polls after which it is not sure any more that a leader went on leading."""

ON_THEIR_WAY = 2 * 10**9
"""Nanoseconds for which lines may have been in the streams when a history was cut off."""


def settling_bound(history: History) -> int:
    """Return within how many ns of quiet recipes must have settled; raises HistoryError without a plan."""
    return round(history.plan.settling_bound * 1e9)


def quiet(history: History) -> list[Span]:
    """Return the stretches of the workload in which no fault was applied, in order of time.

    They end where the programs are asked to end. A fault whose healing was not proven lasts for ever.
    """
    whole = working_span(history)
    if whole is None or plan_of(history) is None:
        return []
    found, since = [], whole.start
    for fault in real_faults(history):
        if fault.begin > since:
            found.append(Span(since, min(fault.begin, whole.end)))
        if fault.healed is None or fault.heal_outcome != "proven":
            return found
        since = max(since, fault.healed)
    return [*found, Span(since, whole.end)] if since < whole.end else found


def working_span(history: History) -> Span | None:
    """Return from when to when the programs worked, None where they never began."""
    span = workload_span(history)
    if span is None:
        return None
    ends = [e.time for e in in_time(history.select("phase", type="event")) if e.value in ("stop", "closed")]
    return Span(span.start, min((end for end in ends if end >= span.start), default=history.end))


def steady(history: History) -> list[Span]:
    """Return the parts of the quiet stretches in which one ZooKeeper leader was seen without a gap.

    A new leader gives every session its full timeout again, and without one nothing is granted to anybody.
    Of a history that was cut off the last moments are left out: answers may have been on their way.
    """
    cut = history.end if history.closed else history.end - ON_THEIR_WAY
    led = reigns(history, GAP)
    found = []
    for span in quiet(history):
        for reign in led:
            start, end = max(span.start, reign.start), min(span.end, reign.end, cut)
            if start < end:
                found.append(Span(start, end))
    return sorted(found, key=lambda span: span.start)


def reigns(history: History, gap: int) -> list[Span]:
    """Return from when to when polls saw the leader of one epoch, never more than `gap` (ns) apart."""
    found: list[Span] = []
    seen: tuple[int, int] | None = None
    """Epoch and time of the last poll."""
    for poll in history.derive(leader_polls):
        epoch = number(poll, "epoch")
        if seen is not None and seen[0] == epoch and poll.time - seen[1] <= gap:
            found[-1] = Span(found[-1].start, poll.time)
        else:
            found.append(Span(poll.time, poll.time))
        seen = epoch, poll.time
    return found
