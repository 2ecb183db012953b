"""The rules of evidence about faults: they bit, they hit, and the world went on around them."""

from checkers.context import acknowledged_writes, real_faults
from checkers.evidence_rules import Finding, at_least, rule
from checkers.recipes.succession import hits, succeeded
from checkers.wording import count, listed, moment
from harness.history import FaultWindow, History
from harness.plan import EvidenceRule


@rule("faults-proven")
def faults_proven(history: History, asked: EvidenceRule) -> Finding:
    """At least so many faults `of` a name, or of any, were proven to bite."""
    return at_least(len(_proven(history, asked.of)), asked, f"proven {asked.of or 'fault'}")


@rule("all-faults-proven")
def all_faults_proven(history: History, asked: EvidenceRule) -> Finding:  # noqa: ARG001 - every rule takes both
    """Every fault that had a target was proven to bite and proven to be over."""
    faults = real_faults(history)
    wrong = tuple(sentence for fault in faults if (sentence := _unproven(history, fault)))
    without = [fault for fault in history.faults if fault.outcome == "vanished"]
    remark = f"{count(len(without), 'fault')} found no target." if without else ""
    return Finding(len(faults) - len(wrong), wrong, remark)


@rule("writes-overlap-each-fault")
def writes_overlap_each_fault(history: History, asked: EvidenceRule) -> Finding:
    """So many writes were invoked and acknowledged while each proven fault (`of` a name) was biting.

    A write counts from the proof of the injection to the proof of the healing: before the first it may
    not have met the fault, after the second it has not.
    """
    fewest: tuple[int, FaultWindow] | None = None
    rows = history.derive(acknowledged_writes)
    invoked, done = history.calls.invoked[rows], history.calls.completed[rows]
    for fault in _proven(history, asked.of):
        start = fault.begin if fault.proven is None else fault.proven
        end = history.end if fault.healed is None else fault.healed
        during = int(((start < invoked) & (done <= end)).sum())
        if fewest is None or during < fewest[0]:
            fewest = during, fault
    if fewest is None:
        none = f"No {asked.of or 'fault'} was proven that writes could have overlapped."
        return Finding(0, () if asked.if_any else (none,))
    named = _named(history, fewest[1])
    return at_least(
        fewest[0], asked, f"acknowledged write during {named}", f"acknowledged writes during {named}"
    )


@rule("new-leader-after-each")
def new_leader_after_each(history: History, asked: EvidenceRule) -> Finding:
    """After each proven fault `of` a name that hit a leader somebody else took over before the next fault.

    See `checkers/recipes/succession.py` for what hits a leader and who counts as somebody else. One hit there
    has to be where leaders are elected: locks and the like are held for moments, so that a fault may come too
    late for the holder that it was meant for. The number is that of the successions.
    """
    proven = _proven(history, asked.of)
    name = asked.of or "fault"
    if not proven:
        none = f"No {name} was proven that a new leader could have followed."
        return Finding(0, () if asked.if_any else (none,))
    hit = hits(history, proven)
    if not hit:
        none = f"No proven {name} hit a node that led, so no new leader had to follow."
        owed = not asked.if_any and "single-leader" in history.plan.guarantees
        return Finding(0, (none,) if owed else (), "" if owed else none)
    failed = tuple(
        f"No new leader was seen after {_named(history, fault)}."
        for fault in hit
        if not succeeded(history, fault)
    )
    missed = len(proven) - len(hit)
    remark = f"{missed:,} of {len(proven):,} proven {name} hit a node that did not lead any more."
    return Finding(len(hit) - len(failed), failed, remark if missed else "")


def _proven(history: History, name: str) -> list[FaultWindow]:
    return [
        fault
        for fault in real_faults(history)
        if fault.proven is not None and (not name or fault.fault == name)
    ]


def _named(history: History, fault: FaultWindow) -> str:
    return f"{fault.fault} on {listed(fault.targets)} at {moment(history, fault.begin)}"


def _unproven(history: History, fault: FaultWindow) -> str:
    why = f" ({fault.reason.rstrip('.')})" if fault.reason else ""
    if fault.proven is None:
        return f"Nobody could prove that {_named(history, fault)} took effect{why}."
    if fault.heal_outcome != "proven":
        return f"Nobody could prove that {_named(history, fault)} was over in the end{why}."
    return ""
