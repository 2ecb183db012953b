"""Who came to hold a lock after a fault on its holder: asked as of leaders, though a miss is no lack."""

import pytest
from a_faulty_run import drop, judged, run
from a_lock import TOKEN_A, TOKEN_B, A, B, hold, let_go
from build import Script, a_plan, zxid

from checkers.result import Verdict
from harness.plan import EvidenceRule

RULE = EvidenceRule("new-leader-after-each", of="kill-app-leader")


def a_lock_run() -> Script:
    """Return the run with a kill of app1 from 20 s on, in which app1 holds a lock and then app2 does."""
    script = drop(run(RULE), "leader")
    script.plan = a_plan(evidence=(RULE,), guarantees=("mutual-exclusion",))
    hold(script, 19, "app1", A, TOKEN_A)
    hold(script, 25, "app2", B, TOKEN_B)
    return script


def test_another_holder_took_over():
    result = judged(a_lock_run())
    assert result.verdict is Verdict.VALID
    assert result.measures == {"new-leader-after-each kill-app-leader": 1}


@pytest.mark.parametrize("token", [TOKEN_A, TOKEN_A - 1])
def test_the_new_holder_has_a_larger_token(token):
    script = drop(a_lock_run(), "holds", "app2/1.0")
    hold(script, 25, "app2", B, token)
    assert judged(script).verdict is Verdict.UNKNOWN


def test_the_same_node_is_nobody_else():
    script = drop(a_lock_run(), "holds", "app2/1.0")
    # It queued up anew after the fault.
    hold(script, 25, "app1", B, zxid(30))
    assert judged(script).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("guarantee", "verdict"), [("mutual-exclusion", Verdict.VALID), ("single-leader", Verdict.UNKNOWN)]
)
def test_a_fault_that_came_too_late_for_the_holder_is_told_and_no_lack(guarantee, verdict):
    script = a_lock_run()
    script.plan = a_plan(evidence=(RULE,), guarantees=(guarantee,))
    let_go(script, 19.9, "app1", A, TOKEN_A)
    result = judged(script)
    assert result.verdict is verdict
    assert "No proven kill-app-leader hit a node that led" in result.sentence
