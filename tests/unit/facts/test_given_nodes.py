"""Nodes that were there before the history began."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkers.registry import guarantees
from checkers.result import Verdict
from tests.unit.checkers.talk import kinds
from tests.unit.facts.small_tree import SmallTree
from tests.unit.facts.test_placing import calls, play

NAMES = ("prefix-reads", "write-legality", "durability", "stat-coherence", "sequence-names")


def an_old_tree():
    """A history that lacks how /p, /p/c, /p/d (of session 7) and /zookeeper were made."""
    tree = SmallTree()
    for path in ("/p", "/p/c", "/zookeeper"):
        tree.create(path)
    tree.create("/p/d", session=7, ephemeral=True)
    tree.rows.clear()
    return tree


def delete_a_child(tree):
    tree.get("/p")
    tree.delete("/p/c")
    tree.get("/p/c")


def list_and_create(tree):
    tree.children("/p")
    tree.children("/")
    tree.create("/p/e")
    tree.children("/p")


def list_delete_and_close(tree):
    tree.children("/p", stat=True)
    tree.delete("/p/c")
    tree.close(7)
    tree.children("/p", stat=True)


def lose_a_delete(tree):
    tree.create("/p/e")
    tree.children("/p")
    tree.lost("delete", "/p/c")
    tree.children("/p")


def make_anew(tree):
    tree.create("/p/e")
    tree.delete("/p/c")
    tree.create("/p/c")
    tree.children("/p")


def make_the_parent_anew(tree):
    for path in ("/p/c", "/p/d", "/p"):
        tree.delete(path)
    tree.create("/p")
    tree.children("/p")
    tree.create("/p/c")
    tree.children("/p")


def be_refused(tree):
    tree.create("/p/c")
    tree.delete("/p")
    tree.children("/p")


@pytest.mark.parametrize(
    "go",
    [
        delete_a_child,
        list_and_create,
        list_delete_and_close,
        lose_a_delete,
        make_anew,
        make_the_parent_anew,
        be_refused,
    ],
)
def test_what_was_there_before_is_no_violation(go):
    tree = an_old_tree()
    go(tree)
    for name in NAMES:
        result = guarantees()[name].check(tree.history())
        assert result.verdict is not Verdict.VIOLATION, (name, result.sentence)


@settings(max_examples=60, deadline=None)
@given(calls, st.integers(1, 6))
def test_a_history_may_begin_anywhere(script, begin):
    known = [
        (call[0], "answered", *call[2:])
        if len(call) > 1 and (number < begin or call[0][1].endswith("-"))
        else call
        for number, call in enumerate(script)
    ]
    tree, _ = play(known)
    tree.rows = tree.rows[2 * begin :]
    for name in NAMES:
        result = guarantees()[name].check(tree.history())
        assert result.verdict is not Verdict.VIOLATION, (name, result.sentence)


def test_no_child_is_older_than_its_parent():
    tree = SmallTree()
    tree.create("/p")
    tree.children("/p", value=["c"])
    assert kinds("prefix-reads", tree) == ["extra-child"]


def test_no_child_is_old_that_an_earlier_list_lacks():
    tree = an_old_tree()
    tree.children("/p")
    tree.children("/p", value=["c", "d", "e"])
    assert kinds("prefix-reads", tree) == ["extra-child"]


def test_an_old_child_does_not_go_without_a_transaction():
    tree = an_old_tree()
    tree.exists("/p/c", stat=None)
    tree.create("/p/x")
    tree.exists("/p/c", value=False, stat=None)
    found = guarantees()["prefix-reads"].check(tree.history()).violations
    assert [(one.kind, one.key) for one in found] == [("missing-node", "/p/c")]
