"""The run tested what it claims to test: without that, silence of the other checkers says nothing."""

from typing import Any

from checkers import fault_rules  # noqa: F401 - its rules register themselves
from checkers.conclusion import conclude
from checkers.context import plan_of
from checkers.evidence_rules import RULES, Finding
from checkers.registry import guarantee
from checkers.result import Result
from checkers.wording import count
from harness.history import History
from harness.plan import EvidenceRule, Plan

NAME = "evidence"


@guarantee(NAME, "The run tested what it claims to test.")
def evidence(history: History) -> Result:
    """Judge the plan's rules of evidence; never a violation. `checked` counts the rules.

    Measures are the counts by rule. Planned faults that were never begun are told.
    """
    plan = plan_of(history)
    if plan is None:
        return conclude(
            NAME, held="", checked=0, missing=["The plan is missing: nobody knows what to ask for."]
        )
    found = {_title(asked): _find(history, asked) for asked in plan.evidence}
    missing = [sentence for finding in found.values() for sentence in finding.missing]
    if not plan.evidence:
        missing.append("The plan asks for no evidence, so nothing says that the run tested anything.")
    if history.torn:
        missing.append(f"The history is torn: {history.torn.rstrip('.')}.")
    remarks = [_unplayed(history, plan), *(finding.remark for finding in found.values())]
    measures: dict[str, Any] = {title: finding.number for title, finding in found.items()}
    return conclude(
        NAME,
        held=" ".join([f"{count(len(found), 'rule')} of evidence met.", *filter(None, remarks)]),
        checked=len(found),
        missing=missing,
        measures=measures,
    )


def _find(history: History, asked: EvidenceRule) -> Finding:
    known = RULES.get(asked.rule)
    if known is None:
        return Finding(
            0, (f"The plan asks for evidence {asked.rule!r}, which this version of zkchaos does not know.",)
        )
    return known(history, asked)


def _unplayed(history: History, plan: Plan) -> str:
    """Say how many steps of the schedule never came to their turn; a step that found no target did."""
    begun = {fault.id for fault in history.faults}
    unplayed = sum(1 for step in plan.schedule if step.id not in begun)
    if not unplayed:
        return ""
    were = "was" if unplayed == 1 else "were"
    return f"{unplayed:,} of {count(len(plan.schedule), 'planned fault')} {were} not played."


def _title(asked: EvidenceRule) -> str:
    return f"{asked.rule} {asked.of}".strip()
