"""Writes that no later answer shows, and answers that show all of them."""

import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import check, kinds, silent
from tests.unit.facts.small_tree import SmallTree, remove
from tests.unit.writes.falsified import accepted, only, refused

NAME = "durability"


def grown(*paths):
    tree = SmallTree()
    for path in paths:
        tree.create(path)
    return tree


def told(row):
    return {name: row[name] for name in ("value", "stat") if name in row}


def verdict(tree):
    return check(NAME, tree.history()).verdict


def test_an_acknowledged_set_is_gone():
    tree = grown("/a")
    before = told(tree.get("/a"))
    row = tree.set("/a", "x")
    tree.get("/a").update(before)
    only(NAME, tree, "lost-write", "/a", row["zxid"])


def test_a_set_that_somebody_had_read_is_gone():
    tree = grown("/a")
    before = told(tree.get("/a"))
    tree.lost("set", "/a", data="x")
    row = tree.get("/a")
    tree.create("/b")
    tree.get("/a").update(before)
    only(NAME, tree, "lost-write", "/a", row["zxid"])


def test_a_create_that_somebody_had_read_is_gone():
    tree = grown("/b")
    tree.lost("create", "/a", data="x")
    row = tree.get("/a")
    tree.create("/c")
    refused(tree.get("/a"), "NoNodeError")
    only(NAME, tree, "lost-node", "/a", row["zxid"])


def test_a_delete_that_somebody_had_seen_is_undone():
    tree = grown("/a")
    before = told(tree.get("/a"))
    tree.lost("delete", "/a")
    tree.get("/a")
    tree.create("/c")
    accepted(tree.get("/a"), **before)
    assert kinds(NAME, tree) == ["undone-delete"]


def test_an_acknowledged_part_of_a_multi_is_gone():
    tree = grown("/a", "/b")
    before = told(tree.get("/a"))
    row = tree.multi(("set", "/a", {"data": "x"}), ("set", "/b", {"data": "y"}))
    tree.get("/a").update(before)
    tree.get("/b")
    only(NAME, tree, "lost-write", "/a", row["zxid"])


@pytest.mark.parametrize("ask", ["get", "exists", "children"])
def test_an_acknowledged_node_is_gone(ask):
    tree = SmallTree()
    row = tree.create("/a")
    answer = getattr(tree, ask)("/a")
    if ask == "exists":
        answer |= {"value": False, "stat": None}
    else:
        refused(answer, "NoNodeError")
    only(NAME, tree, "lost-node", "/a", row["zxid"])


def test_an_acknowledged_node_is_not_among_the_children():
    tree = grown("/a", "/a/b")
    row = tree.create("/a/c")
    tree.children("/a")["value"] = ["b"]
    only(NAME, tree, "lost-node", "/a/c", row["zxid"])


@pytest.mark.parametrize("ask", ["get", "exists"])
def test_a_deleted_node_is_there_again(ask):
    tree = grown("/a")
    before = told(getattr(tree, ask)("/a"))
    row = tree.delete("/a")
    accepted(getattr(tree, ask)("/a"), **before)
    only(NAME, tree, "undone-delete", "/a", row["zxid"])


def test_a_deleted_node_is_among_the_children_again():
    tree = grown("/a", "/a/b")
    row = tree.delete("/a/b")
    tree.children("/a")["value"] = ["b"]
    only(NAME, tree, "undone-delete", "/a/b", row["zxid"])


def test_a_write_is_gone_on_one_server_in_the_end():
    tree = grown("/a")
    before = told(tree.get("/a"))
    row = tree.set("/a", "x")
    tree.get("/a", process="final/zk1.1").update(before)
    tree.get("/a", process="final/zk2.1")
    only(NAME, tree, "lost-write", "/a", row["zxid"])


def test_what_follows_from_one_loss_is_told_once():
    tree = grown("/a")
    tree.set("/a", "x")
    for _ in range(3):
        refused(tree.get("/a"), "NoNodeError")
    assert kinds(NAME, tree) == ["lost-node"]


def test_a_write_that_came_too_late_explains_no_loss():
    tree = grown("/a")
    refused(tree.get("/a"), "NoNodeError")
    tree.lost("delete", "/a", happens=False)
    assert kinds(NAME, tree) == ["lost-node"]


def test_a_wrong_answer_that_is_set_right_is_no_loss():
    tree = grown("/a", "/a/b")
    before = told(tree.get("/a"))
    tree.set("/a", "x")
    tree.get("/a").update(before)
    tree.children("/a")["value"] = []
    tree.get("/a")
    tree.children("/a")
    assert verdict(tree) is Verdict.VALID


def test_another_server_sets_nothing_right_in_the_end():
    tree = grown("/a", "/a/b")
    tree.children("/a", process="final/zk1.1")["value"] = []
    tree.children("/a", process="final/zk2.1")
    assert kinds(NAME, tree) == ["lost-node"]


def test_what_was_written_is_read():
    tree = grown("/a", "/a/b", "/a/c")
    tree.set("/a/b", "x")
    tree.delete("/a/c")
    for path in ("/a", "/a/b", "/a/c"):
        tree.get(path)
        tree.exists(path)
        tree.children(path)
    result = silent(NAME, tree)
    assert result.checked == 11
    assert result.measures["lost"] == 0


def test_a_read_shows_no_write_that_comes_after_it():
    tree = grown("/a", "/a/b")
    early = told(tree.get("/a")) | {"zxid": tree.z}
    tree.set("/a", "x")
    tree.get("/a").update(early)
    silent(NAME, tree)


@pytest.mark.parametrize("happens", [True, False])
def test_writes_without_an_answer_may_have_happened_or_not(happens):
    tree = grown("/a", "/b", "/c")
    tree.lost("set", "/a", data="x", happens=happens)
    tree.lost("delete", "/b", happens=happens)
    tree.lost("create", "/c/d", happens=happens)
    tree.lost_multi(("create", "/m", {}), ("delete", "/c", {}), happens=happens)
    for path in ("/a", "/b", "/c", "/c/d", "/m"):
        tree.get(path)
        tree.exists(path)
    tree.children("/")
    tree.children("/c")
    silent(NAME, tree)


def test_a_write_without_an_answer_may_happen_between_two_reads():
    tree = grown("/a", "/b")
    gone = tree.lost("delete", "/a", happens=False)
    changed = tree.lost("set", "/b", data="x", happens=False)
    tree.get("/a")
    tree.get("/b")
    tree.late(gone)
    tree.late(changed)
    tree.get("/a")
    tree.get("/b")
    tree.children("/")
    silent(NAME, tree)


@pytest.mark.parametrize("known", [True, False])
def test_ephemeral_nodes_are_gone_with_the_end_of_their_session(known):
    tree = grown("/a")
    tree.create("/a/e", session=2, ephemeral=True)
    tree.create("/a/f", session=2, ephemeral=True)
    tree.exists("/a/e")
    tree.close(2, told=known)
    tree.exists("/a/e")
    tree.get("/a/f")
    tree.children("/a")
    tree.delete("/a/f")
    silent(NAME, tree)


@pytest.mark.parametrize("ask", [{"container": True}, {"ttl": 1000}])
def test_containers_and_nodes_with_a_time_to_live_vanish_by_themselves(ask):
    tree = grown("/a")
    tree.create("/a/c", **ask)
    tree.create("/a/c/d")
    tree.delete("/a/c/d")
    remove(tree.state, tree.next_zxid(), "/a/c")
    tree.children("/a")
    tree.get("/a/c")
    tree.children("/a/c")
    silent(NAME, tree)


def test_parts_of_a_multi_undo_each_other():
    tree = grown("/a")
    tree.multi(
        ("create", "/a/b", {}),
        ("set", "/a", {"data": "x"}),
        ("set", "/a", {"data": "y"}),
        ("delete", "/a/b", {}),
    )
    tree.get("/a")
    tree.get("/a/b")
    tree.children("/a", stat=True)
    silent(NAME, tree)


def test_a_parent_made_anew_has_lost_its_children():
    tree = grown("/q", "/q/a")
    tree.create("/q/n-", sequence=True)
    tree.delete("/q/a")
    tree.multi(("delete", "/q/n-0000000001", {}), ("delete", "/q", {}), ("create", "/q", {}))
    tree.create("/q/n-", sequence=True)
    tree.children("/q")
    tree.get("/q/a")
    tree.get("/q/n-0000000001")
    tree.get("/q/n-0000000000")
    silent(NAME, tree)


def test_nothing_can_be_lost_that_nobody_reads_again():
    assert verdict(grown("/a")) is Verdict.UNKNOWN
