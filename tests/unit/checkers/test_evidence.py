"""The rules of evidence: each is met by a run that shows it, and missed by one that does not."""

import pytest
from a_faulty_run import drop, judged, run
from build import a_plan, at, zxid

from checkers.evidence_rules import RULES, rule
from checkers.result import Verdict
from harness.plan import EvidenceRule, Step

MET = [
    EvidenceRule("closed"),
    EvidenceRule("acknowledged", 5, of="work"),
    EvidenceRule("acknowledged", 8),
    EvidenceRule("goes-on", 1, of="leave"),
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
        (EvidenceRule("goes-on", 2, of="leave"), "only 1 acknowledged leave in quiet times"),
        (EvidenceRule("goes-on", 1, of="work"), "no acknowledged work in quiet times"),
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


@pytest.mark.parametrize("f", ["set", "multi-read", "sync"])
def test_calls_of_any_name_are_counted(f):
    script = run(EvidenceRule("acknowledged", 2, of=f))
    for second, outcome in ((30, "ok"), (31, "fail"), (32, "info")):
        script.call(second, f, "app2/1.1", "/keys/k1", type=outcome, zxid=zxid(50))
    assert f"only 1 acknowledged {f}" in judged(script).sentence
    script.call(33, f, "app2/1.1", "/keys/k1", zxid=zxid(51))
    assert judged(script).measures == {f"acknowledged {f}": 2}


def test_a_history_that_was_cut_short():
    result = judged(drop(run(EvidenceRule("closed")), "phase"))
    assert "cut short" in result.sentence


def test_a_torn_history_is_told():
    result = judged(run(EvidenceRule("leaders")), torn="line 99 was torn off")
    assert result.verdict is Verdict.UNKNOWN
    assert "line 99" in result.sentence


def test_a_server_that_did_not_answer():
    script = drop(run(EvidenceRule("every-server-answers")), "final-read", "final/zk3")
    result = judged(script)
    assert "zk3 did not answer" in result.sentence
    assert len(result.missing) == 2
    assert result.measures == {"every-server-answers": 2}


@pytest.mark.parametrize(("stage", "when"), [("running", "while the programs ran"), ("stopped", "had ended")])
def test_every_server_has_to_answer_in_each_stage(stage, when):
    script = run(EvidenceRule("every-server-answers"))
    gone = {"running": 40, "stopped": 43}[stage]
    script.rows = [
        r
        for r in script.rows
        if not (r.get("process") == "final/zk2" and at(gone) <= r["time"] < at(gone + 1))
    ]
    (sentence,) = judged(script).missing
    assert sentence.startswith("zk2 did not answer the final reading of /election ")
    assert when in sentence


def test_every_server_has_to_answer_for_each_path_that_anybody_read():
    script = run(EvidenceRule("every-server-answers"))
    for server in ("zk1", "zk2", "zk3"):
        script.final_read(41, server, {}, zxid(41), key="/members", stage="running")
    script.final_read(44, "zk1", {}, zxid(44), key="/members")
    result = judged(script)
    (sentence,) = result.missing
    assert sentence == (
        "zk2 and zk3 did not answer the final reading of /members when all programs had ended."
    )
    assert result.measures == {"every-server-answers": 1}


def test_a_final_reading_without_an_answer_is_none():
    script = run(EvidenceRule("every-server-answers"))
    script.call(44, "final-read", "final/zk1", "/members", ask={"stage": "stopped"}, type="info")
    missing = judged(script).missing
    assert len(missing) == 2
    assert all(sentence.startswith("zk1, zk2 and zk3 did not answer") for sentence in missing)


def test_no_final_reading_at_all():
    script = drop(run(EvidenceRule("every-server-answers")), "final-read")
    assert judged(script).missing == ("zk1, zk2 and zk3 did not answer the final reading.",)


def test_planned_faults_that_were_not_played_are_told():
    script = run(EvidenceRule("all-faults-proven"))
    steps = [Step(i + 1, 1.0, "kill-leader", "leader", 1.0) for i in range(4)]
    script.plan = a_plan(evidence=script.plan.evidence, schedule=tuple(steps))
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert result.sentence.endswith("2 of 4 planned faults were not played.")
    # A step that found no target was played.
    script.fault(3, "kill-leader", "", 30, 31, injection="vanished")
    assert "1 of 4 planned faults was not played." in judged(script).sentence
    script.fault(4, "kill-leader", "", 32, 33, injection="vanished")
    assert "not played" not in judged(script).sentence


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
