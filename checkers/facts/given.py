"""The nodes that were there when the history began, though no Stat tells so."""

import numpy as np
from numpy.typing import NDArray

from checkers.facts.candidates import Candidates
from checkers.facts.effects import APPEAR, SOMEBODY, Effects, row, table
from checkers.facts.evidence import SEEN, Evidence
from checkers.facts.paths import Paths
from checkers.facts.placing import contradictions
from checkers.facts.positions import Positions
from checkers.facts.sightings import Listings, Sightings
from checkers.facts.timeline import Timeline
from checkers.facts.transactions import CREATE
from harness.history.columns import I4, I8


def given(
    line: Timeline,
    said: Evidence,
    seen: Sightings,
    shown: Listings,
    candidates: Candidates,
    paths: Paths,
    positions: Positions,
    items: I4,
    first: int,
    last: int,
) -> Effects:
    """Return what somebody had made before the first zxid of the history.

    A statement says that it was there; no create of it, or of its parent, is known from before that, none of
    it may have happened, and no Stat tells that it is younger.
    """
    odd = contradictions(line, said)
    odd = odd[said.alive[odd]]
    path, place, zxid = _first_lists(line, shown, paths, positions, items, first, last)
    path = np.concatenate((said.path[odd], path))
    place = np.concatenate((said.key[odd] - said.path[odd] * line.span, place))
    zxid = np.concatenate((said.zxid[odd] - said.before[odd], zxid))
    old = ~_made(line, path, place) & ~_below_young(line, paths, path, place, first)
    dated = said.role[odd] == SEEN
    dated[dated] = seen.stat[said.row[odd[dated]]] >= 0
    dated &= old[: len(odd)]
    old &= ~np.isin(path, path[: len(odd)][dated])
    loose = {
        one
        for one, until in zip(path[old].tolist(), zxid[old].tolist(), strict=True)
        if not candidates.anew(one, 0, until + 1)
    }
    return table([row(one, 0, APPEAR, owner=SOMEBODY) for one in sorted(loose)])


def _first_lists(
    line: Timeline, shown: Listings, paths: Paths, positions: Positions, items: I4, first: int, last: int
) -> tuple[I8, I8, I8]:
    """Return the children in the first list of each parent that was not made before it: path, place, zxid."""
    _, rows = np.unique(shown.path, return_index=True)
    rows = rows[shown.zxid[rows] <= last]
    place = positions.after(shown.zxid[rows])
    old = ~_made_here(line, shown.path[rows], place, first)
    old &= ~_below_young(line, paths, shown.path[rows], place, first)
    rows, place = rows[old], place[old]
    count = shown.count[rows]
    children = [
        paths.child(int(shown.path[row]), name)
        for row in rows.tolist()
        for name in items[shown.first[row] : shown.first[row] + shown.count[row]].tolist()
    ]
    return np.array(children, np.int64), np.repeat(place, count), np.repeat(shown.zxid[rows], count)


def _made(line: Timeline, path: I4 | I8, place: I8) -> NDArray[np.bool_]:
    """Tell which paths were made, as far as is known, before some places."""
    return _among(line.keys[np.isin(line.effects.kind, (CREATE, APPEAR))], line.span, path, place)


def _below_young(line: Timeline, paths: Paths, path: I4 | I8, place: I8, first: int) -> NDArray[np.bool_]:
    """Tell which paths have an ancestor made within the history before some places: none is older than it."""
    young = np.zeros(len(path), bool)
    above, rows = paths.parents(path), np.arange(len(path))
    while len(rows):
        rows, above = rows[above >= 0], above[above >= 0]
        young[rows] |= _made_here(line, above, place[rows], first)
        above = paths.parents(above)
    return young


def _made_here(line: Timeline, path: I4 | I8, place: I8, first: int) -> NDArray[np.bool_]:
    """Tell which paths were made within the history before some places."""
    return _among(
        line.keys[(line.effects.kind == CREATE) & (line.effects.zxid >= first)], line.span, path, place
    )


def _among(keys: I8, span: int, path: I4 | I8, place: I8) -> NDArray[np.bool_]:
    begin = path.astype(np.int64) * span
    found: NDArray[np.bool_] = np.searchsorted(keys, begin) < np.searchsorted(keys, begin + place, "right")
    return found
