"""Reads that show a part of a multi, and those that show all of it or nothing."""

import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import check, kinds, silent
from tests.unit.facts.small_tree import SmallTree, remove
from tests.unit.writes.falsified import accepted, only, refused

NAME = "atomic-multi"

BOTH = (("set", "/a", {"data": "x"}), ("set", "/b", {"data": "y"}))


def grown(*paths):
    tree = SmallTree()
    for path in ("/a", "/b", *paths):
        tree.create(path)
    return tree


def told(row):
    return {name: row[name] for name in ("value", "stat") if name in row}


def test_a_read_shows_one_node_as_the_multi_left_it_and_the_other_as_before():
    tree = grown()
    before = told(tree.get("/b"))
    row = tree.multi(*BOTH)
    tree.get("/a")
    tree.get("/b").update(before)
    found = only(NAME, tree, "half-seen", "/b", row["zxid"])
    assert "shows that it changed /a, too" in found.sentence


def test_a_read_shows_the_older_half_of_a_multi_that_was_acknowledged():
    tree = grown()
    before = told(tree.get("/b"))
    row = tree.multi(*BOTH)
    tree.get("/b").update(before)
    only(NAME, tree, "half-seen", "/b", row["zxid"])


def test_a_read_shows_half_of_a_multi_that_nobody_was_answered_for():
    tree = grown()
    before = told(tree.get("/b"))
    tree.lost_multi(*BOTH)
    row = tree.get("/a")
    tree.get("/b").update(before)
    only(NAME, tree, "half-seen", "/b", row["zxid"])


def test_a_read_lacks_a_node_that_a_multi_created_beside_another():
    tree = grown()
    row = tree.multi(("create", "/a/c", {}), ("create", "/a/d", {}))
    tree.exists("/a/c")
    refused(tree.get("/a/d"), "NoNodeError")
    only(NAME, tree, "half-seen", "/a/d", row["zxid"])


def test_a_read_shows_a_node_that_a_multi_moved_in_its_old_place():
    tree = grown("/a/c")
    before = told(tree.get("/a/c"))
    row = tree.multi(("delete", "/a/c", {}), ("create", "/b/c", {}))
    tree.get("/b/c")
    accepted(tree.get("/a/c"), **before)
    only(NAME, tree, "half-seen", "/a/c", row["zxid"])


def test_a_read_shows_what_a_later_multi_left():
    tree = grown()
    before = tree.z
    row = tree.multi(*BOTH)
    tree.get("/b")["zxid"] = before
    tree.get("/a")
    found = only(NAME, tree, "seen-early", "/b", row["zxid"])
    assert hex(before) in found.sentence


def test_a_read_shows_a_node_before_the_multi_that_creates_it():
    tree = grown()
    before = tree.z
    row = tree.multi(("create", "/a/c", {}), ("create", "/b/c", {}))
    tree.get("/b/c")["zxid"] = before
    only(NAME, tree, "seen-early", "/b/c", row["zxid"])


def test_a_read_shows_a_node_again_before_the_multi_that_makes_it_anew():
    tree = grown()
    tree.delete("/b")
    before = tree.z
    row = tree.multi(("set", "/a", {"data": "x"}), ("create", "/b", {}))
    tree.get("/b")["zxid"] = before
    only(NAME, tree, "seen-early", "/b", row["zxid"])


def test_a_read_shows_too_early_what_a_multi_without_an_answer_left():
    tree = grown()
    before = tree.z
    tree.lost_multi(*BOTH)
    row = tree.get("/a")
    tree.get("/b")["zxid"] = before
    only(NAME, tree, "seen-early", "/b", row["zxid"])


def test_a_multi_is_seen_whole_or_not_at_all():
    tree = grown()
    before = {path: told(tree.get(path)) | {"zxid": tree.z} for path in ("/a", "/b")}
    tree.multi(*BOTH)
    tree.get("/a")
    tree.get("/b").update(before["/b"])
    tree.get("/a").update(before["/a"])
    tree.get("/b")
    result = silent_at_the_end(tree)
    assert result.checked == 2
    assert result.measures["multis"] == 1


def silent_at_the_end(tree):
    """Demand silence of a whole history of which a beginning may say nothing, or something else."""
    result = check(NAME, tree.history())
    assert result.verdict is Verdict.VALID, result.sentence
    return result


def test_a_multi_that_is_lost_as_a_whole_is_a_matter_of_durability():
    tree = grown()
    before = {path: told(tree.get(path)) for path in ("/a", "/b")}
    tree.multi(*BOTH)
    tree.get("/a").update(before["/a"])
    tree.get("/b").update(before["/b"])
    assert check(NAME, tree.history()).verdict is not Verdict.VIOLATION
    assert set(kinds("durability", tree)) == {"lost-write"}


def test_a_read_much_older_than_the_multi_shows_no_half_of_it():
    tree = grown()
    before = told(tree.get("/b"))
    tree.set("/b", "z")
    tree.multi(*BOTH)
    tree.get("/a")
    tree.get("/b").update(before)
    silent_at_the_end(tree)


@pytest.mark.parametrize("happens", [True, False])
def test_a_multi_without_an_answer_happened_as_a_whole_or_not(happens):
    tree = grown()
    tree.multi(*BOTH)
    tree.lost_multi(("set", "/a", {"data": "v"}), ("set", "/b", {"data": "w"}), happens=happens)
    for path in ("/b", "/a", "/b"):
        tree.get(path)
    silent(NAME, tree)


def test_a_multi_without_an_answer_may_happen_between_two_reads():
    tree = grown()
    parts = (("set", "/a", {"data": "v"}), ("set", "/b", {"data": "w"}), ("create", "/c", {}))
    tree.multi(*BOTH)
    tree.lost_multi(*parts, happens=False)
    tree.get("/a")
    tree.get("/b")
    tree.exists("/c")
    tree.late_multi(parts)
    tree.exists("/c")
    tree.get("/b")
    tree.get("/a")
    silent(NAME, tree)


def test_writes_without_an_answer_follow_a_multi():
    tree = grown()
    tree.multi(*BOTH)
    tree.get("/a")
    tree.lost("delete", "/a")
    tree.lost("set", "/b", data="z")
    tree.get("/a")
    tree.get("/b")
    silent(NAME, tree)


def test_parts_of_a_multi_build_on_each_other():
    tree = grown()
    tree.multi(
        ("create", "/a/c", {}),
        ("set", "/a/c", {"data": "x", "version": 0}),
        ("delete", "/a/c", {"version": 1}),
        ("set", "/b", {"data": "y"}),
        ("set", "/b", {"data": "z"}),
    )
    tree.get("/b")
    tree.get("/a/c")
    tree.children("/a", stat=True)
    silent(NAME, tree)


def test_a_parent_is_made_anew_with_children_in_one_multi():
    tree = grown("/a/c")
    tree.multi(
        ("delete", "/a/c", {}),
        ("delete", "/a", {}),
        ("create", "/a", {"data": "x"}),
        ("create", "/a/n-", {"sequence": True}),
    )
    for path in ("/a", "/a/c", "/a/n-0000000000"):
        tree.get(path)
    tree.children("/a")
    silent(NAME, tree)


@pytest.mark.parametrize("known", [True, False])
def test_ephemeral_nodes_of_a_multi_are_gone_with_their_session(known):
    tree = grown()
    ephemeral = {"ephemeral": True}
    tree.multi(("create", "/a/e", ephemeral), ("create", "/b/e", ephemeral), session=2)
    tree.get("/a/e")
    tree.close(2, told=known)
    tree.get("/a/e")
    tree.get("/b/e")
    silent(NAME, tree)


def test_a_container_of_a_multi_vanishes_by_itself():
    tree = grown()
    tree.multi(("create", "/c", {"container": True}), ("create", "/c/d", {}))
    tree.get("/c/d")
    tree.delete("/c/d")
    remove(tree.state, tree.next_zxid(), "/c")
    tree.get("/c")
    tree.get("/c/d")
    silent(NAME, tree)


def test_a_refused_multi_shows_nothing():
    tree = grown()
    tree.multi(*BOTH)
    tree.multi(("set", "/a", {"data": "v"}), ("set", "/b", {"data": "w", "version": 7}))
    tree.get("/a")
    tree.get("/b")
    silent(NAME, tree)


def test_a_multi_that_nobody_looked_at_is_not_judged():
    tree = grown()
    tree.multi(*BOTH)
    assert check(NAME, tree.history()).verdict is Verdict.UNKNOWN
