"""Tokens that a protected resource accepts never decrease."""

from a_lock import RESOURCE, TOKEN_A, TOKEN_B, A, B, two_holders, unharmed, work
from an_election import two_leaders
from build import judged, kinds, without, zxid

from checkers.recipes.fencing import fencing
from checkers.result import Verdict


def test_tokens_that_grow_are_valid():
    result = judged(fencing, two_holders())
    assert result.verdict is Verdict.VALID
    assert (result.checked, result.measures) == (2, {"tokens": 2})
    unharmed(fencing, two_holders())


def test_without_any_action_nothing_is_known():
    assert judged(fencing, without(two_holders(), "work")).verdict is Verdict.UNKNOWN


def test_a_token_that_is_smaller_than_one_before():
    script = two_holders()
    work(script, 25, "app1", A, TOKEN_A, zxid(25))
    work(script, 26, "app1", A, TOKEN_A, zxid(26))
    result = judged(fencing, script)
    assert kinds(result) == ["token-decreased"]
    assert f"{RESOURCE} accepted an action of app1 with token {hex(TOKEN_A)} at 25.0 s" in result.sentence
    assert f"larger token {hex(TOKEN_B)}" in result.sentence
    assert "1 more action" in result.sentence
    assert [script.history().events[i].node for i in result.violations[0].witness] == ["app2", "app1"]


def test_a_number_in_line_is_no_token():
    script = without(two_holders(), "work")
    work(script, 11, "app1", A, 41, zxid(11))
    work(script, 22, "app2", B, 1, zxid(22))
    assert kinds(judged(fencing, script)) == ["token-decreased"]


def test_the_order_is_that_of_transactions_and_not_of_answers():
    script = two_holders()
    work(script, 25, "app1", A, TOKEN_A, zxid(15))
    assert judged(fencing, script).verdict is Verdict.VALID


def test_each_resource_has_tokens_of_its_own():
    script = two_holders()
    work(script, 25, "app1", A, TOKEN_A, zxid(25))
    for row in script.rows:
        if row["f"] == "work" and row["process"].startswith("app2"):
            row["key"] = "/resources/l1"
    assert judged(fencing, script).verdict is Verdict.VALID


def test_an_action_of_which_nobody_knows_accuses_nobody():
    script = two_holders()
    work(script, 25, "app1", A, TOKEN_A, zxid(25))
    script.rows[-1] |= {"type": "info", "zxid": 0}
    assert judged(fencing, script).verdict is Verdict.VALID


def test_leaders_of_an_election_are_judged_as_well():
    assert judged(fencing, two_leaders()).verdict is Verdict.VALID
