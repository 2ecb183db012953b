"""Numbers of sequential nodes that the creates before them do not make, and those that they do."""

import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent
from tests.unit.facts.small_tree import SmallTree, remove
from tests.unit.writes.falsified import only

NAME = "sequence-names"

SEQUENCE = {"sequence": True}


def queue(*paths):
    tree = SmallTree()
    for path in ("/q", *paths):
        tree.create(path)
    return tree


def add(tree, prefix="/q/n-", **ask):
    return tree.create(prefix, sequence=True, **ask)


def number(count, prefix="/q/n-"):
    return f"{prefix}{count:010d}"


def test_two_nodes_get_one_number():
    tree = queue()
    add(tree)
    add(tree, prefix="/q/m-")
    row = add(tree)
    row["value"] = number(1)
    found = only(NAME, tree, "too-low", number(1), row["zxid"])
    assert "should be 2" in found.sentence


def test_a_number_is_given_again_after_its_node_was_deleted():
    tree = queue()
    add(tree)
    tree.delete(number(0))
    row = add(tree)
    row["value"] = number(0)
    only(NAME, tree, "too-low", number(0), row["zxid"])


def test_a_number_does_not_count_an_ordinary_node():
    tree = queue("/q/a")
    row = add(tree)
    row["value"] = number(0)
    found = only(NAME, tree, "too-low", number(0), row["zxid"])
    assert "the number of creates since /q was made" in found.sentence


def test_a_number_does_not_count_an_ordinary_node_after_another_number():
    tree = queue()
    add(tree)
    tree.create("/q/a")
    row = add(tree)
    row["value"] = number(1)
    only(NAME, tree, "too-low", number(1), row["zxid"])


def test_a_number_is_left_out():
    tree = queue()
    add(tree)
    row = add(tree)
    row["value"] = number(2)
    found = only(NAME, tree, "too-high", number(2), row["zxid"])
    assert "should be 1," in found.sentence


def test_a_number_counts_a_create_that_was_refused():
    tree = queue("/q/a", "/q/a")
    row = add(tree)
    row["value"] = number(2)
    only(NAME, tree, "too-high", number(2), row["zxid"])


def test_numbers_go_on_below_a_parent_made_anew():
    tree = queue()
    add(tree)
    tree.delete(number(0))
    tree.delete("/q")
    tree.create("/q")
    row = add(tree)
    row["value"] = number(1)
    only(NAME, tree, "too-high", number(1), row["zxid"])


def test_a_number_rises_by_more_than_there_are_unknown_creates():
    tree = queue()
    tree.lost("create", "/q/n-", **SEQUENCE)
    row = add(tree)
    row["value"] = number(2)
    found = only(NAME, tree, "too-high", number(2), row["zxid"])
    assert "should be 0 or up to 1 more" in found.sentence


def test_an_unknown_create_that_came_later_explains_no_number():
    tree = queue()
    row = add(tree)
    row["value"] = number(1)
    tree.lost("create", "/q/n-", **SEQUENCE)
    only(NAME, tree, "too-high", number(1), row["zxid"])


def test_a_part_of_a_multi_repeats_the_number_of_another():
    tree = queue()
    row = tree.multi(("create", "/q/n-", SEQUENCE), ("create", "/q/m-", SEQUENCE))
    row["value"] = [number(0), number(0, "/q/m-")]
    only(NAME, tree, "too-low", number(0, "/q/m-"), row["zxid"])


@pytest.mark.parametrize(
    "path", ["/q/n-1", "/q/m-0000000000", "/q/n-00000000000", "/q/n-", "/q/n-00000000x0", "q/n-0000000000"]
)
def test_a_path_made_is_not_the_one_asked_for_and_ten_digits(path):
    tree = queue()
    row = add(tree)
    row["value"] = path
    only(NAME, tree, "malformed", path, row["zxid"])


def test_a_part_of_a_multi_makes_a_path_without_ten_digits():
    tree = queue()
    row = tree.multi(("create", "/q/a", {}), ("create", "/q/n-", SEQUENCE))
    row["value"] = ["/q/a", "/q/n-1"]
    only(NAME, tree, "malformed", "/q/n-1", row["zxid"])


def test_every_create_counts_and_no_delete_or_refusal():
    tree = queue("/q/a")
    assert add(tree)["value"] == number(1)
    tree.delete(number(1))
    tree.create("/q/a")
    tree.create("/q/a/b")
    tree.set("/q", "x")
    tree.multi(("create", "/q/c", {}), ("create", "/q/c", {}))
    assert add(tree, "/q/m-", ephemeral=True, session=2)["value"] == number(2, "/q/m-")
    tree.close(2)
    assert add(tree)["value"] == number(3)
    assert silent(NAME, tree).checked == 3


def test_a_name_may_be_the_number_alone():
    tree = queue()
    assert add(tree, "/q/")["value"] == number(0, "/q/")
    add(tree, "/q/")
    assert silent(NAME, tree).checked == 2


def test_numbers_start_again_below_a_parent_made_anew():
    tree = queue()
    add(tree)
    add(tree)
    tree.delete(number(0))
    tree.delete(number(1))
    tree.delete("/q")
    tree.create("/q")
    assert add(tree)["value"] == number(0)
    assert silent(NAME, tree).checked == 3


@pytest.mark.parametrize("told", [True, False])
def test_numbers_start_again_below_a_parent_made_anew_without_an_answer(told):
    tree = queue()
    add(tree)
    tree.delete(number(0))
    if told:
        tree.delete("/q")
    else:
        tree.lost("delete", "/q")
    tree.lost("create", "/q")
    assert add(tree)["value"] == number(0)
    tree.lost("create", "/q/n-", **SEQUENCE)
    assert add(tree)["value"] == number(2)
    assert silent(NAME, tree).checked == 3


def test_numbers_start_again_below_a_container_that_vanished():
    tree = SmallTree()
    tree.create("/q", container=True)
    add(tree)
    tree.delete(number(0))
    remove(tree.state, tree.next_zxid(), "/q")
    tree.create("/q", container=True)
    assert add(tree)["value"] == number(0)
    assert silent(NAME, tree).checked == 2


def test_numbers_start_again_within_one_multi():
    tree = queue()
    tree.multi(("create", "/q/n-", SEQUENCE), ("delete", number(0), {}), ("create", "/q/n-", SEQUENCE))
    row = tree.multi(
        ("delete", number(1), {}),
        ("delete", "/q", {}),
        ("create", "/q", {}),
        ("create", "/q/n-", SEQUENCE),
        ("create", "/q/n-", SEQUENCE),
    )
    assert row["value"][-2:] == [number(0), number(1)]
    assert add(tree)["value"] == number(2)
    assert silent(NAME, tree).checked == 5


@pytest.mark.parametrize("happens", [True, False])
def test_a_create_without_an_answer_may_count_or_not(happens):
    tree = queue()
    add(tree)
    tree.lost("create", "/q/n-", happens=happens, **SEQUENCE)
    tree.lost("create", "/q/a", happens=happens)
    assert add(tree)["value"] == number(3 if happens else 1)
    assert silent(NAME, tree).checked == 2


def test_a_create_without_an_answer_may_count_long_after():
    tree = queue()
    late = tree.lost("create", "/q/n-", happens=False, **SEQUENCE)
    add(tree)
    add(tree)
    tree.late(late)
    assert add(tree)["value"] == number(3)
    tree.children("/q")
    assert silent(NAME, tree).checked == 3


@pytest.mark.parametrize("seen", [None, 0, 1])
def test_a_multi_without_an_answer_counts_with_all_its_creates(seen):
    tree = queue()
    tree.lost_multi(("create", "/q/n-", SEQUENCE), ("create", "/q/n-", SEQUENCE))
    if seen is not None:
        tree.exists(number(seen))
    assert add(tree)["value"] == number(2)
    assert silent(NAME, tree).checked == 1


def test_a_node_that_a_stat_shows_counts_once():
    tree = queue()
    tree.lost("create", "/q/n-", data="x", **SEQUENCE)
    tree.get(number(0))
    add(tree)
    assert silent(NAME, tree).checked == 1
    add(tree)["value"] = number(3)
    assert kinds(NAME, tree) == ["too-high"]


def test_a_parent_from_before_the_history_may_have_counted_far():
    talk = Talk()
    for second, count in ((1, 41), (2, 42)):
        talk.ask(second, "create", Z(second + 1), key="/q/n-", ask=SEQUENCE, value=number(count))
    assert silent(NAME, talk).checked == 2
    talk.ask(3, "create", Z(4), key="/q/n-", ask=SEQUENCE, value=number(44))
    assert kinds(NAME, talk) == ["too-high"]


def test_clients_are_answered_in_another_order_than_that_of_the_transactions():
    talk = Talk()
    talk.ask(1, "create", Z(2), key="/q", value="/q")
    talk.ask(2, "create", Z(3), key="/q/n-", ask=SEQUENCE, value=number(0), took=2)
    talk.ask(2, "create", Z(4), key="/q/n-", ask=SEQUENCE, value=number(1), session=2, life="app2/1")
    assert check(NAME, talk.history()).verdict is Verdict.VALID


def test_a_history_without_sequential_nodes_is_not_judged():
    assert check(NAME, queue("/q/a").history()).verdict is Verdict.UNKNOWN
