"""The guarantees about writes, as their sentences say them; quadratic, and meant to be obvious."""

from dataclasses import replace
from itertools import combinations
from typing import Any

from tests.simulation.oracle_sights import older, sights
from tests.simulation.oracle_state import (
    CONTAINER,
    Claims,
    Node,
    State,
    add,
    answer,
    parent_of,
    parts,
    remove,
)


def unique_zxid(claims: Claims) -> bool:
    """Two acknowledged transactions share a zxid."""
    return any(one.zxid == other.zxid for one, other in combinations(claims.steps, 2))


def write_order(claims: Claims) -> bool:
    """A write completed before another was invoked, yet its zxid is greater."""
    return any(
        answer(one).time < other.invoke.time and answer(one).zxid > answer(other).zxid
        for one in claims.writes
        for other in claims.writes
    )


def write_legality(claims: Claims) -> bool:
    """A result differs from that of a model in the state just before."""
    for step in claims.steps:
        op = step.op
        if op is None:
            continue
        error, number = _judgement(step.before, op.invoke.f, op.invoke.key, op.invoke.value)
        if error != answer(op).error or (op.invoke.f == "multi" and error and number != answer(op).value):
            return True
        if op.outcome == "ok" and any(
            f == "create" and told != path and not ask.get("sequence") for f, path, ask, told in parts(op)
        ):
            return True
        stat = answer(op).stat
        if op.invoke.f == "set" and stat is not None and stat.version != step.after[op.invoke.key].version:
            return True
    return False


def _judgement(state: State, f: str, path: str, value: Any) -> tuple[str, int]:
    """Return the error that a write deserves, and the part of a multi that is the cause."""
    if f != "multi":
        return _verdict(dict(state), f, path, value or {}), 0
    draft = dict(state)
    for number, part in enumerate(value):
        error = _verdict(draft, part["f"], part["key"], part)
        if error:
            return error, number
    return "", 0


def _verdict(state: State, f: str, path: str, ask: dict[str, Any]) -> str:
    """Return the error of one write, and change the state where there is none."""
    if f == "create":
        return _verdict_on_create(state, path, ask)
    if path not in state:
        return "NoNodeError"
    node = state[path]
    if ask.get("version", -1) not in {-1, node.version}:
        return "BadVersionError"
    if f == "delete" and node.children:
        return "NotEmptyError"
    if f == "delete":
        remove(state, path)
    elif f == "set":
        state[path] = replace(node, version=node.version + 1)
    return ""


def _verdict_on_create(state: State, path: str, ask: dict[str, Any]) -> str:
    above = state.get(parent_of(path))
    if above is None:
        return "NoNodeError"
    if ask.get("sequence"):
        path = f"{path}{above.made:010d}"
    if path in state:
        return "NodeExistsError"
    if above.owner not in {0, CONTAINER}:
        return "NoChildrenForEphemeralsError"
    add(state, path, Node(0, 0, 0, 1 if ask.get("ephemeral") else 0, ""))
    return ""


def compare_and_set(claims: Claims) -> bool:
    """Two sets on one version of one node succeed, or a returned version is not the expected one plus 1."""
    seen = set()
    for op in claims.done:
        stat = answer(op).stat
        expected = (op.invoke.value or {}).get("version", -1) if op.invoke.f == "set" else -1
        if expected == -1 or stat is None:
            continue
        row = (op.invoke.key, stat.czxid, expected)
        if row in seen or stat.version != expected + 1:
            return True
        seen.add(row)
    return False


def atomic_multi(claims: Claims) -> bool:
    """A read lacks what a multi had done to a node, or shows it too early."""
    multis = {step.zxid for step in claims.steps if step.op is not None and step.op.invoke.f == "multi"}
    for sight in sights(claims):
        last = claims.last_write(sight.path, sight.zxid)
        if last is not None and last.zxid in multis and older(sight, last):
            return True
        if sight.stat is not None and sight.stat.mzxid in multis and sight.stat.mzxid > sight.zxid:
            return True
    return False


def durability(claims: Claims) -> bool:
    """A read shows a node as it was before an acknowledged write that the read's prefix holds."""
    for sight in sights(claims):
        last = claims.last_write(sight.path, sight.zxid)
        if last is not None and older(sight, last):
            return True
    return False


def sequence_names(claims: Claims) -> bool:
    """A suffix is not the number of creates before it under that incarnation of the parent."""
    for step in claims.steps:
        if step.op is None or step.op.outcome != "ok":
            continue
        made: dict[str, int] = {}
        for f, path, ask, told in parts(step.op):
            above = parent_of(path)
            if f == "create" and above in step.before:
                number = step.before[above].made + made.get(above, 0)
                made[above] = made.get(above, 0) + 1
                if ask.get("sequence") and told != f"{path}{number:010d}":
                    return True
    return False
