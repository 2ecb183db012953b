"""Writes without an answer find their place wherever there is one."""

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkers.facts import placing
from checkers.facts.settle import Settler
from checkers.registry import guarantees
from checkers.result import Verdict
from tests.unit.checkers.talk import check
from tests.unit.facts.brute_force import explained
from tests.unit.facts.small_tree import SmallTree

NAMES = ("prefix-reads", "write-legality", "durability", "stat-coherence", "sequence-names")

PATHS = ("/a", "/a/x", "/b")

GONE = {"type": "fail", "error": "NoNodeError", "value": None, "stat": None}

LOST = 2
"""Writes without an answer in one history: each makes brute force slower by the number of zxids."""

LATE = "late"

writes = st.one_of(
    st.tuples(st.just("create"), st.sampled_from(PATHS)),
    st.tuples(st.just("create"), st.just("/a/n-")),
    st.tuples(st.just("set"), st.sampled_from(PATHS)),
    st.tuples(st.just("delete"), st.sampled_from(PATHS)),
)
reads = st.tuples(st.sampled_from(("get", "exists", "children")), st.sampled_from((*PATHS, "/")))
fates = st.sampled_from(("answered", "answered", "answered", "lost", "never", LATE))
calls = st.lists(
    st.one_of(st.tuples(writes, fates, st.sampled_from((-1, -1, 0, 1))), st.tuples(reads)),
    min_size=3,
    max_size=8,
)


def play(script):
    """Let a small tree answer the calls of a script; return it with the rows of its answers."""
    tree, told, waiting, lost = SmallTree(), [], [], 0
    tree.create("/a", data="first")
    for number, call in enumerate(script):
        (f, path), fate = call[0], call[1] if len(call) > 1 else "read"
        if fate == "read":
            told.append(getattr(tree, f)(path))
            continue
        ask = {"data": f"d{number}"} if f != "delete" else {}
        ask |= {"sequence": True} if path.endswith("-") else {}
        ask |= {"version": call[2]} if f != "create" and call[2] >= 0 else {}
        if fate == "answered" or lost == LOST:
            told.append(tree.write(f, path, **ask))
            continue
        lost += 1
        part = tree.lost(f, path, happens=fate == "lost", **ask)
        waiting += [part] if fate == LATE else []
        if len(waiting) == LOST:
            tree.late(waiting.pop(0))
    for part in waiting:
        tree.late(part)
    told += [tree.get(path) for path in PATHS[:2]]
    return tree, told


def falsify(data, told):
    """Change one answer into what another answer about the same path told, or into something made up."""
    row = data.draw(st.sampled_from(told))
    same = [other for other in told if (other["f"], other["key"]) == (row["f"], row["key"])]
    other = data.draw(st.sampled_from(same))
    fields = ("type", "error", "value", "stat")
    lies = [{name: other.get(name, "" if name == "error" else None) for name in fields}]
    if row["f"] in {"get", "exists", "children"}:
        lies += [{"zxid": row["zxid"] - 1}, {"zxid": row["zxid"] + 1}]
        lies += [{"value": False, "stat": None}] if row["f"] == "exists" else [GONE]
    if row["f"] == "get" and row["type"] == "ok":
        lies.append({"value": "made up"})
    if row["f"] == "children" and row.get("value"):
        lies.append({"value": row["value"][1:]})
    row |= data.draw(st.sampled_from(lies))


def verdicts(tree):
    history = tree.history()
    return {name: guarantees()[name].check(history) for name in NAMES}


SETTINGS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(calls)
def test_what_a_tree_answered_is_explained_and_no_violation(script):
    tree, _ = play(script)
    assert explained(tree.history(), tree.z)
    for name, result in verdicts(tree).items():
        assert result.verdict is not Verdict.VIOLATION, (name, result.sentence)


@SETTINGS
@given(calls, st.data())
def test_what_some_placement_explains_is_no_violation(script, data):
    tree, told = play(script)
    falsify(data, told)
    if explained(tree.history(), tree.z + 1):
        for name, result in verdicts(tree).items():
            assert result.verdict is not Verdict.VIOLATION, (name, result.sentence)


@SETTINGS
@given(calls, st.data())
def test_what_no_placement_explains_is_a_violation_where_every_write_was_answered(script, data):
    tree, told = play([(call[0], "answered", *call[2:]) if len(call) > 1 else call for call in script])
    # Other answers may speak of nodes from before the history.
    dated = {("get", path) for path in PATHS} | {("exists", path) for path in PATHS} | {("children", "/a")}
    falsify(data, [row for row in told if (row["f"], row["key"]) in dated])
    right = explained(tree.history(), tree.z)
    red = [name for name, result in verdicts(tree).items() if result.verdict is Verdict.VIOLATION]
    assert right == (not red), red


def two_lost_deletes(f):
    """Two deletes are lost, either of which may have happened; the call after them finds nothing."""
    tree = SmallTree()
    tree.create("/a")
    tree.lost("delete", "/a", happens=False)
    tree.lost("delete", "/a")
    getattr(tree, f)("/a")
    return tree.history()


@pytest.mark.parametrize(
    ("name", "f"),
    [("prefix-reads", "get"), ("write-legality", "set"), ("write-legality", "create"), ("durability", "get")],
)
def test_a_search_that_was_broken_off_is_no_verdict(monkeypatch, name, f):
    history = two_lost_deletes(f)
    assert guarantees()[name].check(history).verdict is Verdict.VALID
    monkeypatch.setattr(placing, "Settler", partial(Settler, budget=1))
    result = check(name, two_lost_deletes(f))
    assert result.verdict is Verdict.UNKNOWN
    assert result.violations == ()
    assert result.missing[-1] == (
        "The search among 2 writes of /a without an answer (delete of app1/1.2 and delete of app1/1.3) "
        "was broken off: nobody knows which of them happened."
    )


def test_a_search_that_was_broken_off_hides_no_violation_elsewhere(monkeypatch):
    monkeypatch.setattr(placing, "Settler", partial(Settler, budget=1))
    tree = SmallTree()
    tree.create("/a")
    tree.create("/b")
    tree.lost("delete", "/a")
    tree.exists("/a")
    tree.get("/b", value="made up")
    result = check("prefix-reads", tree.history())
    assert [one.kind for one in result.violations] == ["wrong-value"]
    assert "broken off" in result.missing[0]
