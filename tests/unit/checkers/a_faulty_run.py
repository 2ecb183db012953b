"""A run by hand with two faults, and how the tests of the evidence look at it."""

import build
from build import Script, a_plan, election_node, zxid

from checkers.evidence import evidence
from checkers.result import Result
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
    script.polls(11, 36, "zk2", 2)
    script.fault(2, "kill-app-leader", "app1", 20, 20.5, 26, 27)
    script.lead(25, "app2", B, zxid(2))
    script.call(35, "leave", "app2/1.2", "/barrier")
    for server in ("zk1", "zk2", "zk3"):
        script.final_read(40, server, {}, zxid(40), stage="running")
        script.final_read(43, server, {}, zxid(43))
    script.phase(45, "closed")
    return script


def judged(script: Script, **options: str) -> Result:
    result = build.judged(evidence, script, **options)
    assert result.violations == ()
    return result


def drop(script: Script, f: str, of: str = "") -> Script:
    script.rows = [r for r in script.rows if not (r["f"] == f and of in (r["process"], r.get("node"), ""))]
    return script
