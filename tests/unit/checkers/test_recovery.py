"""recovery: what is measured, what is judged, and what nobody can know."""

from functools import partial
from typing import Any

import build
import pytest
from build import Script, a_plan, at, election_node, kinds, zxid

from checkers.recovery import recovery
from checkers.result import Result, Verdict

A, TOKEN = election_node(1), zxid(1)


def killed(*, second: bool = False) -> Script:
    """Return a run with a leader killed at 10 s and healed at 16 s; everything works from 17 s on."""
    script = Script()
    script.phase(5, "workload")
    script.poll(6, "zk1", "leader")
    script.fault(1, "kill-leader", "zk1", 9, 10, 15, 16)
    script.poll(12, "zk2", "leader", 2)
    script.poll(16.005, "zk2", "leader", 2)
    script.poll(16.5, "zk2", "leader", 2)
    if second:
        script.fault(2, "kill-leader", "zk2", 19, 20, 25, 26)
    script.phase(60, "heal")
    script.phase(65, "final")
    script.phase(70, "closed")
    return script


def working(script: Script, *seconds: float) -> Script:
    for second in seconds:
        script.work(second, "app1", A, TOKEN, zxid(int(second)))
    return script


judged = partial(build.judged, recovery)


def rows(result: Result) -> list[dict[str, Any]]:
    return list(result.measures["faults"])


def test_everything_works_again():
    result = judged(working(killed(), 10.5, 17))
    assert result.verdict is Verdict.VALID
    assert result.checked == 1
    injected, healed = rows(result)
    assert injected == {
        "id": 1,
        "fault": "kill-leader",
        "targets": ["zk1"],
        "from": "injected",
        "zk_leader": pytest.approx(2),
        "app_leader": pytest.approx(0.51),
        "write": pytest.approx(0.51),
        "bound": 10.0,
        "late": [],
        "censored": False,
    }
    assert healed["from"] == "healed"
    # The poll that was sent before the proof does not count.
    assert healed["zk_leader"] == pytest.approx(0.5)
    assert healed["app_leader"] == healed["write"] == pytest.approx(1.01)
    assert result.measures["longest"] == pytest.approx(1.01)


def test_a_new_app_leader_counts_at_once_and_any_write_does():
    script = killed()
    script.lead(17, "app1", A, TOKEN)
    script.create(18, "app2", election_node(2), zxid(18), 22)
    _, healed = rows(judged(script))
    assert healed["app_leader"] == pytest.approx(1)
    assert healed["write"] == pytest.approx(2.01)


def test_what_was_asked_for_before_does_not_count():
    script = killed()
    script.call(15.9, "work", "app1/1.1", "/work", took=1, value={}, zxid=zxid(9))
    assert rows(judged(script))[1]["write"] is None


@pytest.mark.parametrize(
    ("f", "counts"), [("create", 1), ("set", 1), ("delete", 1), ("multi", 1), ("get", 0), ("sync", 0)]
)
def test_every_kind_of_write_counts_and_nothing_else(f, counts):
    script = killed()
    script.call(17, f, "app1/1.1", "/keys/k1", zxid=zxid(17))
    assert (rows(judged(script))[1]["write"] is not None) == counts


def test_of_several_writes_the_one_acknowledged_first_counts():
    script = killed()
    script.call(16.5, "set", "app1/1.1", "/keys/k1", took=5, zxid=zxid(18))
    script.call(17, "set", "app1/1.2", "/keys/k1", took=1, zxid=zxid(17))
    assert rows(judged(script))[1]["write"] == pytest.approx(2)


@pytest.mark.parametrize("outcome", ["info", "fail"])
def test_only_acknowledged_writes_count(outcome):
    script = killed()
    script.call(17, "work", "app1/1.1", "/work", type=outcome)
    assert kinds(judged(script)) == ["no-recovery"]


def test_no_recovery():
    result = judged(killed())
    assert kinds(result) == ["no-recovery"]
    violation = result.violations[0]
    assert violation.nodes == ("zk1",)
    assert violation.faults == (1,)
    assert (violation.time, violation.until) == (at(16), at(26))
    assert "kill-leader on zk1 was healed at 16.0 s" in violation.sentence
    assert "no app leader and no acknowledged write" in violation.sentence


def test_too_late_is_told():
    result = judged(working(killed(), 28))
    assert kinds(result) == ["no-recovery"]
    assert "only after 12.0 s there was" in result.sentence


def test_the_bound_itself_is_in_time():
    assert judged(working(killed(), 25.99)).verdict is Verdict.VALID
    assert kinds(judged(working(killed(), 25.991))) == ["no-recovery"]


def test_a_zookeeper_leader_is_demanded():
    script = working(killed(), 17)
    script.rows = [r for r in script.rows if not (r["f"] == "server" and r["time"] > at(16))]
    script.poll(17, "zk2", "follower")
    result = judged(script)
    assert kinds(result) == ["no-recovery"]
    assert "no ZooKeeper leader" in result.sentence
    script.poll(18, "zk1", "standalone")
    assert judged(script).verdict is Verdict.VALID


def test_servers_that_nobody_asked_are_not_accused():
    script = working(killed(), 17)
    script.rows = [r for r in script.rows if r["f"] != "server"]
    assert judged(script).verdict is Verdict.UNKNOWN


def test_an_app_leader_is_demanded_only_of_elections():
    script = killed()
    script.create(18, "app2", election_node(2), zxid(18), 22)
    assert kinds(judged(script)) == ["no-recovery"]
    script.plan = a_plan(guarantees=("recovery",))
    assert judged(script).verdict is Verdict.VALID


def test_the_next_fault_cuts_a_measurement_short():
    script = working(killed(second=True), 27)
    script.poll(27, "zk3", "leader", 3)
    result = judged(script)
    assert result.verdict is Verdict.VALID
    first, second = (row for row in rows(result) if row["from"] == "healed")
    assert first["censored"]
    assert first["write"] is None
    assert not second["censored"]
    assert result.checked == 1
    assert "1 more healing was cut short by the next fault and not judged." in result.sentence


def test_a_recovery_before_the_next_fault_is_judged():
    script = working(killed(second=True), 17, 27)
    script.poll(27, "zk3", "leader", 3)
    result = judged(script)
    assert result.checked == 2
    assert "cut short" not in result.sentence


def test_every_healing_that_was_cut_short_is_counted():
    script = killed(second=True)
    script.fault(3, "kill-leader", "zk3", 28, 29, 34, 35)
    script.poll(36, "zk1", "leader", 4)
    result = judged(working(script, 36))
    assert result.verdict is Verdict.VALID
    assert result.sentence.endswith("2 more healings were cut short by the next fault and not judged.")


def test_while_another_fault_is_applied_nothing_is_demanded():
    script = killed()
    script.fault(2, "pause-follower", "zk3", 14, 14.5, 40, 41, effect="pause")
    script.poll(42, "zk2", "leader", 2)
    result = judged(working(script, 42))
    assert result.verdict is Verdict.VALID
    assert [row["censored"] for row in rows(result) if row["from"] == "healed"] == [True, False]


def test_a_fault_that_found_no_target_excuses_nothing():
    script = killed()
    script.fault(2, "pause-leader", "", 14, 14.5, injection="vanished")
    assert kinds(judged(script)) == ["no-recovery"]


def test_the_end_before_the_bound_is_unknown():
    script = killed()
    script.rows = [row for row in script.rows if row["f"] != "phase" or row["time"] < at(20)]
    script.phase(20, "final")
    script.phase(30, "closed")
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert "no app leader and no acknowledged write" in result.missing[0]


def test_during_the_healing_phase_the_workload_goes_on():
    script = killed()
    script.rows = [row for row in script.rows if row["f"] != "phase"]
    for second, name in ((5, "workload"), (15.5, "heal"), (27, "final"), (30, "closed")):
        script.phase(second, name)
    assert kinds(judged(script)) == ["no-recovery"]


def test_answers_may_still_be_under_way_when_a_history_is_cut_off():
    script = killed()
    script.rows = [row for row in script.rows if row["time"] < at(30)]
    script.poll(27, "zk2", "leader", 2)
    assert judged(script).verdict is Verdict.UNKNOWN
    script.poll(28, "zk2", "leader", 2)
    assert kinds(judged(script)) == ["no-recovery"]


def test_a_healing_that_was_not_proven_is_unknown():
    script = working(killed(), 17)
    script.fault(2, "kill-leader", "zk2", 29, 30, 35, 36, healing="unproven")
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert "kill-leader on zk2" in result.sentence


def test_planned_faults_of_which_none_was_proven_are_unknown():
    script = Script()
    script.phase(5, "workload")
    script.fault(1, "kill-leader", "", 9, 10, injection="vanished")
    script.phase(70, "closed")
    assert judged(working(script, 6)).verdict is Verdict.UNKNOWN


def calm() -> Script:
    script = Script(a_plan(schedule=()))
    script.phase(5, "workload")
    script.polls(4, 40)
    script.phase(40, "heal")
    script.phase(41, "closed")
    return script


def test_without_faults_the_start_is_judged():
    result = judged(working(calm(), 6))
    assert result.verdict is Verdict.VALID
    assert [row["from"] for row in rows(result)] == ["started"]
    result = judged(calm())
    assert kinds(result) == ["no-recovery"]
    assert "the workload began" in result.sentence


def test_a_workload_that_never_began_is_unknown():
    script = calm()
    script.rows = [row for row in script.rows if row["f"] != "phase"]
    assert judged(script).verdict is Verdict.UNKNOWN


def test_without_a_plan_nobody_knows_the_bound():
    script = killed()
    script.plan = None
    assert judged(script).verdict is Verdict.UNKNOWN
