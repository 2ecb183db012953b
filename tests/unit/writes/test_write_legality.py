"""Answers to writes that the state before them does not bear out, and those that it does."""

import msgspec
import pytest

from checkers.result import Verdict
from harness.history import Stat
from tests.unit.checkers.talk import Talk, Z, check, kinds, silent, stat
from tests.unit.facts.small_tree import SmallTree, remove
from tests.unit.writes.falsified import accepted, only, refused

NAME = "write-legality"


def grown(*paths):
    tree = SmallTree()
    for path in paths:
        tree.create(path)
    return tree


def test_a_set_is_refused_for_want_of_a_node_that_is_there():
    tree = grown("/a")
    row = refused(tree.set("/a", "x"), "NoNodeError")
    only(NAME, tree, "false-no-node", "/a", row["zxid"])


def test_a_create_is_refused_for_want_of_a_parent_that_is_there():
    tree = grown("/a")
    row = refused(tree.create("/a/b"), "NoNodeError")
    only(NAME, tree, "false-no-node", "/a", row["zxid"])


def test_a_create_is_refused_for_a_node_that_was_deleted():
    tree = grown("/a")
    tree.delete("/a")
    row = refused(tree.create("/a"), "NodeExistsError")
    only(NAME, tree, "false-node-exists", "/a", row["zxid"])


def test_a_set_is_refused_for_the_version_that_it_expects():
    tree = grown("/a")
    tree.set("/a", "x")
    row = refused(tree.set("/a", "y", version=1), "BadVersionError")
    only(NAME, tree, "false-bad-version", "/a", row["zxid"])


def test_a_set_of_any_version_is_refused_for_the_version():
    tree = grown("/a")
    row = refused(tree.set("/a", "y"), "BadVersionError")
    only(NAME, tree, "false-bad-version", "/a", row["zxid"])


def test_a_delete_is_refused_for_children_that_are_gone():
    tree = grown("/a", "/a/b")
    tree.delete("/a/b")
    row = refused(tree.delete("/a"), "NotEmptyError")
    only(NAME, tree, "false-not-empty", "/a", row["zxid"])


def test_a_create_below_a_persistent_node_is_refused_as_below_an_ephemeral_one():
    tree = grown("/a")
    row = refused(tree.create("/a/b"), "NoChildrenForEphemeralsError")
    only(NAME, tree, "false-no-children", "/a", row["zxid"])


def test_a_node_is_created_twice():
    tree = grown("/a")
    row = accepted(tree.create("/a"), value="/a")
    only(NAME, tree, "node-existed", "/a", row["zxid"])


def test_a_node_is_deleted_twice():
    tree = grown("/a")
    tree.delete("/a")
    row = accepted(tree.delete("/a"))
    only(NAME, tree, "node-missing", "/a", row["zxid"])


def test_a_deleted_node_is_set():
    tree = grown("/a")
    tree.delete("/a")
    row = tree.set("/a", "x")
    accepted(row, stat=Stat(czxid=Z(1), mzxid=row["zxid"], pzxid=Z(1), version=1, dataLength=1))
    only(NAME, tree, "node-missing", "/a", row["zxid"])


def test_a_child_is_created_where_the_parent_was_deleted():
    tree = grown("/a")
    tree.delete("/a")
    row = accepted(tree.create("/a/b"), value="/a/b")
    only(NAME, tree, "parent-missing", "/a", row["zxid"])


def test_a_child_is_created_below_an_ephemeral_node():
    tree = SmallTree()
    tree.create("/e", ephemeral=True)
    row = accepted(tree.create("/e/b"), value="/e/b")
    only(NAME, tree, "below-ephemeral", "/e", row["zxid"])


def test_a_parent_is_deleted_before_its_child():
    tree = grown("/a", "/a/b")
    row = accepted(tree.delete("/a"))
    only(NAME, tree, "not-empty", "/a/b", row["zxid"])


@pytest.mark.parametrize("version", [0, 2])
def test_a_delete_succeeds_on_another_version_than_it_expects(version):
    tree = grown("/a")
    tree.set("/a", "x")
    row = accepted(tree.delete("/a", version=version))
    found = only(NAME, tree, "version-mismatch", "/a", row["zxid"])
    assert f"expecting version {version}" in found.sentence


@pytest.mark.parametrize("version", [0, 2])
def test_a_set_leaves_a_version_that_is_not_the_next_one(version):
    tree = grown("/a")
    row = tree.set("/a", "x")
    row["stat"] = msgspec.structs.replace(row["stat"], version=version)
    only(NAME, tree, "wrong-new-version", "/a", row["zxid"])


def test_a_create_makes_another_path_than_the_one_asked_for():
    tree = grown("/a")
    row = tree.create("/a/b")
    row["value"] = "/a/c"
    found = only(NAME, tree, "wrong-path", "/a/b", row["zxid"])
    assert "created /a/c" in found.sentence


def test_who_saw_that_a_node_was_not_there_is_a_witness():
    tree = grown("/b")
    tree.set("/a", "x")
    row = accepted(tree.delete("/a"))
    only(NAME, tree, "node-missing", "/a", row["zxid"])


def test_who_saw_a_node_that_an_unknown_write_had_made_is_a_witness():
    tree = grown("/b")
    tree.lost("create", "/a", data="x")
    tree.get("/a")
    row = accepted(tree.create("/a"), value="/a")
    only(NAME, tree, "node-existed", "/a", row["zxid"])


def test_an_unknown_write_that_came_too_late_excuses_nothing():
    tree = grown("/a")
    row = refused(tree.set("/a", "x"), "NoNodeError")
    tree.lost("delete", "/a", happens=False)
    only(NAME, tree, "false-no-node", "/a", row["zxid"])


def test_an_unknown_write_excuses_no_more_than_once():
    tree = grown("/a")
    tree.lost("delete", "/a")
    tree.set("/a")
    tree.create("/a")
    row = refused(tree.set("/a", "x"), "NoNodeError")
    only(NAME, tree, "false-no-node", "/a", row["zxid"])


def test_ordinary_successes_and_refusals_are_right():
    tree = grown("/a", "/a/b", "/a")
    tree.set("/a", "x", version=0)
    tree.set("/a", "y", version=0)
    tree.delete("/a", version=1)
    tree.delete("/a/b")
    tree.delete("/a/b")
    tree.delete("/a", version=1)
    tree.create("/a/b")
    tree.set("/a", "z")
    result = silent(NAME, tree)
    assert result.checked == 11
    assert result.measures["refusals"] == 6


def test_ephemeral_nodes_have_no_children_and_end_with_their_session():
    tree = SmallTree()
    tree.create("/e", session=2, ephemeral=True)
    tree.create("/e/b")
    tree.set("/e", "x")
    tree.close(2)
    tree.set("/e", "y")
    tree.create("/e", session=3, ephemeral=True)
    tree.close(3, told=False)
    tree.create("/e")
    tree.create("/e/b")
    silent(NAME, tree)


@pytest.mark.parametrize("happens", [True, False])
def test_a_create_without_an_answer_may_have_happened_or_not(happens):
    tree = grown("/a")
    tree.lost("create", "/a/b", happens=happens)
    tree.delete("/a")
    tree.create("/a/b")
    tree.set("/a/b", "x", version=0)
    silent(NAME, tree)


@pytest.mark.parametrize("happens", [True, False])
def test_a_set_without_an_answer_may_have_happened_or_not(happens):
    tree = grown("/a")
    tree.lost("set", "/a", data="x", happens=happens)
    tree.set("/a", "y", version=0)
    tree.set("/a", "z", version=1)
    tree.delete("/a", version=2)
    silent(NAME, tree)


@pytest.mark.parametrize("happens", [True, False])
def test_a_delete_without_an_answer_may_have_happened_or_not(happens):
    tree = grown("/a", "/a/b")
    tree.lost("delete", "/a/b", happens=happens)
    tree.delete("/a")
    tree.set("/a/b", "x")
    tree.create("/a/b")
    silent(NAME, tree)


def test_a_write_without_an_answer_may_happen_long_after():
    tree = grown("/a", "/b")
    gone = tree.lost("delete", "/a", happens=False)
    made = tree.lost("create", "/b/c", happens=False, ephemeral=True)
    tree.set("/a", "x", version=0)
    tree.late(gone)
    tree.set("/a", "y", version=1)
    tree.create("/a")
    tree.late(made, session=5)
    tree.create("/b/c/d")
    tree.delete("/b")
    silent(NAME, tree)


def test_a_node_deleted_and_made_anew_without_an_answer_begins_at_version_0():
    tree = grown("/a")
    tree.set("/a", "x")
    tree.lost("delete", "/a")
    tree.lost("create", "/a")
    tree.delete("/a", version=1)
    tree.delete("/a", version=0)
    silent(NAME, tree)


def test_containers_vanish_by_themselves():
    tree = SmallTree()
    tree.create("/c", container=True)
    tree.create("/c/b")
    tree.delete("/c/b")
    remove(tree.state, tree.next_zxid(), "/c")
    tree.set("/c", "x")
    tree.create("/c", container=True)
    remove(tree.state, tree.next_zxid(), "/c")
    tree.create("/c/b")
    silent(NAME, tree)


def test_nodes_with_a_time_to_live_vanish_by_themselves():
    tree = SmallTree()
    tree.create("/t", ttl=1000)
    tree.create("/t/b")
    tree.delete("/t/b")
    remove(tree.state, tree.next_zxid(), "/t")
    tree.delete("/t", version=0)
    tree.create("/t", ttl=1000)
    tree.set("/t", "x", version=0)
    silent(NAME, tree)


def test_what_was_there_before_the_history_is_taken_as_it_shows():
    talk = Talk()
    talk.set(1, Z(2), made=7, version=6)
    talk.refuse(2, "create", Z(3))
    talk.refuse(3, "set", Z(4), "BadVersionError", ask={"data": "x", "version": 6})
    talk.ask(4, "delete", Z(5), ask={"version": 7})
    silent(NAME, talk)


def test_a_write_of_two_sessions_is_judged_by_the_order_of_transactions_not_of_answers():
    talk = Talk()
    talk.ask(1, "create", Z(2), value="/keys/k1", took=2)
    talk.set(1.5, Z(3), version=0, made=1, czxid=Z(2), session=2, life="app2/1")
    silent(NAME, talk)
    talk.set(4, Z(4), version=0, made=1, czxid=Z(2), stat=stat(czxid=Z(2), mzxid=Z(4), version=1))
    assert "version-mismatch" in kinds(NAME, talk)


def test_a_history_without_writes_is_not_judged():
    talk = Talk()
    talk.get(1, Z(2))
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
