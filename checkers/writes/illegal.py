"""Answers to writes that do not fit to the claimed tree right before their zxids."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.facts.effects import CONTAINER_OWNER, NOBODY, SOMEBODY
from checkers.facts.evidence import ABOVE, REFUSED, WRITTEN
from checkers.facts.refused import (
    BAD_VERSION,
    EPHEMERAL_PARENT,
    NO_NODE,
    NODE_EXISTS,
    NOT_EMPTY,
    POSSIBLE,
)
from checkers.facts.transactions import CREATE, SET, Transactions
from checkers.facts.tree import Tree
from harness.history.columns import I8, SEQUENCE

FALSE = {
    NO_NODE: "false-no-node",
    NODE_EXISTS: "false-node-exists",
    BAD_VERSION: "false-bad-version",
    NOT_EMPTY: "false-not-empty",
    EPHEMERAL_PARENT: "false-no-children",
}
"""Kinds of violations by the reason that was given wrongly."""


@dataclass(frozen=True, slots=True)
class Illegal:
    """One answer that is wrong."""

    kind: str
    call: int
    path: int
    """Path of whose state the answer is wrong."""
    zxid: int
    part: int
    state: int
    """Row of the timeline: the state of that path."""
    number: int = -1
    """Version that was expected, or told."""


def illegal(known: Tree, done: Transactions) -> Iterator[Illegal]:
    """Yield everything that is wrong, in no particular order."""
    yield from _existence(known)
    yield from _made_paths(known, done)
    yield from _below_ephemerals(known, done)
    yield from _expected(known, done)
    yield from _new_versions(known)
    yield from _not_empty(known)


def _existence(known: Tree) -> Iterator[Illegal]:
    said, effects, refusals = known.evidence, known.effects, known.refusals
    rows = known.wrong[said.role[known.wrong] >= WRITTEN]
    states = known.line.at(said.key[rows])
    for row, state in zip(rows.tolist(), states.tolist(), strict=True):
        role, at = int(said.role[row]), int(said.row[row])
        if role == REFUSED:
            kind, call, part = FALSE[int(refusals.reason[at])], int(refusals.call[at]), int(refusals.part[at])
        else:
            call, part = int(effects.call[at]), int(effects.part[at])
            kind = "node-existed" if effects.kind[at] == CREATE else "node-missing"
            kind = "parent-missing" if role == ABOVE else kind
        if call >= 0:
            yield Illegal(kind, call, int(said.path[row]), int(said.zxid[row]), part, state)


def _judged(known: Tree, zxid: I8, path: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Tell which rows can be judged: the history is complete up to there, and the path was searched."""
    found: NDArray[np.bool_] = (zxid <= known.last) & ~np.isin(path, list(known.undecided))
    return found


def _made_paths(known: Tree, done: Transactions) -> Iterator[Illegal]:
    wrong = (done.kind == CREATE) & (done.flags & SEQUENCE == 0) & (done.path != done.asked)
    for row in np.flatnonzero(wrong & (done.zxid <= known.last)).tolist():
        yield Illegal(
            "wrong-path",
            int(done.call[row]),
            int(done.asked[row]),
            int(done.zxid[row]),
            int(done.part[row]),
            -1,
            int(done.path[row]),
        )


def _below_ephemerals(known: Tree, done: Transactions) -> Iterator[Illegal]:
    rows = np.flatnonzero(done.kind == CREATE)
    parent = known.paths.parents(done.path[rows])
    state = known.at(parent, known.positions.before(done.zxid[rows], done.part[rows]))
    owner = known.line.owner[state]
    owned = known.line.alive[state] & ~np.isin(owner, (NOBODY, SOMEBODY, CONTAINER_OWNER))
    for at in np.flatnonzero(owned & (parent >= 0) & _judged(known, done.zxid[rows], parent)).tolist():
        row = int(rows[at])
        if _anew(known, int(parent[at]), int(state[at]), int(done.zxid[row])):
            continue
        yield Illegal(
            "below-ephemeral",
            int(done.call[row]),
            int(parent[at]),
            int(done.zxid[row]),
            int(done.part[row]),
            int(state[at]),
        )


def _expected(known: Tree, done: Transactions) -> Iterator[Illegal]:
    """Yield what succeeded although the version was another one than it expected."""
    line = known.line
    rows = np.flatnonzero((done.expected >= 0) & (done.kind != CREATE))
    path = done.path[rows].astype(np.int64)
    before = known.positions.before(done.zxid[rows], done.part[rows])
    state = known.at(path, before)
    version = line.version[state].astype(np.int64)
    # What a set left tells what it found, where unknown sets came in between.
    sets = np.flatnonzero((done.kind[rows] == SET) & (done.stat[rows] >= 0))
    version[sets] = line.version[known.at(path[sets], before[sets] + 1)] - 1
    odd = line.alive[state] & (version >= 0) & (version != done.expected[rows])
    for at in np.flatnonzero(odd & _judged(known, done.zxid[rows], path)).tolist():
        row, rise = int(rows[at]), int(done.expected[rows[at]] - version[at])
        where = int(path[at]), int(state[at]), int(done.zxid[row])
        if not 0 < rise <= _room(known, *where) and not _anew(known, *where):
            yield Illegal(
                "version-mismatch",
                int(done.call[row]),
                int(path[at]),
                int(done.zxid[row]),
                int(done.part[row]),
                int(state[at]),
                int(done.expected[row]),
            )


def _room(known: Tree, path: int, state: int, zxid: int) -> int:
    """Return how many unknown sets there may have been between a state's known version and a transaction."""
    return known.candidates.room(path, int(known.line.pinned[state]), zxid)


def _anew(known: Tree, path: int, state: int, zxid: int) -> bool:
    """Tell whether the node may have been made anew, unseen, between a state and a transaction."""
    return known.candidates.anew(path, int(known.line.effects.since[state]), zxid)


def _new_versions(known: Tree) -> Iterator[Illegal]:
    """Yield Stats that answers to writes told with a wrong new version."""
    line = known.line
    effects = line.effects
    for state in line.odd.tolist():
        told = effects.call[state] >= 0 and effects.stat[state] >= 0
        path, zxid = int(effects.path[state]), int(effects.zxid[state])
        if told and zxid <= known.last and path not in known.undecided:
            yield Illegal(
                "wrong-new-version",
                int(effects.call[state]),
                path,
                zxid,
                int(effects.part[state]),
                state,
                int(effects.claimed[state]),
            )


def _not_empty(known: Tree) -> Iterator[Illegal]:
    """Yield deletes that succeeded although there were children."""
    table, effects = known.lists, known.effects
    for misfit in known.misfits:
        row = int(table.deleted[misfit.row])
        if row >= 0 and effects.call[row] >= 0:
            place = table.place[misfit.row : misfit.row + 1]
            state = int(known.line.at(misfit.child * known.line.span + place)[0])
            yield Illegal(
                "not-empty",
                int(effects.call[row]),
                misfit.child,
                int(effects.zxid[row]),
                int(effects.part[row]),
                state,
            )


def illegal_refusals(known: Tree) -> Iterator[Illegal]:
    """Yield refusals whose reason the state does not bear out, beyond whether the path was there."""
    refusals, line = known.refusals, known.line
    rows = np.flatnonzero(~refusals.tentative & _judged(known, refusals.zxid, refusals.subject))
    state = known.at(refusals.subject[rows], known.positions.before(refusals.zxid[rows]))
    rows, state = rows[line.alive[state]], state[line.alive[state]]
    reason, zxid, version = refusals.reason[rows], refusals.zxid[rows], line.version[state]
    expected = refusals.expected[rows]
    right = (reason == BAD_VERSION) & ((expected < 0) | (version == expected))
    owner = line.owner[state]
    free = (reason == EPHEMERAL_PARENT) & np.isin(owner, (NOBODY, CONTAINER_OWNER))
    count, _ = known.family.numbers(refusals.subject[rows], known.positions.before(zxid))
    empty = (reason == NOT_EMPTY) & (count == 0)
    impossible = np.zeros(len(rows), bool)
    for kind, reasons in POSSIBLE.items():
        impossible |= (refusals.kind[rows] == kind) & ~np.isin(reason, reasons)
    for at in np.flatnonzero(right | free | empty | impossible).tolist():
        row, path = int(rows[at]), int(refusals.subject[rows[at]])
        where = path, int(state[at]), int(zxid[at])
        if right[at] and expected[at] >= 0 and (_room(known, *where) or _anew(known, *where)):
            continue
        if free[at] and _anew(known, *where):
            continue
        if empty[at] and (
            _perhaps_children(known, path, int(zxid[at])) or _perhaps_old_children(known, *where)
        ):
            continue
        yield Illegal(
            FALSE[int(reason[at])],
            int(refusals.call[row]),
            path,
            int(zxid[at]),
            int(refusals.part[row]),
            int(state[at]),
            int(expected[at]),
        )


def _perhaps_children(known: Tree, parent: int, zxid: int) -> bool:
    """Tell whether a child may have been there of which nobody knows exactly when it came or went."""
    candidates, assumed = known.candidates, known.assumed
    unseen = any(
        candidates.unknown.kind[row] == CREATE and candidates.fits(row, known.first, zxid - 1)
        for row in candidates.parents.get(parent, ())
        if row not in candidates.located
    )
    children = known.paths.parents(assumed.path) == parent
    return unseen or bool(np.any(children & (assumed.since <= zxid) & (assumed.zxid >= zxid)))


def _perhaps_old_children(known: Tree, parent: int, state: int, zxid: int) -> bool:
    """Tell whether a node may have had children before the history began: it is older, and was not listed."""
    table, born = known.lists, int(known.line.born[state])
    if born >= 0 and int(known.line.effects.zxid[born]) >= known.first:
        return False
    left, right = np.searchsorted(table.parent, [parent, parent + 1])
    place = int(known.positions.before(np.array([zxid]))[0])
    return not bool(np.any(table.place[left:right] <= place))
