"""Fencing tokens do their work: what a lock or a leadership protects never accepts a smaller one again."""

from checkers.conclusion import conclude
from checkers.context import fault_ids, number
from checkers.recipes.actions import Stale, accepted_actions, overtaken
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import count, moment, token
from harness.history import History

NAME = "fencing"


@guarantee(NAME, "The tokens of the actions that a protected resource accepts never decrease.")
def fencing(history: History) -> Result:
    """Judge every resource in the order of transactions; `checked` counts accepted actions."""
    actions = history.derive(accepted_actions)
    stale = overtaken(actions, lambda action: number(action, "token"))
    resources = {action.key for action in actions}
    return conclude(
        NAME,
        held=(
            f"{count(len(actions), 'action')} on {count(len(resources), 'protected resource')} came in the "
            f"order of their tokens."
        ),
        checked=len(actions),
        violations=[_violation(history, one) for one in stale],
        missing=() if actions else ("No action with a token was accepted, so there was nothing to judge.",),
        measures={"tokens": len({(action.key, number(action, "token")) for action in actions})},
    )


def _violation(history: History, stale: Stale) -> Violation:
    late, newer = stale.actions[0], stale.newer
    others = len(stale.actions) - 1
    rest = f", and {count(others, 'more action')} with that token followed" if others else ""
    until = max(action.time for action in stale.actions)
    return Violation(
        kind="token-decreased",
        sentence=(
            f"{late.key} accepted an action of {late.node} with token {token(number(late, 'token'))} at "
            f"{moment(history, late.time)} (transaction {token(late.zxid)}) after one of {newer.node} with "
            f"the larger token {token(number(newer, 'token'))} (transaction {token(newer.zxid)}){rest}."
        ),
        witness=(newer.index, late.index),
        time=late.time,
        until=until,
        nodes=tuple(dict.fromkeys((late.node, newer.node))),
        key=late.key,
        faults=fault_ids(history, min(late.time, newer.time), until),
    )
