import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent

NAME = "sync-read"


def a_late_sync(*, second=2.0, epoch=1, missed_epoch=1):
    """One session writes, another one syncs afterwards on zk2, and lacks the write."""
    talk = Talk()
    talk.servers()
    talk.set(1, Z(5, missed_epoch), session=2, life="app2/1")
    talk.ask(second, "sync", Z(4, epoch), server="10.0.0.2:2181")
    return talk


def test_a_sync_lacks_a_write_that_was_answered_before():
    talk = a_late_sync()
    assert kinds(NAME, talk) == ["sync-behind-write"]
    assert "zk2 answered it from the older state" in check(NAME, talk.history()).sentence


def test_a_sync_lacks_a_refused_write():
    talk = Talk()
    talk.refuse(1, "create", Z(5), session=2, life="app2/1")
    talk.ask(2, "sync", Z(4))
    assert kinds(NAME, talk) == ["sync-behind-write"]


def test_a_read_after_a_sync_is_older():
    talk = Talk()
    talk.ask(1, "sync", Z(5))
    talk.get(2, Z(4), conn=2)
    talk.get(3, Z(4), conn=2)
    assert kinds(NAME, talk) == ["read-behind-sync"]


def test_the_sync_that_binds_is_the_one_that_saw_most():
    talk = Talk()
    talk.ask(1, "sync", Z(3))
    talk.ask(2, "sync", Z(5), key="/keys/k2")
    talk.get(3, Z(4))
    assert kinds(NAME, talk) == ["read-behind-sync"]
    assert "The sync of /keys/k2 by app1 brought" in check(NAME, talk.history()).sentence


def test_syncs_that_know_it_all():
    talk = Talk()
    talk.set(1, Z(5), session=2, life="app2/1")
    talk.ask(2, "sync", Z(5))
    talk.get(3, Z(6))
    talk.set(4, Z(9), took=5, session=2, life="app2/1")
    talk.ask(5, "sync", Z(6))
    talk.get(6, Z(6))
    talk.ask(7, "set", type="info", session=3, ask={"data": "lost"})
    talk.ask(8, "sync", type="info", session=3)
    talk.get(8.5, Z(3), session=3)
    assert silent(NAME, talk).measures["reads_after_a_sync"] == 2


def test_while_two_leaders_overlap_the_older_one_knows_nothing_of_the_newer():
    result = silent(NAME, a_late_sync(missed_epoch=2))
    assert result.measures["syncs_during_overlap"] == 1
    assert "documented hole" in result.sentence


def test_what_a_sync_of_the_older_leader_shows_it_does_not_lack():
    talk = a_late_sync(missed_epoch=2)
    talk.set(0.5, Z(4), session=3, life="app3/1")
    assert silent(NAME, talk).measures["syncs_during_overlap"] == 1


def test_an_older_leader_may_not_live_for_ever():
    # Ticks of 1 s, and a syncLimit of 5 where the plan does not say: 7 s.
    silent(NAME, a_late_sync(second=8.0, missed_epoch=2))
    talk = a_late_sync(second=8.1, missed_epoch=2)
    talk.set(6, Z(6, 2), session=3, life="app3/1")
    assert kinds(NAME, talk) == ["sync-behind-write"]


def test_a_pause_stops_the_clock():
    talk = a_late_sync(second=30.0, missed_epoch=2)
    talk.fault(1, "pause-leader", "zk2", 0.5, 0.6, 25.0, 25.1, effect="pause")
    assert silent(NAME, talk).measures["syncs_during_overlap"] == 1
    killed = a_late_sync(second=30.0, missed_epoch=2)
    killed.fault(1, "kill-leader", "zk2", 0.5, 0.6, 25.0, 25.1)
    assert kinds(NAME, killed) == ["sync-behind-write"]


def test_an_overlap_does_not_excuse_a_gap_in_the_own_epoch():
    talk = a_late_sync(missed_epoch=2)
    talk.set(1.5, Z(6), session=3, life="app3/1")
    assert kinds(NAME, talk) == ["sync-behind-write"]


@pytest.mark.parametrize("polled", [0.5, 2.5])
def test_the_leader_answers_syncs_before_its_own_commits(polled):
    talk = a_late_sync()
    talk.poll(polled, "zk2", "leader")
    result = check(NAME, talk.history())
    assert result.verdict is Verdict.VALID
    assert result.measures["syncs_by_a_late_leader"] == 1
    assert "at once" in result.sentence


def test_a_leader_that_was_one_once_is_not_excused():
    talk = a_late_sync()
    talk.poll(0.5, "zk2", "leader")
    talk.poll(1.5, "zk2", "follower")
    talk.poll(2.5, "zk2", "follower")
    talk.poll(3.5, "zk2", "leader")
    talk.poll(2.0, "zk1", "leader")
    assert kinds(NAME, talk) == ["sync-behind-write"]


def test_nor_one_that_lacks_what_is_old():
    talk = a_late_sync(second=2.1)
    talk.poll(0.5, "zk2", "leader")
    assert kinds(NAME, talk) == ["sync-behind-write"]


def test_without_a_plan_nobody_knows_how_long_leaders_may_overlap():
    talk = a_late_sync(second=100.0, missed_epoch=2)
    talk.plan = None
    assert silent(NAME, talk).measures["syncs_during_overlap"] == 1


def test_no_sync_no_verdict():
    talk = Talk()
    talk.set(1, Z(5))
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
