"""Answers to multis that the state before them, or their own earlier parts, do not bear out, or do."""

import pytest

from tests.unit.checkers.talk import silent
from tests.unit.facts.small_tree import SmallTree
from tests.unit.writes.falsified import accepted, only, refused

NAME = "write-legality"


def grown(*paths):
    tree = SmallTree()
    for path in paths:
        tree.create(path)
    return tree


def test_a_check_in_a_multi_succeeds_on_another_version():
    tree = grown("/a", "/b")
    tree.set("/a", "x")
    row = tree.multi(("check", "/a", {"version": 0}), ("delete", "/b", {}))
    accepted(row, value=[None, None])
    only(NAME, tree, "version-mismatch", "/a", row["zxid"])


def test_a_part_of_a_multi_creates_what_an_earlier_part_had_made():
    tree = grown("/a")
    row = tree.multi(("create", "/a/b", {}), ("create", "/a/b", {}))
    accepted(row, value=["/a/b", "/a/b"])
    only(NAME, tree, "node-existed", "/a/b", row["zxid"])


@pytest.mark.parametrize(
    ("parts", "error", "kind"),
    [
        (("create /a/b", "delete /a/b", "create /a/b"), "NodeExistsError", "false-node-exists"),
        (("create /a/b", "set /a/b"), "NoNodeError", "false-no-node"),
        (("create /a/b", "set /a/b", "delete /a/b"), "BadVersionError", "false-bad-version"),
        (("create /a/b", "create /a/b/c"), "NoChildrenForEphemeralsError", "false-no-children"),
    ],
)
def test_a_multi_is_refused_for_a_reason_that_its_earlier_parts_had_removed(parts, error, kind):
    tree = grown("/a")
    row = tree.multi(*((*part.split(), {}) for part in parts))
    refused(row, error, value=len(parts) - 1)
    only(NAME, tree, kind, "/a/b", row["zxid"])


@pytest.mark.parametrize("happens", [True, False])
def test_a_multi_without_an_answer_happened_as_a_whole_or_not(happens):
    tree = grown("/a")
    tree.lost_multi(("create", "/a/b", {}), ("set", "/a", {"data": "m"}), happens=happens)
    tree.set("/a", "x", version=1)
    tree.delete("/a")
    tree.create("/a/b")
    silent(NAME, tree)


def test_parts_of_a_multi_build_on_each_other():
    tree = grown("/a")
    tree.multi(
        ("create", "/a/b", {}),
        ("create", "/a/b/c", {"data": "x"}),
        ("set", "/a/b/c", {"data": "y", "version": 0}),
        ("check", "/a/b/c", {"version": 1}),
        ("delete", "/a/b/c", {"version": 1}),
        ("delete", "/a/b", {}),
        ("create", "/a/b", {}),
    )
    tree.set("/a/b", "z", version=0)
    assert silent(NAME, tree).checked == 9


@pytest.mark.parametrize(
    "parts",
    [
        (("create", "/a/b", {}), ("create", "/a/b", {})),
        (("delete", "/a", {}), ("set", "/a", {"data": "x"})),
        (("delete", "/a", {}), ("create", "/a/b", {})),
        (("set", "/a", {"data": "x"}), ("check", "/a", {"version": 0})),
        (("create", "/a/b", {}), ("delete", "/a", {})),
        (("create", "/a/e", {"ephemeral": True}), ("create", "/a/e/c", {})),
        (("delete", "/a", {}), ("create", "/a", {"ephemeral": True}), ("create", "/a/b", {})),
    ],
)
def test_a_multi_is_refused_for_what_its_earlier_parts_had_made(parts):
    tree = grown("/a")
    assert tree.multi(*parts)["type"] == "fail"
    tree.set("/a", "y", version=0)
    silent(NAME, tree)
