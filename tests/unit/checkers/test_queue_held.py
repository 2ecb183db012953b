"""A queue whose items are held until they are consumed: each planted mistake is caught, and nothing else."""

from a_queue import HELD, QueueScript, cuts, judged
from build import kinds

from checkers.result import Verdict


def a_busy_queue() -> QueueScript:
    """Item 1 is held and consumed; item 2 is held twice, one after the other, and consumed by the second."""
    script = QueueScript(HELD)
    script.put(10, 1)
    script.put(11, 2)
    script.take(12, 1, 0, deletes=False)
    script.hold(12.1, 13.1, 1, 50)
    script.consume(13, 1, 60)
    script.take(14, 2, 0, deletes=False)
    script.hold(14.1, 15, 2, 70)
    script.take(16, 2, 0, app="app3", deletes=False)
    script.hold(16.1, 17.1, 2, 80, app="app3")
    script.consume(17, 2, 90, app="app3")
    return script


def test_an_item_may_be_taken_again_when_its_holder_has_let_go():
    script = a_busy_queue()
    script.walk(40)
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert (result.measures["put"], result.measures["removed"]) == (2, 2)


def test_no_prefix_of_a_correct_history_of_holders_is_accused():
    script = a_busy_queue()
    script.put(18, 3)
    script.consume(19, 3, 0, type="info")
    script.walk(40)
    assert not [kinds(result) for result in cuts(script) if result.violations]


def test_an_item_that_is_consumed_twice():
    script = a_busy_queue()
    script.consume(20, 1, 95, app="app4")
    script.walk(40)
    result = judged(script)
    assert kinds(result) == ["delivered-twice"]
    assert "consumed again by app4" in result.sentence


def test_a_consumption_that_was_refused_is_none():
    script = a_busy_queue()
    script.consume(20, 1, 0, app="app4", type="fail")
    script.walk(40)
    assert judged(script).verdict is Verdict.VALID


def test_an_item_that_is_held_but_never_consumed_may_not_vanish():
    script = a_busy_queue()
    script.put(18, 3)
    script.take(20, 3, 0, deletes=False)
    script.walk(40)
    result = judged(script)
    assert kinds(result) == ["lost-item"]
    assert "no consume without an answer" in result.sentence


def test_a_consumption_without_an_answer_accounts_for_its_item():
    script = a_busy_queue()
    script.put(18, 3)
    script.consume(20, 3, 0, type="info")
    script.walk(40)
    assert judged(script).verdict is Verdict.VALID


def test_an_unanswered_take_removes_nothing_here():
    script = a_busy_queue()
    script.put(18, 3)
    script.take(20, 3, 0, type="info")
    script.walk(40)
    assert kinds(judged(script)) == ["lost-item"]


def two_holders() -> QueueScript:
    """app2 holds item 3 from 20 s to 26 s, app3 from 24 s on."""
    script = a_busy_queue()
    script.put(18, 3)
    script.hold(20, 26, 3, 100)
    script.hold(24, 28, 3, 110, app="app3")
    script.walk(40, 3)
    return script


def test_two_who_hold_one_item_at_once():
    result = judged(two_holders())
    assert kinds(result) == ["held-by-two"]
    assert result.violations[0].nodes == ("app2", "app3")
    assert "for 2.0 s" in result.sentence


def test_a_holder_that_stood_still_knows_no_better():
    script = two_holders()
    script.fault(1, "pause", "app2", 19.5, 20.5, 23, 25, effect="pause")
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert result.measures["held_twice_by_a_fault"] == 1


def test_a_fault_explains_no_more_than_one_session_timeout_after_it():
    script = a_busy_queue()
    script.put(18, 3)
    script.hold(20, 36, 3, 100)
    script.hold(24, 37, 3, 110, app="app3")
    script.fault(1, "pause", "app2", 19.5, 20.5, 23, 25, effect="pause")
    script.walk(40, 3)
    result = judged(script)
    assert kinds(result) == ["held-by-two"]
    assert "that app2 was frozen explains" in result.sentence
