"""After each fault there is a ZooKeeper leader and an app leader again, and writes are acknowledged.

Measured from the proof that a fault bites and from the proof that it is over. Only the latter is judged:
a fault may take the quorum away for as long as it lasts.
"""

from checkers.conclusion import conclude
from checkers.context import fault_ids, plan_of
from checkers.recovery_rows import SIGNS, Row, demanded, recovery_rows
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import count, listed, moment
from harness.history import History
from harness.plan import Plan

NAME = "recovery"


@guarantee(NAME, "After each fault there are leaders again, and writes are acknowledged, within the bound.")
def recovery(history: History) -> Result:
    """Judge what came after every healing, or after the start of a run without faults.

    `checked` counts the moments that were judged. A moment whose time was cut short by the next fault is
    not judged, and the sentence says how many there were; the last one has to be judged.
    """
    plan = plan_of(history)
    if plan is None:
        missing = "The plan is missing, so nobody knows within what time everything had to work again."
        return conclude(NAME, held="", checked=0, missing=[missing])
    rows = recovery_rows(history, round(plan.recovery_bound * 1e9))
    judged = [row for row in rows if row.judged]
    took = [t for row in judged for sign in demanded(history) if (t := row.took[sign]) is not None]
    longest = max(took, default=0) / 1e9
    after = count(len(judged), "healing") if history.faults else "the start of the workload"
    return conclude(
        NAME,
        held=(
            f"Everything worked again within {longest:.1f} s after {after}; "
            f"{plan.recovery_bound:g} s were allowed.{_cut_short(rows)}"
        ),
        checked=len(judged),
        violations=[_violation(history, plan, row) for row in judged if row.late],
        missing=_missing(history, plan, rows),
        measures={
            "faults": [row.measure(plan.recovery_bound) for row in rows],
            "longest": longest if took else None,
        },
    )


def _cut_short(rows: list[Row]) -> str:
    cut = sum(1 for row in rows if row.moment.source == "healed" and row.censored)
    if not cut:
        return ""
    were = "was" if cut == 1 else "were"
    return f" {count(cut, 'more healing')} {were} cut short by the next fault and not judged."


def _missing(history: History, plan: Plan, rows: list[Row]) -> list[str]:
    if plan.schedule and all(fault.proven is None for fault in history.faults):
        return ["Faults were planned but none was proven, so there was nothing to recover from."]
    ends = [row for row in rows if row.moment.source != "injected"]
    if not ends:
        what = "No fault was proven to be over" if history.faults else "The workload never began"
        return [f"{what}, so no recovery could be measured."]
    missing = [
        f"The healing of {fault.fault} on {listed(fault.targets)} was not proven, so nobody knows from when "
        "on everything had to work."
        for fault in history.faults
        if fault.proven is not None and fault.heal_outcome != "proven"
    ]
    last = ends[-1]
    if last.censored:
        missing.append(
            f"The run ended less than {plan.recovery_bound:g} s after {last.moment.words} at "
            f"{moment(history, last.moment.time)}, and by then there was {_nothing(last)}."
        )
    return missing


def _violation(history: History, plan: Plan, row: Row) -> Violation:
    start = row.moment.time
    until = start + round(plan.recovery_bound * 1e9)
    seen = [took for sign in row.late if (took := row.took[sign]) is not None]
    later = f"; only after {max(seen) / 1e9:.1f} s there was" if len(seen) == len(row.late) else ""
    source = row.moment
    return Violation(
        kind="no-recovery",
        sentence=(
            f"After {source.words} at {moment(history, start)} there was {_nothing(row)} within "
            f"{plan.recovery_bound:g} s{later}."
        ),
        witness=(source.event,),
        time=start,
        until=until,
        nodes=source.targets,
        faults=tuple(sorted({*fault_ids(history, start, until), *([source.id] if source.id else [])})),
    )


def _nothing(row: Row) -> str:
    """Name what was late: `no app leader and no acknowledged write`."""
    return listed(f"no {SIGNS[sign]}" for sign in row.late)
