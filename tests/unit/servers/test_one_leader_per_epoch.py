import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, check, kinds, silent

NAME = "one-leader-per-epoch"


def leaders(*reigns):
    """Servers answer twice a second that they lead: (server, first second, last second, epoch)."""
    talk = Talk()
    for server, start, end, epoch in reigns:
        talk.polls(start, end, server, epoch)
    return talk


def test_two_leaders_of_one_epoch():
    talk = leaders(("zk1", 1, 5, 3), ("zk2", 4, 8, 3))
    assert kinds(NAME, talk) == ["same-epoch"]
    result = check(NAME, talk.history())
    assert "both led epoch 3" in result.sentence
    assert result.violations[0].nodes == ("zk1", "zk2")


def test_one_leader_after_the_other():
    result = silent(NAME, leaders(("zk1", 1, 5, 1), ("zk2", 6, 8, 2), ("zk1", 9, 12, 3)))
    assert (result.checked, result.measures["overlaps"]) == (3, 0)


def test_one_answer_proves_nothing():
    talk = leaders(("zk1", 1, 5, 1))
    # A fresh leader still shows the epoch of the last transaction that it knows.
    talk.poll(4, "zk2", "leader", epoch=1)
    talk.poll(4.5, "zk2", "leader", epoch=2)
    talk.poll(5, "zk2", "leader", epoch=2)
    assert silent(NAME, talk).measures["same_epoch"] == 0


def test_the_same_epoch_at_other_times_proves_nothing():
    silent(NAME, leaders(("zk1", 1, 5, 1), ("zk2", 5.5, 8, 1)))


def test_a_server_that_says_something_else_in_between_did_not_lead():
    talk = leaders(("zk1", 1, 2, 1), ("zk1", 6, 7, 1), ("zk2", 3, 5, 1))
    talk.poll(2.5, "zk1", "down")
    assert silent(NAME, talk).checked == 3


def test_leaders_of_different_epochs_may_overlap_for_a_while():
    result = silent(NAME, leaders(("zk1", 1, 9, 1), ("zk2", 4, 12, 2)))
    assert 4 < result.measures["longest_overlap"] < 5
    assert "overlapped for at most" in result.sentence


def test_but_not_for_longer():
    # Ticks of 1 s, and a syncLimit of 5 where the plan does not say: 6 s.
    talk = leaders(("zk1", 1, 11, 1), ("zk2", 4, 12, 2))
    assert kinds(NAME, talk) == ["long-overlap"]
    assert "the epochs 1 and 2" in check(NAME, talk.history()).sentence


def test_a_pause_explains_a_long_overlap():
    talk = leaders(("zk1", 1, 11, 1), ("zk2", 4, 12, 2))
    talk.fault(1, "pause-leader", "zk1", 5, 5.1, 6, 6.1, effect="pause")
    assert silent(NAME, talk).measures["longest_overlap"] > 6


@pytest.mark.parametrize(("second", "effect"), [(5, "kill"), (30, "pause")])
def test_other_faults_and_other_times_do_not(second, effect):
    talk = leaders(("zk1", 1, 11, 1), ("zk2", 4, 12, 2))
    talk.fault(1, "a-fault", "zk1", second, second + 0.1, second + 1, second + 1.1, effect=effect)
    assert kinds(NAME, talk) == ["long-overlap"]


def test_without_a_plan_nobody_knows_how_long():
    talk = leaders(("zk1", 1, 30, 1), ("zk2", 4, 30, 2))
    talk.plan = None
    silent(NAME, talk)


def test_followers_are_no_leaders():
    talk = Talk()
    for second in (1, 2, 3):
        talk.poll(second, "zk1", "follower")
        talk.poll(second, "zk2", "looking")
        talk.say(second, "server", "monitor", node="zk3", value={"mode": "leader"})
        talk.say(second, "server", "monitor", node="zk4")
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
