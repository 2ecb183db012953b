"""Which faults hit a leader, and whether somebody else took over afterwards."""

from checkers.context import in_time, leader_polls, number, real_faults, told
from checkers.leaderships import Leadership, leaderships
from harness.history import FaultWindow, History

OWN_WILL = frozenset({"term", "stopping"})
"""Reasons to step down that no fault has a part in."""


def hits(history: History, faults: list[FaultWindow]) -> list[FaultWindow]:
    """Return the faults whose target led when they began.

    On app nodes leaders take turns by themselves, so only a target that believed to lead at that moment,
    and did not resign of its own will before the fault was proven, shows that the fault made room for
    another. On servers every fault counts: there nobody resigns, and
    a new epoch begins only when the leader of the last one is gone.
    """
    reigns = leaderships(history)
    return [
        fault
        for fault in faults
        if fault.role == "server" or any(_covers(history, reign, fault) for reign in reigns)
    ]


def _covers(history: History, reign: Leadership, fault: FaultWindow) -> bool:
    """Tell whether the reign is one of a target, and lasted when the fault began.

    A belief that nothing ended lasts as long as its process: one that said nothing more between its last
    word and the kill believed all the same.
    """
    if reign.node not in fault.targets or reign.start > fault.begin or _resigned(history, reign, fault):
        return False
    return fault.begin <= reign.end or (reign.open and not _gone(history, reign, fault.begin))


def _resigned(history: History, reign: Leadership, fault: FaultWindow) -> bool:
    if reign.ended is None or fault.proven is None or reign.end > fault.proven:
        return False
    return told(history.events[reign.ended], "why") in OWN_WILL


def _gone(history: History, reign: Leadership, time: int) -> bool:
    """Tell whether the process of an open reign had ended by a time (ns)."""
    return any(
        event.node == reign.node
        and reign.start < event.time <= time
        and told(event, "state") in {"died", "stopped"}
        for event in history.select("node", type="event")
    )


def succeeded(history: History, fault: FaultWindow) -> bool:
    """Tell whether somebody else took over before the next fault began.

    For a fault on servers that is another ZooKeeper server leading in a higher epoch after the proof; for
    one on app nodes another process that became leader with a larger token after the fault had begun: the
    successor of a leader whose session was closed is quicker than the proof.
    """
    begins = [other.begin for other in real_faults(history)]
    limit = min((begin for begin in begins if begin > fault.begin), default=history.end)
    return (_new_server if fault.role == "server" else _new_app_leader)(history, fault, limit)


def _new_server(history: History, fault: FaultWindow, limit: int) -> bool:
    polls = history.derive(leader_polls)
    before = max((number(e, "epoch") for e in polls if e.time <= fault.begin), default=-1)
    since = fault.begin if fault.proven is None else fault.proven
    return any(
        e.node not in fault.targets and number(e, "epoch") > before and since < e.time <= limit for e in polls
    )


def _new_app_leader(history: History, fault: FaultWindow, limit: int) -> bool:
    events = in_time(history.select("leader", type="event"))
    before = [event for event in events if event.time <= fault.begin]
    token = max((number(event, "token") for event in before), default=-1)
    process = before[-1].process if before else ""
    return any(
        e.process != process and number(e, "token") > token and fault.begin < e.time <= limit for e in events
    )
