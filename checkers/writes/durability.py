"""What was acknowledged, or seen, stays: no later prefix shows the world as if it had never happened.

Broken when an answer whose prefix holds a write, acknowledged or shown by an earlier read, shows the path as
it was before (`lost-write`), lacks the node (`lost-node`) or still shows a deleted one (`undone-delete`),
and nothing later shows the effect again: no sighting of the path by anybody, or, in the walk of a server at
the end, none of that walk. A wrong answer that is followed by right ones is a matter of `prefix-reads` alone.

It is sound because each such answer differs from the claimed tree however unknown writes are placed (see
`prefix-reads`); nobody has to have read the write in between.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from checkers.conclusion import conclude
from checkers.facts.transactions import CREATE, DELETE, SET
from checkers.facts.tree import Tree, tree
from checkers.facts.undecided import undecided
from checkers.reads.losses import losses
from checkers.reads.misread_lists import list_violation
from checkers.reads.misreadings import DELETED, MISSING, misreadings
from checkers.reads.prefix_reads import violation
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import earliest, events_of
from checkers.wording import count
from checkers.writes.vouched import vouched
from harness.history import History

NAME = "durability"


@guarantee(NAME, "What was acknowledged or seen is never lost.", upon=tree)
def durability(history: History) -> Result:
    """Judge every write; `checked` counts the sightings and lists of paths that had been written."""
    known, found = history.derive(tree), history.derive(misreadings)
    lost = history.derive(losses)
    kinds = known.line.effects.kind
    writes = int(((kinds == CREATE) | (kinds == SET) | (kinds == DELETE)).sum())
    read = found.compared + int((known.lists.deleted < 0).sum())
    nothing = [] if writes and read else ["Nothing was written and read again, so nothing could be lost."]
    return conclude(
        NAME,
        held=f"Of {count(writes, 'effect')} of writes nothing was missing in {count(read, 'later answer')}.",
        checked=read if writes else 0,
        violations=list(_violations(history, known)),
        missing=[*nothing, *undecided(history, known)],
        measures={"writes": writes, "lost": len(lost.rows) + len(lost.misfits)},
    )


def _violations(history: History, known: Tree) -> Iterator[Violation]:
    found, lost = history.derive(misreadings), history.derive(losses)
    times = history.calls.completed[known.seen.call[found.seen[lost.rows]]]
    told: set[str] = set()
    for row in earliest(lost.rows, times):
        kind = int(found.kind[row])
        name = {MISSING: "lost-node", DELETED: "undone-delete"}.get(kind, "lost-write")
        seen, state = int(found.seen[row]), int(found.state[row])
        place = int(known.seen.path[seen]), state, int(known.seen.zxid[seen])
        yield from _once(told, name, _with(history, violation(history, seen, state, kind), *place))
    for misfit in lost.misfits:
        name = "undone-delete" if misfit.listed else "lost-node"
        table, at = known.lists, slice(misfit.row, misfit.row + 1)
        state = int(known.at(np.array([misfit.child]), table.place[at])[0])
        place = misfit.child, state, int(table.zxid[misfit.row])
        yield from _once(told, name, _with(history, list_violation(history, misfit), *place))


def _with(history: History, found: Violation, path: int, state: int, zxid: int) -> Violation:
    """Add who shows the state that an answer differs from."""
    more = events_of(history, vouched(history, history.derive(tree), path, state, zxid))
    return msgspec.structs.replace(found, witness=tuple(sorted({*found.witness, *more})))


def _once(told: set[str], kind: str, found: Violation) -> Iterator[Violation]:
    """Yield the first violation of a path: what follows from one loss is one loss."""
    if found.key not in told:
        told.add(found.key)
        sentence = f"{found.sentence.removesuffix('.')}; no later answer shows it."
        yield msgspec.structs.replace(found, kind=kind, sentence=sentence)
