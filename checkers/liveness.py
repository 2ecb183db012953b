"""With a quorum that works, things go on: a leader and acknowledged writes, while a minority stays broken.

A run in the liveness mode breaks a minority for good when everything else is healed. Safety says what must
not happen; this says what must: within the plan's bound after the proof that the minority is broken, and
before it is healed, the rest serves again.
"""

from checkers.conclusion import conclude
from checkers.context import plan_of
from checkers.recovery_rows import SIGNS, demanded, signs_of
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import listed, moment
from harness.history import FaultWindow, History
from harness.plan import Plan

NAME = "liveness"


@guarantee(NAME, "While a minority stays broken, the quorum that is left makes progress within the bound.")
def liveness(history: History) -> Result:
    """Judge the time from the proof that the minority is broken to the begin of its healing."""
    plan = plan_of(history)
    if plan is None or plan.liveness is None:
        return conclude(NAME, held="", checked=0, missing=["The plan breaks no minority for good."])
    stand = next((fault for fault in history.faults if fault.id == plan.liveness.id), None)
    if stand is None or stand.proven is None:
        missing = f"{plan.liveness.fault}, which was to last for good, was not proven to take effect."
        return conclude(NAME, held="", checked=0, missing=[missing])
    return _judge(history, plan, stand, stand.proven)


def _judge(history: History, plan: Plan, stand: FaultWindow, proven: int) -> Result:
    bound = round(plan.recovery_bound * 1e9)
    until = history.end if stand.heal_begin is None else stand.heal_begin
    took = {sign: seen.took(proven, until) for sign, seen in signs_of(history).items()}
    wanted = demanded(history)
    late = [sign for sign in wanted if (t := took[sign]) is None or t > bound]
    nothing = listed(f"no {SIGNS[sign]}" for sign in late)
    where = f"{stand.fault} on {listed(stand.targets)} at {moment(history, proven)}"
    violations, missing = [], []
    if late and until < proven + bound:
        missing.append(
            f"The run ended less than {plan.recovery_bound:g} s after {where}; by then there was {nothing}."
        )
    elif late:
        sentence = (
            f"A quorum was left, and within {plan.recovery_bound:g} s after {where}, with nothing healed, "
            f"there was {nothing}."
        )
        index = max(index for index in stand.events if history.events[index].time == proven)
        violations.append(
            Violation(
                kind="no-progress",
                sentence=sentence,
                witness=(index,),
                time=proven,
                until=until,
                nodes=stand.targets,
                faults=(stand.id,),
            )
        )
    longest = max((t for sign in wanted if (t := took[sign]) is not None), default=0) / 1e9
    return conclude(
        NAME,
        held=f"With {where}, and nothing healed, the rest made progress within {longest:.1f} s; "
        f"{plan.recovery_bound:g} s were allowed.",
        checked=1,
        violations=violations,
        missing=missing,
        measures={sign: None if (t := took[sign]) is None else t / 1e9 for sign in took},
    )
