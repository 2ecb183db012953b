"""The rules of evidence: each is met by a run that shows it, and missed by one that does not."""

import pytest
from build import Script, a_plan, election_node, words, zxid

from checkers.evidence import evidence
from checkers.evidence_rules import RULES, rule
from checkers.result import Result, Verdict
from harness.plan import EvidenceRule

A, B = election_node(1), election_node(2)


def run(*rules: EvidenceRule) -> Script:
    """Return a run with a kill of zk1 and one of app1, each followed by another leader."""
    script = Script(a_plan(evidence=rules))
    script.phase(5, "workload")
    script.polls(5, 9, "zk1", 1)
    script.lead(6, "app1", A, zxid(1))
    for second in (7, 10.5, 12, 22, 23):
        script.work(second, "app1", A, zxid(1), zxid(int(second)))
    script.fault(1, "kill-leader", "zk1", 9.5, 10, 14, 15)
    script.polls(11, 30, "zk2", 2)
    script.fault(2, "kill-app-leader", "app1", 20, 20.5, 26, 27)
    script.lead(25, "app2", B, zxid(2))
    for server in ("zk1", "zk2", "zk3"):
        script.final_read(40, server, {}, zxid(40))
    script.phase(45, "closed")
    return script


def judged(script: Script, **options: str) -> Result:
    result = evidence(script.history(**options))
    words(result.sentence)
    for sentence in result.missing:
        words(sentence)
    assert result.violations == ()
    return result


def drop(script: Script, f: str, of: str = "") -> Script:
    script.rows = [r for r in script.rows if not (r["f"] == f and of in (r["process"], r.get("node"), ""))]
    return script


MET = [
    EvidenceRule("closed"),
    EvidenceRule("acknowledged", 5, of="work"),
    EvidenceRule("acknowledged", 8),
    EvidenceRule("leaders", 2),
    EvidenceRule("faults-proven", 2),
    EvidenceRule("faults-proven", 1, of="kill-leader"),
    EvidenceRule("all-faults-proven"),
    EvidenceRule("writes-overlap-each-fault", 2),
    EvidenceRule("new-leader-after-each", of="kill-leader"),
    EvidenceRule("new-leader-after-each", of="kill-app-leader"),
    EvidenceRule("every-server-answers"),
    EvidenceRule("no-trouble"),
]


@pytest.mark.parametrize("asked", MET, ids=lambda asked: f"{asked.rule} {asked.of}".strip())
def test_met(asked):
    result = judged(run(asked))
    assert result.verdict is Verdict.VALID
    assert result.checked == 1


def test_every_rule_is_tried_above():
    assert {asked.rule for asked in MET} == set(RULES)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (EvidenceRule("acknowledged", 6, of="work"), "only 5 acknowledged work"),
        (EvidenceRule("acknowledged", 1, of="swim"), "no acknowledged swim"),
        (EvidenceRule("leaders", 3), "only 2 leaderships"),
        (EvidenceRule("faults-proven", 2, of="kill-leader"), "only 1 proven kill-leader"),
        (EvidenceRule("faults-proven", 1, of="partition"), "no proven partition"),
        (EvidenceRule("writes-overlap-each-fault", 3), "kill-leader on zk1"),
        (EvidenceRule("writes-overlap-each-fault", 1, of="partition"), "No partition was proven"),
        (EvidenceRule("new-leader-after-each", of="partition"), "No partition was proven"),
        (EvidenceRule("astrology"), "'astrology'"),
    ],
)
def test_not_met(asked, word):
    result = judged(run(asked, EvidenceRule("closed")))
    assert result.verdict is Verdict.UNKNOWN
    assert len(result.missing) == 1
    assert word in result.missing[0]


def test_a_history_that_was_cut_short():
    result = judged(drop(run(EvidenceRule("closed")), "phase"))
    assert "cut short" in result.sentence


def test_a_torn_history_is_told():
    result = judged(run(EvidenceRule("leaders")), torn="line 99 was torn off")
    assert result.verdict is Verdict.UNKNOWN
    assert "line 99" in result.sentence


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


@pytest.mark.parametrize(("app", "token"), [("app1", 3), ("app2", 1)])
def test_a_new_app_leader_is_another_process_with_a_larger_token(app, token):
    script = drop(run(EvidenceRule("new-leader-after-each", of="kill-app-leader")), "leader", "app2/1.0")
    script.lead(25, app, B, zxid(token))
    assert "No new leader was seen after kill-app-leader" in judged(script).sentence


def test_a_server_that_did_not_answer():
    script = drop(run(EvidenceRule("every-server-answers")), "final-read", "final/zk3")
    result = judged(script)
    assert "zk3 did not answer" in result.sentence
    assert result.measures == {"every-server-answers": 2}


def test_trouble():
    script = run(EvidenceRule("no-trouble"))
    script.say(12, "trouble", value="app1 printed a line that is no event.")
    script.say(13, "trouble", value="again.")
    result = judged(script)
    assert "at 12.0 s: app1 printed a line that is no event, and 1 more." in result.sentence


def test_a_plan_without_rules_and_no_plan_at_all():
    assert judged(run()).verdict is Verdict.UNKNOWN
    script = run(EvidenceRule("closed"))
    script.plan = None
    assert judged(script).verdict is Verdict.UNKNOWN


def test_two_rules_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match="closed"):
        rule("closed")(RULES["leaders"])
