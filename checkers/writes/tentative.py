"""Refused multis whose cause speaks of what the earlier parts had made of the tree for the moment."""

from collections.abc import Iterator

import numpy as np

from checkers.facts.effects import CONTAINER_OWNER, NOBODY, SOMEBODY, owners
from checkers.facts.refused import BAD_VERSION, EPHEMERAL_PARENT, NO_NODE, NODE_EXISTS, NOT_EMPTY
from checkers.facts.transactions import CREATE, DELETE, KINDS, SET
from checkers.facts.tree import Tree
from checkers.writes.illegal import FALSE, Illegal
from harness.history import History

GONE = (False, -1, SOMEBODY)

Node = tuple[bool, int, int]
"""Whether a path is there, its version, -1 where nobody knows it, and its owner as in `Effects`."""


def illegal_multis(history: History, known: Tree) -> Iterator[Illegal]:
    """Replay the parts before the cause one by one; yield the refusals that have no reason even then.

    A path that an unknown write may have changed is not judged.
    """
    refusals = known.refusals
    for row in np.flatnonzero(refusals.tentative & (refusals.zxid <= known.last)).tolist():
        subject, reason = int(refusals.subject[row]), int(refusals.reason[row])
        if subject in known.undecided or _doubtful(known, subject):
            continue
        state = int(_states(known, subject, row))
        alive, version, owner = _replay(history, known, row, subject)
        expected = int(refusals.expected[row])
        wrong = {
            NO_NODE: alive,
            NODE_EXISTS: not alive,
            BAD_VERSION: not alive or expected < 0 or version == expected,
            NOT_EMPTY: not alive,
            EPHEMERAL_PARENT: not alive or owner in {NOBODY, CONTAINER_OWNER},
        }
        if wrong[reason]:
            yield Illegal(
                FALSE[reason],
                int(refusals.call[row]),
                subject,
                int(refusals.zxid[row]),
                int(refusals.part[row]),
                state,
                expected,
            )


def _doubtful(known: Tree, path: int) -> bool:
    return any(known.candidates.on(kind, path) for kind in (CREATE, SET, DELETE)) or bool(
        np.any(known.assumed.path == path)
    )


def _states(known: Tree, path: int, row: int) -> int:
    place = known.positions.before(known.refusals.zxid[row : row + 1])
    return int(known.at(np.array([path]), place)[0])


def _replay(history: History, known: Tree, row: int, path: int) -> Node:
    """Return what the parts before the cause had made of a path."""
    refusals, parts, texts = known.refusals, history.columns.parts, history.columns.texts
    state = _states(known, path, row)
    line, call = known.line, refusals.call[row]
    node: Node = (bool(line.alive[state]), int(line.version[state]), int(line.owner[state]))
    first = int(history.calls.asked_first[call])
    for part in range(first, first + int(refusals.part[row])):
        if int(parts.key[part]) != path:
            continue
        kind = KINDS.get(texts.say(int(parts.f[part])))
        if kind == CREATE:
            flags, session = parts.flags[part : part + 1], history.calls.session[call : call + 1]
            node = (True, 0, int(owners(np.array([kind]), flags, session)[0]))
        elif kind == DELETE:
            node = GONE
        elif kind == SET:
            node = (node[0], node[1] + 1 if node[1] >= 0 else -1, node[2])
    return node
