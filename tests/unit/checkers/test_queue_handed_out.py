"""A queue that hands items out by removing them: each planted mistake is caught, and nothing else."""

import pytest
from a_queue import QueueScript, cuts, judged, with_promises
from build import kinds

from checkers.result import Verdict


def three_items() -> QueueScript:
    """Items 1 and 2 are put and taken in order, item 3 is left."""
    script = QueueScript()
    for number in (1, 2, 3):
        script.put(10 + number, number)
    script.take(15, 1, 101)
    script.take(16, 2, 102, app="app3")
    return script


def test_what_was_put_and_taken_in_order_is_valid():
    script = three_items()
    script.walk(40, 3)
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert result.checked == 3
    assert (result.measures["put"], result.measures["removed"], result.measures["left"]) == (3, 2, 1)
    assert result.measures["overtaken"] == 0


def test_no_prefix_of_a_correct_history_is_accused():
    script = three_items()
    script.take(20, 3, 103, type="info")
    script.put(21, 4, type="info")
    script.walk(40, 3)
    assert not [kinds(result) for result in cuts(script) if result.violations]


def test_an_item_that_nobody_put():
    script = three_items()
    script.take(20, 77, 0, deletes=False)
    script.walk(40, 3)
    result = judged(script)
    assert kinds(result) == ["invented"]
    assert "nobody had put it" in result.sentence


def test_an_item_whose_put_had_certainly_done_nothing():
    script = three_items()
    script.put(18, 4, type="fail")
    script.take(20, 4, 0, deletes=False)
    script.walk(40, 3)
    assert kinds(judged(script)) == ["invented"]


def test_an_item_that_was_taken_before_it_was_put():
    script = three_items()
    script.take(20, 4, 0, deletes=False)
    script.put(22, 4)
    script.walk(40, 3, 4)
    assert "invented" in kinds(judged(script))


def test_a_put_without_an_answer_may_have_happened_or_not():
    script = three_items()
    script.put(18, 4, type="info")
    script.put(19, 5, type="info")
    script.take(20, 4, 104, deletes=False)
    script.walk(40, 3)
    assert judged(script).verdict is Verdict.VALID


def test_an_item_that_is_handed_out_twice():
    script = three_items()
    script.take(20, 1, 0, app="app4", deletes=False)
    script.walk(40, 3)
    result = judged(script)
    assert kinds(result) == ["delivered-twice"]
    assert result.violations[0].nodes == ("app1", "app2", "app4")


def test_an_item_of_which_nothing_is_left():
    script = three_items()
    script.walk(40)
    result = judged(script)
    assert kinds(result) == ["lost-item"]
    assert "app1/x-3" in result.sentence


def test_an_item_whose_deletion_had_no_answer_and_whose_take_went_on_to_the_next():
    script = three_items()
    script.put(18, 4)
    # The same take deletes item 3 without an answer, and returns item 4.
    script.call(20, "take", "app2/1.1", "/queue", took=1, value={"item": "app1/x-4"})
    script.delete(20.1, 3, 0, type="info")
    script.call(20.5, "delete", "app2/1.4", "/queue/entries/item-0000000004", zxid=0x1000004B0)
    script.walk(40)
    result = judged(script)
    assert kinds(result) == ["lost-item"]
    assert "the delete of /queue/entries/item-0000000003 by app2 was never answered" in result.sentence


def test_a_take_without_an_answer_accounts_for_the_item_whose_deletion_it_asked_for():
    script = three_items()
    script.take(20, 3, 0, type="info")
    script.walk(40)
    result = judged(script)
    assert result.verdict is Verdict.VALID
    assert result.measures["unanswered_takes"] == 1


def test_a_take_without_an_answer_does_not_account_for_another_item():
    script = three_items()
    script.put(18, 4)
    script.take(20, 3, 0, type="info")
    script.walk(40)
    result = judged(script)
    assert kinds(result) == ["lost-item"]
    assert "app1/x-4" in result.sentence


def test_where_no_request_beneath_is_told_any_take_without_an_answer_accounts_for_an_item():
    script = three_items()
    script.take(20, 3, 0, type="info")
    script.rows = [row for row in script.rows if row["f"] not in {"create", "delete"}]
    script.walk(40)
    assert judged(script).verdict is Verdict.VALID


def test_a_walk_that_did_not_come_to_its_end_shows_no_loss():
    script = three_items()
    script.walk(40, whole=False)
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert "No server was read to the end" in result.sentence


def test_an_item_that_is_removed_before_an_older_one():
    script = QueueScript()
    for number in (1, 2, 3):
        script.put(10 + number, number)
    script.take(15, 2, 101)
    script.take(16, 1, 102)
    script.walk(40, 3)
    result = judged(script)
    assert kinds(result) == ["out-of-order"]
    assert "app1/x-2" in result.sentence


def test_an_item_that_is_removed_while_an_older_one_is_left():
    script = three_items()
    script.put(18, 4)
    script.take(20, 4, 104)
    script.walk(40, 3)
    result = judged(script)
    assert kinds(result) == ["out-of-order"]
    assert "it was left in the end" in result.sentence


def test_order_is_only_measured_where_it_is_not_promised():
    script = three_items()
    script.put(18, 4)
    script.take(20, 4, 104)
    script.walk(40, 3)
    result = judged(with_promises(script, "removed-by-take"))
    assert result.verdict is Verdict.VALID
    assert result.measures["overtaken"] == 1


def test_an_older_item_whose_removal_had_no_answer_is_no_proof_of_a_wrong_order():
    script = three_items()
    script.put(18, 4)
    script.take(20, 3, 0, type="info")
    script.take(21, 4, 104)
    script.walk(40)
    assert judged(script).verdict is Verdict.VALID


@pytest.mark.parametrize("missing", ["promises", "takes"])
def test_without_promises_or_takes_nothing_is_known(missing: str):
    script = three_items()
    if missing == "takes":
        script.rows = [row for row in script.rows if row["f"] not in {"take", "delete"}]
        script.walk(40, 1, 2, 3)
    else:
        script.walk(40, 3)
        with_promises(script)
    assert judged(script).verdict is Verdict.UNKNOWN


def test_of_many_losses_the_first_are_told_and_the_others_counted():
    script = QueueScript()
    for number in range(1, 31):
        script.put(6 + number / 10, number)
    script.put(9.9, 31)
    script.take(10, 31, 101)
    script.walk(30)
    result = judged(script)
    assert len([violation for violation in result.violations if violation.kind == "lost-item"]) == 20
    assert result.measures["broken"]["lost-item"] == 30
