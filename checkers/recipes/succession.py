"""Which faults hit a leader or holder, and whether somebody else took over afterwards."""

from checkers.context import leader_polls, number, program_ends, real_faults, told
from checkers.recipes.holdings import Holding, holdings, leaderships
from harness.history import FaultWindow, History

OWN_WILL = frozenset({"term", "done", "stopping"})
"""Reasons to step down or to let go that no fault has a part in."""


def hits(history: History, faults: list[FaultWindow]) -> list[FaultWindow]:
    """Return the faults whose target led, or held something, when they began.

    On app nodes leaders take turns by themselves, so only a target that believed to lead at that moment,
    and did not resign of its own will before the fault was proven, shows that the fault made room for
    another. On servers every fault counts: there nobody resigns, and a new epoch begins only when the leader
    of the last one is gone.
    """
    reigns = history.derive(_beliefs)
    return [
        fault
        for fault in faults
        if fault.role == "server" or any(_covers(history, reign, fault) for reign in reigns)
    ]


def _covers(history: History, reign: Holding, fault: FaultWindow) -> bool:
    """Tell whether the reign is one of a target, and lasted when the fault began.

    A belief that nothing ended lasts as long as its process: one that said nothing more between its last
    word and the kill believed all the same.
    """
    if reign.node not in fault.targets or reign.start > fault.begin or _resigned(history, reign, fault):
        return False
    return fault.begin <= reign.end or (reign.open and not _gone(history, reign, fault.begin))


def _resigned(history: History, reign: Holding, fault: FaultWindow) -> bool:
    if reign.ended is None or fault.proven is None or reign.end > fault.proven:
        return False
    return told(history.events[reign.ended], "why") in OWN_WILL


def _gone(history: History, reign: Holding, time: int) -> bool:
    """Tell whether the process of an open reign had ended by a time (ns)."""
    return any(
        event.node == reign.node and reign.start < event.time <= time
        for event in history.derive(program_ends)
    )


def succeeded(history: History, fault: FaultWindow) -> bool:
    """Tell whether somebody else took over before the next fault began.

    For a fault on servers that is another ZooKeeper server leading in a higher epoch after the proof; for
    one on app nodes another process that came to lead or to hold the same with a larger token after the fault
    had begun: the successor of a leader whose session was closed is quicker than the proof.
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
    by_resource: dict[str, list[Holding]] = {}
    for one in history.derive(_beliefs):
        by_resource.setdefault(one.resource, []).append(one)
    columns = history.columns
    known = int(columns.zxid[columns.time <= fault.begin].max(initial=0))
    return any(_handed_over(rows, fault.begin, limit, known) for rows in by_resource.values())


def _handed_over(rows: list[Holding], begin: int, limit: int, known: int) -> bool:
    """Tell whether a belief began in time that another process had, or another participant of the same one.

    Whose node in the line was there before the fault, by a zxid `known` by then, is not the one that was hit
    and came again.
    """
    before = [one for one in rows if one.start <= begin]
    token = max((one.token for one in before), default=-1)
    process = before[-1].process if before else ""
    return any(
        (one.process != process or one.age <= known) and one.token > token and begin < one.start <= limit
        for one in rows
    )


def _beliefs(history: History) -> list[Holding]:
    return sorted(
        [*history.derive(leaderships), *history.derive(holdings)], key=lambda one: (one.start, one.began)
    )
