"""What everybody knows of a registry: each planted mistake is caught, and nothing that is under way."""

import pytest
from a_registry import (
    BOTH,
    CLIENT,
    MASTER,
    MEMBERS,
    THREE,
    TWO,
    Registry,
    beginning,
    examined,
    judged,
    killed,
    settled,
)
from build import Script, at, kinds, zxid

from checkers.result import Result, Verdict
from harness.history import History

ALONE = {"app2:8080": TWO}


def ended(script: Registry, members: dict[str, int] = BOTH, **more: object) -> Result:
    script.end(members, **more)  # type: ignore[arg-type]
    return judged(script)


def test_a_registry_that_everybody_knows_is_valid() -> None:
    result = ended(settled())
    assert (result.verdict, kinds(result)) == (Verdict.VALID, [])
    # Two are members, each under its own session: 4 facts for 4 sessions and 3 servers.
    assert result.checked == 4 * (4 + 3) + 3
    assert result.measures["vacant_after_faults"] == {}


def test_a_member_that_nobody_lists_is_missing() -> None:
    script = settled()
    script.all_discover(20, ALONE, 40)
    result = ended(script, ALONE)
    assert kinds(result) == ["missing-member"]
    (violation,) = result.violations
    assert violation.key == "app3:8080"
    assert violation.nodes == ("app3", "app1", "app2", "zk1", "zk2", "zk3")
    assert violation.time == at(20)
    assert "app3 has been connected since 5.1 s" in violation.sentence


def test_a_member_that_never_registered_is_missing() -> None:
    script = beginning()
    script.all_discover(6.5, ALONE, 30)
    script.add(7, "invoke", "create", process="app3/1.1", key=f"{MEMBERS}/app3:8080")
    assert kinds(ended(script, ALONE)) == ["missing-member"]


def test_who_does_not_read_again_has_a_stale_view() -> None:
    script = beginning()
    script.all_discover(6.15, ALONE, 30)
    script.register(6.2, "app3", THREE, 31)
    script.all_discover(6.5, BOTH, 31, but=CLIENT)
    result = ended(script)
    assert kinds(result) == ["stale-view"]
    assert "app1 (session 0x2c)" in result.sentence.lower()


def test_who_never_reads_at_all_has_a_stale_view() -> None:
    script = settled()
    script.rows = [r for r in script.rows if not (r["f"] == "discovered" and r["session"] == CLIENT)]
    result = ended(script)
    assert kinds(result) == ["stale-view"]
    assert "knew nothing" in result.sentence


def test_a_dead_member_that_is_still_listed() -> None:
    script = killed(15)
    result = ended(script, dead="app3")
    assert kinds(result) == ["dead-member"]
    assert result.violations[0].time == at(15.1 + 7)
    assert result.violations[0].faults == (1,)


def test_a_dead_member_that_is_gone_in_time() -> None:
    script = killed(15)
    script.all_discover(20, ALONE, 40)
    assert ended(script, ALONE, dead="app3").verdict is Verdict.VALID


def test_a_member_that_comes_back_in_time_was_never_dead_for_long() -> None:
    script, again = killed(15), {**ALONE, "app3:8080": 35}
    come_back(script, again)
    script.all_discover(22, again, 41)
    result = ended(script, again)
    assert (result.verdict, kinds(result)) == (Verdict.VALID, [])


def come_back(script: Registry, known: dict[str, int]) -> None:
    script.add(17, "event", "heal", process="nemesis", key="kill-one-app", value={"id": 1, "stage": "begin"})
    script.node(17, "app3", "started", life=2)
    script.connect(17.5, "app3", 35, life=2)
    script.join(17.6, "app3", 35, life=2)
    script.add(18, "event", "heal", process="nemesis", key="kill-one-app", value={"id": 1, "stage": "proven"})
    script.discover(18, "app3", 35, known, 31, life=2)
    script.speak(17, 53, "app3", 35, life=2)


def test_a_member_that_came_back_and_is_listed_under_its_older_session() -> None:
    script = killed(15)
    come_back(script, BOTH)
    assert kinds(ended(script)) == ["old-session"]


def test_a_member_that_came_back_and_whose_older_registration_has_vanished() -> None:
    script = killed(15)
    come_back(script, ALONE)
    script.all_discover(21, ALONE, 40)
    assert kinds(ended(script, ALONE)) == ["missing-member"]


def test_a_new_leader_gives_every_session_its_full_timeout_again() -> None:
    script = killed(15)
    script.rows = [r for r in script.rows if r["f"] != "server"]
    script.polls(4, 18, "zk1")
    script.polls(20, 58, "zk2", epoch=2)
    script.all_discover(26.5, ALONE, 40)
    assert ended(script, ALONE, dead="app3").verdict is Verdict.VALID


def test_a_master_that_is_still_listed() -> None:
    script = settled()
    script.register(6.3, "app1", MASTER, 32)
    both = {**BOTH, "app1:8080": MASTER}
    script.all_discover(6.6, both, 32)
    result = ended(script, both)
    assert kinds(result) == ["dead-member"]
    assert "app1 has been master since 6.0 s" in result.sentence


def test_a_master_that_stepped_down_has_to_be_listed_after_a_while() -> None:
    script = settled()
    script.rows = [r for r in script.rows if r["f"] != "stepped-down"]
    script.step_down(30, "app1", "/registry/election/app1", zxid(11))
    script.call(
        6.3, "delete", "app1/1.1", f"{MEMBERS}/app1:8080", type="fail", error="NoNodeError", zxid=zxid(32)
    )
    script.add(30.5, "invoke", "create", process="app1/1.1", key=f"{MEMBERS}/app1:8080")
    result = ended(script)
    assert kinds(result) == ["missing-member"]
    assert result.violations[0].time == at(37)


def test_persistent_registrations_outlive_their_programs() -> None:
    script = settled()
    nobody = {"app2:8080": 0, "app3:8080": 0}
    script.all_discover(6.6, nobody, 33)
    result = ended(script, nobody, left=nobody)
    assert kinds(result) == ["dead-member", "dead-member"]
    assert "no session owns" in result.sentence


def test_what_a_session_still_owns_in_the_end_is_a_matter_of_its_timeout() -> None:
    assert ended(settled(), left=ALONE).verdict is Verdict.VALID


def test_the_last_reading_of_a_server_that_is_behind() -> None:
    script = settled()
    script.end(BOTH)
    for row in script.rows:
        if (
            row["f"] == "final-read"
            and row.get("process") == "final/zk2"
            and row["time"] < at(52)
            and "zxid" in row
        ):
            row.update(value={"children": {"app2:8080": TWO}}, zxid=zxid(30))
    result = judged(script)
    assert kinds(result) == ["stale-view"]
    assert "zk2" in result.violations[0].nodes


def test_a_reader_without_a_connection_need_not_know() -> None:
    script = settled()
    script.connect(19, "app1", CLIENT, state="suspended")
    script.all_discover(20, ALONE, 40, but=CLIENT)
    script.rows = [r for r in script.rows if not late_word_of(r, "app3", 19)]
    script.node(19.1, "app3", "died")
    assert ended(script, ALONE, dead="app3").verdict is Verdict.VALID


def late_word_of(row: dict[str, object], app: str, second: float) -> bool:
    return str(row.get("process", "")).startswith(app) and row["time"] > at(second)  # type: ignore[operator]


def test_a_reader_that_is_back_for_less_than_the_bound_need_not_know() -> None:
    script = killed(15)
    script.all_discover(20, ALONE, 40, but=CLIENT)
    script.connect(14, "app1", CLIENT, state="suspended")
    script.connect(24, "app1", CLIENT)
    script.discover(30.9, "app1", CLIENT, ALONE, 40)
    assert ended(script, ALONE, dead="app3").verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("name", "target", "effect"),
    [("kill-leader", "zk1", "kill"), ("cut-app", "app3", "partition"), ("pause-one-app", "app3", "pause")],
)
def test_while_a_fault_disturbs_it_nothing_is_demanded(name: str, target: str, effect: str) -> None:
    script = settled()
    script.all_discover(20, ALONE, 40)
    script.fault(1, name, target, 19, 19.5, 28, 29, effect=effect)
    script.register(34, "app3", THREE, 50)
    script.all_discover(35.9, BOTH, 50)
    assert ended(script).verdict is Verdict.VALID


def test_after_a_healing_that_was_not_proven_nothing_is_demanded() -> None:
    script = settled()
    script.all_discover(20, ALONE, 40)
    script.fault(1, "kill-leader", "zk1", 19, 19.5, 28, 29, healing="unproven")
    assert ended(script, ALONE).verdict is Verdict.VALID


def test_a_change_of_one_app_node_disturbs_nobody_else() -> None:
    script = settled()
    script.all_discover(20, {"app3:8080": THREE}, 40)
    script.fault(1, "pause-one-app", "app1", 19, 19.5, 48, 49, effect="pause")
    result = ended(script, {"app3:8080": THREE})
    assert kinds(result) == ["missing-member"]
    assert "in what app2, app3, zk1, zk2 and zk3 know" in result.sentence


def test_a_run_that_is_never_undisturbed_is_unknown() -> None:
    script = settled()
    script.fault(1, "kill-leader", "zk1", 7, 8)
    result = ended(script)
    assert result.verdict is Verdict.UNKNOWN
    assert "longer than 7.0 s" in result.sentence


def test_a_run_without_a_registry_is_unknown() -> None:
    assert judged(Script()).verdict is Verdict.UNKNOWN
    assert judged(Script(plan=None)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("kind", ["settled", "killed", "back"])
def test_a_history_that_was_cut_off_anywhere_accuses_nobody(kind: str) -> None:
    script = settled() if kind == "settled" else killed(15)
    members = BOTH
    if kind != "settled":
        script.all_discover(20, ALONE, 40)
        members = ALONE
    if kind == "back":
        come_back(script, ALONE)
        script.register(21, "app3", 35, 41, life=2)
        script.all_discover(22, members := {**ALONE, "app3:8080": 35}, 41)
        script.discover(22, "app3", 35, members, 41, life=2)
    script.end(members, dead="app3" if kind == "killed" else "")
    events = script.history().events
    assert judged(script).verdict is Verdict.VALID
    for length in range(len(events)):
        assert kinds(examined(History(events[:length]))) == []


def test_how_long_registrations_are_vacant_and_views_differ_is_measured() -> None:
    script = killed(15)
    for app, session, second in (("app2", TWO, 6.1), ("app3", THREE, 6.2)):
        script.say(
            second,
            "registered",
            f"{app}/1.0",
            key=f"{MEMBERS}/{app}:8080",
            value={"token": session},
            session=session,
        )
    script.discover(20, "app1", MASTER, ALONE, 40)
    script.discover(20.25, "app1", CLIENT, ALONE, 40)
    script.discover(20.5, "app2", TWO, ALONE, 40)
    measures = ended(script, ALONE, dead="app3").measures
    assert measures["registrations"] == 2
    assert measures["vacant_after_faults"]["max"] == pytest.approx(52 - 14.9)
    assert measures["disagreed"]["max"] == pytest.approx(0.5)
