import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent

NAME = "timeliness"


def an_old_read(second, *, took=0.01):
    """A write is answered at 1.01 s; a read by zk2 that is sent later does not show it."""
    talk = Talk()
    talk.servers()
    talk.set(1, Z(5), session=2, life="app2/1")
    talk.get(second, Z(4), server="10.0.0.2:2181", took=took)
    return talk


def test_a_read_older_than_the_bound():
    # Ticks of 1 s, and a syncLimit of 5 where the plan does not say: 7 s.
    talk = an_old_read(8.1)
    assert kinds(NAME, talk) == ["stale-read"]
    sentence = check(NAME, talk.history()).sentence
    assert "answered by zk2" in sentence
    assert "7.1 s old, where 7.0 s are allowed" in sentence


def test_the_syncLimit_of_the_plan_counts():  # noqa: N802 - ZooKeeper's name
    talk = an_old_read(3.1)
    assert talk.plan is not None
    talk.plan.zoo["syncLimit"] = "1"
    assert check(NAME, talk.history()).verdict is Verdict.VALID
    talk = an_old_read(4.2)
    talk.plan.zoo["syncLimit"] = "1"
    assert kinds(NAME, talk) == ["stale-read"]


def test_a_read_within_the_bound_is_measured():
    result = silent(NAME, an_old_read(8.0))
    assert result.measures["oldest"] == pytest.approx(6.991)
    assert result.measures["allowed"] == 7.0


def test_the_round_trip_is_allowed_for():
    silent(NAME, an_old_read(8.1, took=0.5))


def test_the_earliest_write_that_is_missing_counts():
    talk = Talk()
    talk.set(1, Z(9), took=6, session=2, life="app2/1")
    talk.refuse(2, "create", Z(5), session=3, life="app3/1")
    talk.set(6, Z(7), session=4, life="app4/1")
    talk.get(9.2, Z(4))
    assert kinds(NAME, talk) == ["stale-read"]
    assert "create" in check(NAME, talk.history()).sentence


def test_missing_answers_of_nodes_are_read_too():
    talk = an_old_read(2.0)
    talk.refuse(9, "get", Z(4), "NoNodeError")
    assert kinds(NAME, talk) == ["stale-read"]


def test_reads_that_show_everything_have_no_age():
    talk = Talk()
    talk.set(1, Z(5))
    talk.get(20, Z(5))
    talk.ask(30, "set", type="info", ask={"data": "lost"})
    talk.get(60, Z(5))
    talk.get(61, Z(5, epoch=3))
    assert silent(NAME, talk).measures["oldest"] == 0


def test_a_paused_server_is_left_out_until_it_notices():
    talk = an_old_read(25.0)
    talk.fault(1, "pause-leader", "zk2", 0.5, 0.6, 20.0, 20.1, effect="pause")
    talk.get(26, Z(5), session=3, life="app3/1")
    result = silent(NAME, talk)
    assert (result.checked, result.measures["left_out"]) == (1, 1)
    assert "1 read by paused servers left out" in result.sentence


@pytest.mark.parametrize(
    ("target", "effect", "healed"), [("zk1", "pause", 20), ("zk2", "kill", 20), ("zk2", "pause", 17)]
)
def test_no_other_fault_excuses(target, effect, healed):
    talk = an_old_read(25.0)
    talk.fault(1, "a-fault", target, 0.5, 0.6, healed, healed + 0.1, effect=effect)
    assert kinds(NAME, talk) == ["stale-read"]


def test_a_server_that_nobody_knows_may_be_the_paused_one():
    talk = an_old_read(25.0)
    talk.rows = [row for row in talk.rows if row["f"] != "environment"]
    talk.fault(1, "pause-leader", "zk2", 0.5, 0.6, 20.0, 20.1, effect="pause")
    talk.get(26, Z(5))
    assert silent(NAME, talk).measures["left_out"] == 1


def test_without_a_plan_or_reads_nothing_can_be_judged():
    talk = an_old_read(100.0)
    talk.plan = None
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
    assert check(NAME, Talk().history()).verdict is Verdict.UNKNOWN
