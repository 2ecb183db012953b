"""The three levels of a lock: each planted mistake is caught, and nothing else."""

import pytest
from a_lock import (
    LOCK,
    TOKEN_A,
    TOKEN_B,
    A,
    B,
    acquire,
    hold,
    let_go,
    listing,
    lock_node,
    two_holders,
    unharmed,
    work,
)
from build import Script, a_plan, at, judged, kinds, without, zxid

from checkers.recipes.mutual_exclusion import mutual_exclusion
from checkers.result import Verdict


def overlapping(until: float = 24.0, **more: str) -> Script:
    """Return the lock of which app1 believes on until a second beyond 21 s."""
    script = without(two_holders(**more), "let-go", "app1")
    let_go(script, until, "app1", A, TOKEN_A, **more)
    return script


def test_holders_in_turn_are_valid():
    result = judged(mutual_exclusion, two_holders())
    assert result.verdict is Verdict.VALID, result.sentence
    assert result.checked == 2 + 2 + 2
    assert result.measures == {
        "holdings": 2,
        "longest_believed_overlap": 0.0,
        "explained_overlaps": 0,
        "longest_unexplained_overlap": 0.0,
        "vacant_after_faults": {},
    }


def test_correct_histories_cut_off_are_never_violations():
    script = two_holders()
    script.fault(1, "kill-leader", "zk2", 12, 12.5, 14, 15)
    unharmed(mutual_exclusion, script)


def test_no_holder_at_all_is_unknown():
    script = without(without(two_holders(), "holds"), "let-go")
    assert judged(mutual_exclusion, script).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("late", ["listing", "exists", "delete"])
def test_two_first_in_line_at_one_zxid(late):
    script = two_holders()
    if late == "listing":
        listing(script, 25, "app1", [A, B], zxid(30))
    elif late == "exists":
        script.call(25, "exists", "app1/1.1", A, value=True, zxid=zxid(30))
    else:
        script.call(25, "delete", "app1/1.1", A, zxid=zxid(30))
    result = judged(mutual_exclusion, script)
    assert kinds(result) == ["zxid-overlap"]
    assert result.violations[0].nodes == ("app1", "app2")


def test_an_action_of_an_older_holder_after_one_of_a_newer():
    script = two_holders()
    work(script, 25, "app1", A, TOKEN_A, zxid(25))
    result = judged(mutual_exclusion, script)
    assert kinds(result) == ["stale-action"]
    assert f"app1, holder of {LOCK} with token {hex(TOKEN_A)}" in result.sentence
    assert f"newer token {hex(TOKEN_B)}" in result.sentence


def test_an_action_accepted_when_the_own_lock_node_is_gone_already():
    script = without(two_holders(), "work", "app2")
    work(script, 24, "app1", A, TOKEN_A, zxid(24))
    result = judged(mutual_exclusion, script)
    assert kinds(result) == ["stale-action"]
    assert "its lock node was gone" in result.sentence
    assert "app2 was first in line" in result.sentence


def test_who_is_older_is_judged_by_the_nodes_and_not_by_tokens_that_begin_anew():
    script = without(without(without(two_holders(), "work"), "holds"), "let-go")
    for second, end, app, path, token in ((10, 20, "app1", A, 7), (21, 30, "app2", B, 0)):
        hold(script, second, app, path, token)
        let_go(script, end, app, path, token)
    for second, app, path, token in ((11, "app1", A, 7), (22, "app2", B, 0)):
        work(script, second, app, path, token, zxid(second))
    assert judged(mutual_exclusion, script).verdict is Verdict.VALID


def test_two_believers_at_once():
    result = judged(mutual_exclusion, overlapping())
    assert kinds(result) == ["believed-overlap"]
    violation = result.violations[0]
    assert (violation.time, violation.until) == (at(21), at(24))
    assert violation.nodes == ("app1", "app2")
    assert f"both believed that they hold {LOCK} for 3.0 s" in violation.sentence
    assert "let go only at" in violation.sentence
    assert result.measures["longest_unexplained_overlap"] == pytest.approx(3)


def test_readers_hold_together():
    result = judged(mutual_exclusion, overlapping(mode="shared"))
    assert result.verdict is Verdict.VALID
    assert result.measures["longest_believed_overlap"] == 0


def test_a_reader_beside_a_writer_is_an_overlap():
    script = without(overlapping(mode="shared"), "holds", "app2")
    hold(script, 21, "app2", B, TOKEN_B)
    assert kinds(judged(mutual_exclusion, script)) == ["believed-overlap"]


def test_actions_of_those_who_share_may_come_in_any_order():
    script = two_holders(mode="shared")
    script.rows = [row for row in script.rows if row["f"] not in {"children", "delete"}]
    work(script, 25, "app1", A, TOKEN_A, zxid(25))
    assert judged(mutual_exclusion, script).verdict is Verdict.VALID
    # A writer that came later has to find them gone.
    third = lock_node(3)
    script.create(26, "app3", third, zxid(26), 33)
    hold(script, 31, "app3", third, zxid(26))
    work(script, 31.1, "app3", third, zxid(26), zxid(27))
    work(script, 31.2, "app1", A, TOKEN_A, zxid(28))
    assert kinds(judged(mutual_exclusion, script)) == ["stale-action"]


def test_two_locks_are_held_by_two():
    script = overlapping()
    for row in script.rows:
        if row.get("process", "").startswith("app2") and row["f"] in {"holds", "let-go"}:
            row["key"] = "/locks/l1"
    assert judged(mutual_exclusion, script).verdict is Verdict.VALID


@pytest.mark.parametrize(("target", "broken"), [("app1", []), ("app2", ["believed-overlap"])])
def test_a_pause_of_the_older_one_explains_an_overlap(target, broken):
    script = overlapping()
    script.fault(1, "pause-holder", target, 12, 12.2, 20.5, 20.9, effect="pause")
    assert kinds(judged(mutual_exclusion, script)) == broken


def test_what_another_session_of_the_same_node_listed_is_no_ground_of_a_belief():
    script = overlapping()
    script.plan = a_plan(session_timeout=30.0)
    script.fault(1, "pause-one", "app1", 9.6, 9.7, 9.8, 9.9, effect="pause")
    for row in script.rows:
        if row["f"] == "children" and row["type"] == "ok" and row["process"] == "app1/1.1":
            row["session"] = 11
    # Another contender of app1 goes on after the pause before this one comes to believe.
    script.call(9.95, "children", "app1/1.3", LOCK, value=[], zxid=zxid(10), session=12)
    assert judged(mutual_exclusion, script).verdict is Verdict.VALID


def test_a_lock_taken_again_is_not_held_twice():
    script = two_holders()
    third = lock_node(3)
    script.create(30.2, "app2", third, zxid(40), 22)
    acquire(script, 30.2, "app2", 0.5)
    hold(script, 30.7, "app2", third, zxid(40))
    let_go(script, 31, "app2", third, zxid(40))
    assert judged(mutual_exclusion, script).verdict is Verdict.VALID


def test_how_long_a_lock_is_vacant_after_each_fault_is_measured():
    script = two_holders()
    script.fault(1, "kill-leader", "zk2", 12, 12.5, 14, 15)
    script.fault(2, "kill-leader", "zk3", 18, 18.5, 24, 25)
    vacant = judged(mutual_exclusion, script).measures["vacant_after_faults"]
    assert vacant == {"p50": 0.0, "p90": 10.0, "p99": 10.0, "max": 10.0, "of": 2}


def test_a_line_that_is_removed_and_made_anew_uses_its_paths_again():
    """Names without a guid come again; who held one of them is not mixed up with who holds it later."""
    script = Script()
    script.phase(5, "workload")
    script.polls(5, 45)
    zero, one = f"{LOCK}/lock-{0:010d}", f"{LOCK}/lock-{1:010d}"
    for number, (app, path) in enumerate([("app1", zero), ("app2", one), ("app3", zero)]):
        second, z = 6 + 5 * number, 10 * (number + 1)
        script.create(second, app, path, zxid(z), 11 * (number + 1))
        listing(script, second + 0.5, app, [path], zxid(z))
        hold(script, second + 1, app, path, zxid(z))
        work(script, second + 2, app, path, zxid(z), zxid(z + 1))
        let_go(script, second + 3, app, path, zxid(z))
        script.call(second + 3.1, "delete", f"{app}/1.1", path, zxid=zxid(z + 2))
    script.phase(40, "stop")
    script.phase(45, "closed")
    assert judged(mutual_exclusion, script).verdict is Verdict.VALID


def test_names_that_are_none_do_no_harm():
    script = two_holders()
    script.call(9.6, "children", "app1/1.1", LOCK, value=[None, {"a": 1}, 7], zxid=zxid(10))
    assert judged(mutual_exclusion, script).verdict is Verdict.VALID
