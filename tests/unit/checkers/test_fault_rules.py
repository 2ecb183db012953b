"""The rules of evidence about faults: proven, met by writes, followed by a new leader."""

import pytest
from a_faulty_run import A, B, drop, judged, run
from build import Script, at, election_node, zxid

from checkers.result import Verdict
from harness.plan import EvidenceRule


@pytest.mark.parametrize(
    ("options", "word"),
    [({"injection": "unproven"}, "took effect"), ({"healing": "unproven"}, "was over")],
)
def test_a_fault_that_was_not_proven(options, word):
    script = run(EvidenceRule("all-faults-proven"))
    script.fault(3, "pause-leader", "zk2", 30, 31, 32, 33, **options)
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert word in result.sentence
    assert "nothing was seen" in result.sentence


def test_a_fault_without_a_target_is_allowed_but_told():
    script = run(EvidenceRule("all-faults-proven"))
    script.fault(3, "pause-leader", "", 30, 31, injection="vanished")
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert "1 fault found no target" in result.sentence


@pytest.mark.parametrize(("node", "epoch"), [("zk1", 2), ("zk2", 1)])
def test_a_new_zookeeper_leader_is_another_server_in_a_higher_epoch(node, epoch):
    script = drop(run(EvidenceRule("new-leader-after-each", of="kill-leader")), "server", "zk2")
    script.polls(11, 30, node, epoch)
    assert "No new leader was seen after kill-leader on zk1" in judged(script).sentence


def test_a_new_zookeeper_leader_has_to_come_before_the_next_fault():
    script = drop(run(EvidenceRule("new-leader-after-each", of="kill-leader")), "server", "zk2")
    script.polls(21, 30, "zk2", 2)
    assert judged(script).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("app", "token"), [("app1", 30), ("app2", 1)])
def test_a_new_app_leader_is_another_process_with_a_larger_token(app, token):
    script = drop(run(EvidenceRule("new-leader-after-each", of="kill-app-leader")), "leader", "app2/1.0")
    script.lead(25, app, B, zxid(token))
    assert "No new leader was seen after kill-app-leader" in judged(script).sentence


def test_another_candidate_of_the_same_process_that_was_in_line_before_takes_over():
    script = drop(run(EvidenceRule("new-leader-after-each", of="kill-app-leader")), "leader", "app2/1.0")
    script.lead(25, "app1", B, zxid(3))
    assert judged(script).verdict is Verdict.VALID


def writes_at(*calls: tuple[float, float]) -> Script:
    """Return the run with other writes around the kill of zk1, proven at 10 s and healed at 15 s."""
    script = run(EvidenceRule("writes-overlap-each-fault", 1, of="kill-leader"))
    script = drop(script, "work")
    for second, took in calls:
        script.call(second, "work", "app1/1.1", "/work", took=took, value={"token": zxid(1)}, zxid=zxid(9))
    return script


@pytest.mark.parametrize("call", [(10.001, 0.01), (12, 1), (14, 1)])
def test_a_write_invoked_after_the_proof_and_acknowledged_by_the_healing_counts(call):
    assert judged(writes_at(call)).verdict is Verdict.VALID


@pytest.mark.parametrize("f", ["create", "set", "delete", "multi"])
def test_every_kind_of_write_counts(f):
    script = writes_at()
    script.call(12, f, "app1/1.1", "/keys/k1", zxid=zxid(9))
    assert judged(script).verdict is Verdict.VALID


def test_a_read_is_no_write():
    script = writes_at()
    script.call(12, "get", "app1/1.1", "/keys/k1", value="d", zxid=zxid(9))
    assert judged(script).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("call", [(9.6, 0.01), (9.9, 1), (10, 1), (14, 1.001), (15.1, 0.1)])
def test_a_write_from_before_the_proof_or_to_after_the_healing_does_not_count(call):
    result = judged(writes_at(call))
    assert result.missing == (
        "There was no acknowledged write during kill-leader on zk1 at 9.5 s; the plan asks for at least 1.",
    )


def test_each_failure_is_a_sentence_of_its_own():
    script = run(EvidenceRule("all-faults-proven"))
    script.fault(3, "pause-leader", "zk2", 30, 31, 32, 33, injection="unproven")
    script.fault(4, "pause-leader", "zk2", 34, 35, 36, 37, healing="unproven")
    script.fault(5, "pause-leader", "zk2", 38, 39, 40, 41, injection="unproven")
    result = judged(script)
    assert len(result.missing) == 3
    assert result.sentence.endswith("(and 2 more)")
    assert result.measures == {"all-faults-proven": 2}


def succession() -> Script:
    return run(EvidenceRule("new-leader-after-each", of="kill-app-leader"))


def test_a_fault_on_an_app_node_that_had_just_resigned_hits_nobody():
    script = succession()
    script.step_down(19.9, "app1", A, zxid(1))
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert result.missing == (
        "No proven kill-app-leader hit a node that led, so no new leader had to follow.",
    )


@pytest.mark.parametrize(
    ("second", "why", "verdict"),
    [
        (20.2, "term", Verdict.UNKNOWN),
        (20.2, "stopping", Verdict.UNKNOWN),
        (20.2, "suspended", Verdict.VALID),
        (20.6, "term", Verdict.VALID),
    ],
)
def test_one_that_resigns_of_its_own_will_before_the_proof_is_not_hit_either(second, why, verdict):
    script = succession()
    script.step_down(second, "app1", A, zxid(1), why)
    assert judged(script).verdict is verdict


def test_beside_a_hit_a_miss_is_a_remark():
    script = succession()
    script.step_down(29, "app2", B, zxid(2))
    script.fault(3, "kill-app-leader", "app2", 30, 30.5, 35, 36)
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert "1 of 2 proven kill-app-leader hit a node that did not lead any more." in result.sentence
    assert result.measures == {"new-leader-after-each kill-app-leader": 1}


def test_after_each_hit_a_new_leader_is_demanded():
    script = succession()
    script.work(30.2, "app2", B, zxid(2), zxid(30))
    script.fault(3, "kill-app-leader", "app2", 30, 30.5, 35, 36)
    result = judged(script)
    assert result.missing == ("No new leader was seen after kill-app-leader on app2 at 30.0 s.",)
    script.lead(34, "app3", election_node(3), zxid(3))
    assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize("dead", [True, False])
def test_a_leader_that_was_silent_before_the_kill_led_until_it_died(dead):
    script = succession()
    script.rows = [r for r in script.rows if not (r["f"] == "work" and r["time"] > at(15))]
    script.node(19 if dead else 20.3, "app1", "died")
    assert judged(script).verdict is (Verdict.UNKNOWN if dead else Verdict.VALID)


def test_the_death_of_an_earlier_life_ended_no_later_reign():
    script = succession()
    script.rows = [r for r in script.rows if not (r["f"] == "work" and r["time"] > at(15))]
    script.node(5.5, "app1", "died")
    assert judged(script).verdict is Verdict.VALID


def test_a_target_that_came_to_lead_only_later_was_not_hit():
    script = succession()
    script.step_down(30.1, "app2", B, zxid(2))
    script.lead(30.2, "app3", election_node(3), zxid(3))
    script.fault(3, "kill-app-leader", "app3", 30, 30.5, 35, 36)
    assert "1 of 2 proven kill-app-leader hit a node that did not lead" in judged(script).sentence


def test_a_successor_that_is_quicker_than_the_proof_counts():
    script = drop(succession(), "leader", "app2/1.0")
    script.lead(20.1, "app2", B, zxid(2))
    assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize("rule", ["new-leader-after-each", "writes-overlap-each-fault"])
def test_what_is_owed_only_if_it_happened_is_not_missed_otherwise(rule):
    never = EvidenceRule(rule, of="kill-moon")
    assert judged(run(never)).verdict is Verdict.UNKNOWN
    assert judged(run(EvidenceRule(rule, of="kill-moon", if_any=True))).verdict is Verdict.VALID


def test_what_happened_is_owed_as_ever():
    script = drop(run(EvidenceRule("new-leader-after-each", of="kill-leader", if_any=True)), "server", "zk2")
    assert "No new leader was seen after kill-leader on zk1" in judged(script).sentence
    script = drop(run(EvidenceRule("writes-overlap-each-fault", of="kill-leader", if_any=True)), "work")
    assert judged(script).verdict is Verdict.UNKNOWN
