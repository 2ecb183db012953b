"""Who led when, as far as the monitor asked."""

from bisect import bisect_right

from checkers.context import in_time, told
from harness.history import History

Answers = dict[str, tuple[list[int], list[bool]]]
"""{server: times (ns) of its answers in order, whether it said each time that it leads}."""


def answers(history: History) -> Answers:
    """Return what the servers said of their role."""
    found: Answers = {}
    for event in in_time(history.select("server", type="event")):
        times, leads = found.setdefault(event.node, ([], []))
        times.append(event.time)
        leads.append(told(event, "mode") == "leader")
    return found


def may_lead(history: History, server: str, time: int) -> bool:
    """Tell whether a server may have been the leader at a time (ns): one of the answers around it says so."""
    times, leads = history.derive(answers).get(server, ([], []))
    place = bisect_right(times, time)
    return any(leads[max(place - 1, 0) : place + 1])
