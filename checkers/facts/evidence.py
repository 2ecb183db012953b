"""Everything that says of a path that it was there, or was not: reads, writes that succeeded, refusals."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checkers.facts.effects import Effects
from checkers.facts.paths import Paths
from checkers.facts.positions import Positions
from checkers.facts.refused import NO_NODE, Refused
from checkers.facts.sightings import Sightings
from checkers.facts.transactions import CREATE
from harness.history.columns import I8, U1

SEEN, WRITTEN, ABOVE, REFUSED = range(4)
"""What speaks: a read, a write of the path itself, the create of a child, a refusal."""


@dataclass(slots=True, kw_only=True)
class Evidence:
    """One row a statement that a path was, or was not, there at a place; sorted by (path, place)."""

    key: I8
    path: I8
    zxid: I8
    """The state is that after this zxid for SEEN, and that right before it for the others."""
    alive: NDArray[np.bool_]
    role: U1
    row: I8
    """Row of the sightings, effects or refusals."""
    before: NDArray[np.bool_]
    """Nothing but the transaction that says it has the zxid, which so is no unknown one's."""

    def __len__(self) -> int:
        return len(self.key)


def evidence(
    seen: Sightings, effects: Effects, refusals: Refused, paths: Paths, positions: Positions, last: int
) -> Evidence:
    """Gather the statements up to the zxid `last`.

    A refusal that earlier parts of its own multi come into is none.
    """
    written = np.flatnonzero(effects.kind <= 3)
    makes = written[effects.kind[written] == CREATE]
    parent = paths.parents(effects.path[makes])
    makes, parent = makes[parent >= 0], parent[parent >= 0]
    alone = np.flatnonzero(~refusals.tentative)
    groups: tuple[tuple[NDArray[Any], ...], ...] = (
        (seen.path, seen.zxid, positions.after(seen.zxid), seen.alive, np.arange(len(seen))),
        (
            effects.path[written],
            effects.zxid[written],
            positions.before(effects.zxid[written], effects.part[written]),
            effects.kind[written] != CREATE,
            written,
        ),
        (
            parent,
            effects.zxid[makes],
            positions.before(effects.zxid[makes], effects.part[makes]),
            np.ones(len(makes), bool),
            makes,
        ),
        (
            refusals.subject[alone],
            refusals.zxid[alone],
            positions.before(refusals.zxid[alone]),
            refusals.reason[alone] != NO_NODE,
            alone,
        ),
    )
    path, zxid, place, alive, row = (np.concatenate([group[i] for group in groups]) for i in range(5))
    role = np.repeat(np.arange(len(groups), dtype=np.uint8), [len(group[0]) for group in groups])
    before = role != SEEN
    # A transaction of which only a Stat tells may have done more than is known.
    own = np.flatnonzero((role == WRITTEN) | (role == ABOVE))
    before[own] = effects.call[row[own]] >= 0
    key = positions.key(path, place)
    order = np.argsort(key, kind="stable")
    order = order[zxid[order] <= last]
    return Evidence(
        key=key[order],
        path=path[order].astype(np.int64),
        zxid=zxid[order],
        alive=alive[order],
        role=role[order],
        row=row[order],
        before=before[order],
    )
