"""Answers of the small tree made wrong, and what is demanded of the violation that this is."""

from typing import Any

from checkers.result import Violation
from tests.unit.checkers.talk import check, kinds
from tests.unit.facts.small_tree import Row, SmallTree


def refused(row: Row, error: str, **told: Any) -> Row:
    """Let an answer be a refusal."""
    for name in ("value", "stat"):
        row.pop(name, None)
    row |= {"type": "fail", "error": error, **told}
    return row


def accepted(row: Row, **told: Any) -> Row:
    """Let an answer be a success."""
    for name in ("value", "error"):
        row.pop(name, None)
    row |= {"type": "ok", **told}
    return row


def only(name: str, tree: SmallTree, kind: str, path: str, zxid: int) -> Violation:
    """Demand one violation of a kind, which is about a path and names it and the transaction."""
    assert kinds(name, tree) == [kind]
    (found,) = check(name, tree.history()).violations
    assert found.key == path
    assert path in found.sentence
    assert hex(zxid) in found.sentence
    return found
