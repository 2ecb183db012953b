"""liveness: a quorum that goes on, one that does not, and what nobody can know."""

from functools import partial

import build
from build import Script, a_plan, election_node, zxid

from checkers.liveness import liveness
from checkers.result import Verdict
from harness.plan import Step

STAND = Step(id=2, at=0.0, fault="kill-minority", target="minority", hold=10.0)

A, TOKEN = election_node(1), zxid(1)


def run(*, healed: float = 40.0, works: float | None = 31.0) -> Script:
    """Return a run whose last stand is proven at 30 s, with work at one second of it."""
    script = Script(plan=a_plan(liveness=STAND))
    script.phase(5, "workload")
    script.poll(6, "zk1", "leader")
    script.work(6, "app1", A, TOKEN, zxid(6))
    script.phase(29, "liveness")
    script.fault(2, "kill-minority", "zk3", 29.5, 30, healed, healed + 1)
    if works is not None:
        script.poll(works, "zk1", "leader", 2)
        script.work(works, "app1", A, TOKEN, zxid(int(works), 2))
    script.phase(50, "closed")
    return script


judged = partial(build.judged, liveness)


def test_a_quorum_that_goes_on_is_alive() -> None:
    result = judged(run())
    assert result.verdict is Verdict.VALID
    assert result.checked == 1
    assert 1 < result.measures["write"] < 1.1


def test_a_quorum_that_stands_still_is_a_violation() -> None:
    result = judged(run(works=None))
    assert result.verdict is Verdict.VIOLATION
    (violation,) = result.violations
    assert violation.kind == "no-progress"
    assert violation.nodes == ("zk3",)
    assert "no ZooKeeper leader, no app leader and no acknowledged write" in violation.sentence


def test_what_works_only_after_the_healing_is_no_progress() -> None:
    assert judged(run(works=42)).verdict is Verdict.VIOLATION


def test_progress_after_the_bound_is_too_late() -> None:
    assert judged(run(healed=48, works=45)).verdict is Verdict.VIOLATION


def test_a_stand_that_was_cut_short_says_nothing() -> None:
    result = judged(run(healed=33, works=None))
    assert result.verdict is Verdict.UNKNOWN
    assert "ended less than 10 s after" in result.sentence


def test_without_proof_nobody_was_broken() -> None:
    script = Script(plan=a_plan(liveness=STAND))
    script.phase(5, "workload")
    assert judged(script).verdict is Verdict.UNKNOWN
    assert judged(Script()).verdict is Verdict.UNKNOWN
