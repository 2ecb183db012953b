"""Waiting for what nobody holds: caught in quiet times and nowhere else, and the first in line is named."""

from typing import Any

import pytest
from a_lock import LOCK, TOKEN_A, TOKEN_B, A, acquire, hold, let_go, listing, two_holders, unharmed
from an_election import A as CANDIDATE
from an_election import two_leaders
from build import ELECTION, Script, a_plan, at, election_node, judged, kinds, without, zxid
from simulator import World

from checkers.recipes.progress import progress
from checkers.recipes.waits import waits
from checkers.result import Verdict
from harness.history import History

BOUND = 7
"""Seconds: the session timeout of 4, two ticks of one, and one for the recipe."""


def blocked(since: float = 31.0, **outcome: str) -> Script:
    """Return the lock that nobody holds after 30 s though app3 waits for it until the end."""
    script = two_holders()
    acquire(script, since, "app3", 40.5 - since, outcome.pop("type", "fail"), **outcome)
    return script


def test_waits_that_are_granted_are_measured():
    result = judged(progress, two_holders())
    assert result.verdict is Verdict.VALID, result.sentence
    assert result.checked == 2
    assert result.measures["waited"] == {"p50": 4.0, "p90": 14.0, "p99": 14.0, "max": 14.0, "of": 2}
    assert result.measures["longest_vacant_and_wanted"] == 4.0
    unharmed(progress, two_holders())


@pytest.mark.parametrize("outcome", ["fail", "info", "ok"])
def test_one_that_waits_for_what_nobody_holds(outcome):
    result = judged(progress, blocked(type=outcome))
    assert kinds(result) == ["blocked"]
    violation = result.violations[0]
    assert (violation.key, violation.nodes) == (LOCK, ("app3",))
    assert (violation.time, violation.until) == (at(30), at(40))
    assert f"Nobody held {LOCK} from 30.0 s to 40.0 s" in violation.sentence
    assert "though app3 waited for it for 9.0 s" in violation.sentence


def test_one_that_waits_to_the_end_of_the_history():
    script = two_holders()
    acquire(script, 31, "app3", None)
    assert kinds(judged(progress, script)) == ["blocked"]


def test_many_short_waits_are_as_good_as_a_long_one():
    script = two_holders()
    for number in range(9):
        acquire(script, 30.5 + number, "app3", 0.9, "fail", error="timeout")
    result = judged(progress, script)
    assert kinds(result) == ["blocked"]
    assert "waited for it for 8.1 s" in result.sentence


def test_the_first_in_line_is_named_with_the_lost_call_that_made_it():
    script = blocked()
    orphan = f"{LOCK}/lost-0000000009"
    script.create(29, "app5", orphan, 0, 55, type="info")
    for second in (32, 35):
        listing(script, second, "app3", [orphan, f"{LOCK}/x-0000000010"], zxid(second))
    result = judged(progress, script)
    assert kinds(result) == ["blocked-line"]
    assert "first in line was lost-0000000009, made by app5 at 29.0 s by a call that was never answered" in (
        result.sentence
    )
    assert {script.history().events[i].f for i in result.violations[0].witness} == {
        "acquire",
        "children",
        "create",
    }


def test_the_first_in_line_is_named_with_the_session_that_made_it():
    script = blocked()
    script.create(29, "app5", f"{LOCK}/idle-0000000009", zxid(29), 0x55)
    script.final_read(38, "zk1", {f"{LOCK}/idle-0000000009": 0x55}, zxid(38), LOCK, stage="running")
    assert "made by app5 at 29.0 s in session 0x55" in judged(progress, script).sentence


def test_a_line_that_moves_on_blames_nobody():
    script = blocked()
    listing(script, 32, "app3", [A], zxid(32))
    listing(script, 35, "app3", [f"{LOCK}/x-0000000010"], zxid(35))
    assert kinds(judged(progress, script)) == ["blocked"]


def test_a_short_wait_is_allowed():
    assert judged(progress, blocked(33.5)).verdict is Verdict.VALID


@pytest.mark.parametrize("healing", ["proven", "unproven"])
def test_while_a_fault_is_on_and_shortly_after_waiting_may_take_long(healing):
    script = blocked()
    script.fault(1, "kill-leader", "zk2", 31, 31.5, 33, 34, healing=healing)
    assert not judged(progress, script).violations


def test_a_new_zookeeper_leader_starts_the_clock_again():
    script = blocked()
    script.rows = [row for row in script.rows if row["f"] != "server"]
    script.polls(5, 33, "zk1", epoch=1)
    script.polls(34, 45, "zk2", epoch=2)
    assert not judged(progress, script).violations


def test_without_a_zookeeper_leader_nobody_is_blamed():
    script = without(blocked(), "server")
    result = judged(progress, script)
    assert result.verdict is Verdict.UNKNOWN
    assert "never quiet for more than 7.0 s" in result.sentence


def test_what_somebody_holds_may_be_waited_for():
    script = blocked()
    hold(script, 30.1, "app4", A, TOKEN_A)
    let_go(script, 39, "app4", A, TOKEN_A)
    assert judged(progress, script).verdict is Verdict.VALID


def test_without_a_plan_nobody_knows_how_long_is_too_long():
    script = blocked()
    script.plan = None
    assert judged(progress, script).verdict is Verdict.UNKNOWN


def test_without_anybody_who_waits_there_is_nothing_to_judge():
    assert judged(progress, without(two_holders(), "acquire")).verdict is Verdict.UNKNOWN


def test_a_history_that_was_cut_off_lacks_what_was_on_its_way():
    script = two_holders()
    acquire(script, 31, "app3", None)
    script.rows = [row for row in script.rows if row["time"] <= at(39.5)]
    assert not judged(progress, script).violations


def an_election() -> Script:
    """Return the election, well led and quiet for long after its last leader."""
    script = two_leaders()
    script.rows = [row for row in script.rows if row["f"] != "phase"]
    script.phase(5, "workload")
    script.phase(45, "stop")
    script.phase(50, "closed")
    script.polls(5, 50)
    return script


def stand(script: Script, second: float, app: str, number: int, session: int) -> None:
    """Queue up for an election."""
    path, token = election_node(number), zxid(number)
    script.say(second, "candidate", f"{app}/1.0", key=path, value={"token": token}, session=session)


def test_candidates_of_whom_none_leads():
    script = an_election()
    stand(script, 31, "app3", 7, 33)
    result = judged(progress, script)
    assert kinds(result) == ["blocked"]
    assert f"Nobody led at {ELECTION}" in result.sentence
    assert "app3 waited for it for 14.0 s" in result.sentence


@pytest.mark.parametrize("end", ["closed", "lost", "died", "again", "term"])
def test_who_is_no_candidate_any_more_does_not_wait(end):
    script = an_election()
    stand(script, 31, "app3", 7, 33)
    if end == "died":
        script.node(32, "app3", "died")
    elif end == "again":
        stand(script, 32, "app3", 8, 33)
        script.session(33, "app3", "closed", 33)
    elif end == "term":
        script.step_down(32, "app3", election_node(7), zxid(7))
    else:
        script.session(32, "app3", end, 33)
    script.say(33, "leader", "app4/1.0", key=CANDIDATE, value={"token": TOKEN_B})
    assert judged(progress, script).verdict is Verdict.VALID
    assert max(wait.end for wait in waits(script.history())) <= at(33)


def test_the_bound_is_that_of_the_plan():
    script = blocked()
    script.plan = a_plan(session_timeout=10.0)
    assert judged(progress, script).verdict is Verdict.VALID


@pytest.mark.parametrize("seed", range(3))
def test_correct_elections_block_nobody_wherever_they_are_cut_off(seed):
    events = World(seed, 4, ("pause-app-leader", "kill-leader"), step=0.5).run().events
    result = progress(History(events))
    assert result.verdict is Verdict.VALID, result.sentence
    for end in range(0, len(events), 211):
        assert not progress(History(events[:end])).violations, end


def test_an_orphan_in_an_election_blocks_it():
    world = World(3, 3, step=0.5)
    # Somebody's create went through and nobody knows of it; its session lives.
    world.steps(0.1)
    world.children = {"orphan-0000000000": (1 << 32 | 1, 99)}
    world.sequence = 1
    world.touched[99] = 10**9
    assert kinds(progress(world.run())) == ["blocked-line"]


def silent_holder() -> Script:
    """Return a run in which app1 holds from 31 s on without a word, and app2 waits."""
    script = blocked(32.0)
    hold(script, 31, "app1", A, TOKEN_A)
    return script


def test_who_holds_without_a_word_holds_until_its_program_ends():
    assert not judged(progress, silent_holder()).violations
    script = silent_holder()
    script.node(31.5, "app1", "died")
    assert judged(progress, script).violations


@pytest.mark.parametrize("value", [{"mode": []}, {"mode": {}}, ["mode"], 7])
def test_polls_without_a_mode_do_no_harm(value: Any):
    script = two_holders()
    script.say(12.1, "server", "monitor", node="zk1", value=value)
    assert judged(progress, script).verdict is Verdict.VALID
