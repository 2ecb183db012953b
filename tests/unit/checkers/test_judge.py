"""The verdict of a run: all guarantees of the plan, the evidence, and one sentence."""

import msgspec
import pytest
from build import Script, a_plan, election_node, words, zxid

from checkers import registry
from checkers.judge import judge
from checkers.registry import Guarantee
from checkers.result import Results, Verdict
from harness.errors import HistoryError
from harness.history import History
from harness.plan import EvidenceRule

A, B = election_node(1), election_node(2)


def good(**changes: object) -> Script:
    """Return a short run without faults that holds everything."""
    script = Script(a_plan(schedule=(), **changes))
    script.phase(5, "workload")
    script.polls(4, 60)
    script.session(5, "app1", "connected", 0x11)
    script.create(6, "app1", A, zxid(1), 0x11)
    script.children(6.5, "app1", [A], zxid(2))
    script.lead(7, "app1", A, zxid(1))
    script.work(8, "app1", A, zxid(1), zxid(3))
    script.step_down(20, "app1", A, zxid(1))
    script.session(21, "app1", "closed", 0x11, zxid(4))
    script.final_read(50, "zk1", {}, zxid(5))
    script.phase(55, "heal")
    script.phase(60, "closed")
    return script


def judged(script: Script, **options: str) -> Results:
    results = judge(script.history(), **options)
    words(results.sentence)
    return results


def test_a_run_that_holds():
    results = judged(good(), repeat="zkchaos run election --seed 1")
    assert results.verdict is Verdict.VALID
    assert [r.name for r in results.results] == ["single-leader", "ephemeral-cleanup", "recovery", "evidence"]
    expected = "Every guarantee held: 1 leader in turn, 0 faults proven, 4 acknowledged operations."
    assert results.sentence == expected
    assert results.repeat == "zkchaos run election --seed 1"
    assert (results.run, results.scenario, results.seed) == ("run-1", "election:predecessor", 1)


def test_results_survive_their_file():
    results = judged(good())
    assert msgspec.json.decode(msgspec.json.encode(results), type=Results) == results


def test_evidence_is_always_judged_and_only_once():
    script = good(guarantees=("evidence", "single-leader", "single-leader"))
    assert [r.name for r in judged(script).results] == ["single-leader", "evidence"]


def test_a_violation_outweighs_what_is_missing():
    script = good(evidence=(EvidenceRule("leaders", 9),))
    for second, app in ((9, "app2"), (11, "app3")):
        script.lead(second, app, B, zxid(9 + second))
        script.step_down(second + 1, app, B, zxid(9 + second))
    results = judged(script)
    assert results.verdict is Verdict.VIOLATION
    assert results.sentence.startswith("app1 and app2 both believed that they lead for 1.0 s")
    assert results.sentence.endswith("(and 1 more)")


def test_violations_that_are_only_counted_count_too():
    script = good()
    for number in range(30):
        script.lead(9 + number, "app2", B, zxid(9 + number))
        script.lead(9.1 + number, "app3", A, zxid(109 + number))
        script.step_down(9.8 + number, "app2", B, zxid(9 + number))
        script.step_down(9.9 + number, "app3", A, zxid(109 + number))
    results = judged(script)
    (broken,) = [result for result in results.results if result.verdict is Verdict.VIOLATION]
    all_of_them = sum(broken.measures["broken"].values())
    assert all_of_them > len(broken.violations)
    assert results.sentence.endswith(f"(and {all_of_them - 1} more)")


def test_what_is_missing_is_told():
    results = judged(good(evidence=(EvidenceRule("leaders", 9), EvidenceRule("faults-proven"))))
    assert results.verdict is Verdict.UNKNOWN
    assert results.sentence.startswith("Not enough evidence: There was only 1 leadership")
    assert results.sentence.endswith("(and 1 more)")


def test_an_unknown_guarantee():
    with pytest.raises(HistoryError, match=r"'world-peace'.*single-leader"):
        judge(good(guarantees=("world-peace",)).history())


def test_a_history_without_a_plan():
    script = good()
    script.plan = None
    with pytest.raises(HistoryError, match="no plan"):
        judge(script.history())


def test_a_checker_that_breaks_down_does_not_take_the_others_with_it(monkeypatch):
    def broken(history: History) -> None:
        raise KeyError("zxid")

    registry.guarantees()
    monkeypatch.setitem(registry._GUARANTEES, "recovery", Guarantee("recovery", "Never mind.", broken))
    results = judged(good())
    assert results.verdict is Verdict.UNKNOWN
    verdicts = {result.name: result.verdict for result in results.results}
    assert verdicts["recovery"] is Verdict.UNKNOWN
    assert verdicts["single-leader"] is Verdict.VALID
    assert "KeyError" in results.sentence


def test_events_of_unknown_names_and_shapes_do_no_harm():
    script = good()
    for f in ("phase", "session", "leader", "server", "candidate", "node", "comet"):
        for value in (None, "x", 7, 2**70, [], {}, {"state": 1, "token": "x", "mode": 2}):
            script.say(9.5, f, "stranger", value=value, node="")
    for f in ("children", "exists", "work", "create", "delete", "comet"):
        for value in (None, "x", 7, 2**70, [], {}, {"version": 2**70}):
            script.call(9.5, f, "stranger/1.1", "", value=value, zxid=zxid(7))
    results = judge(script.history())
    assert not [result for result in results.results if "broke down" in result.sentence]
