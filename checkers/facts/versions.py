"""Versions counted, and where a Stat claims more sets than are known, filled up with unknown ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from checkers.facts.effects import APPEAR, Effects
from checkers.facts.transactions import CREATE, SET
from harness.history.columns import I4, I8

Room = Callable[[int, int, int], int]
"""How many unknown sets of a path may have happened between two zxids, both exclusive."""


@dataclass(slots=True)
class Versions:
    """One entry an effect; `odd` are the rows of those whose claims nothing explains."""

    version: I4
    odd: I8


def versions(changes: Effects, born: I8, start: I8, room: Room, first: int) -> Versions:
    """Count the sets since each node was made, for effects sorted by (path, place).

    `born` is the row at which the node was made, or -1; `start` the first row of the path. A claim that
    is ahead of the count shows unknown sets, as long as there are enough of them; one that does not is odd,
    and is followed only where the next claim agrees with it.
    """
    sets = np.cumsum(changes.kind == SET)
    base = np.where(born >= 0, born, start - 1)
    # A path whose node nobody made is a node of its own, told apart from the last of the path before.
    nodes = np.where(born >= 0, born, -2 - start)
    counted = sets - np.where(base >= 0, sets[base], 0)
    claims = np.flatnonzero((changes.claimed >= 0) & ((changes.kind == SET) | (changes.kind == CREATE)))
    ahead = (changes.claimed - counted)[claims]
    before = np.zeros(len(claims), np.int64)
    same = nodes[claims[1:]] == nodes[claims[:-1]]
    before[1:] = np.where(same, ahead[:-1], 0)
    shifts = np.zeros(len(sets), np.int64)
    odd: list[int] = []
    offset, node = 0, -1
    for place in np.flatnonzero(ahead != before).tolist():
        claim = int(claims[place])
        if int(nodes[claim]) != node:
            offset, node = 0, int(nodes[claim])
        more = int(ahead[place]) - offset
        if not more:
            continue
        known = place > 0 and nodes[claims[place - 1]] == node
        around = claims[place - known : place + 1].tolist()
        if not _explained(changes, int(born[claim]), around, more, room, first):
            odd.append(claim)
            agrees = place + 1 < len(claims) and nodes[claims[place + 1]] == node
            if not agrees or ahead[place + 1] != ahead[place]:
                continue
        offset += more
        shifts[claim] += more
    if np.any(shifts):
        total = np.cumsum(shifts)
        counted = counted + total - np.where(base >= 0, total[base], 0)
    # Of a node that was there before, or came unseen, nobody knows the version until somebody tells it.
    unsure = (born < 0) | np.isin(changes.kind[born], (APPEAR,)) | (changes.zxid[born] < first)
    told = np.cumsum(np.isin(np.arange(len(sets)), claims))
    heard = told - np.where(base >= 0, told[base], 0) > 0
    return Versions(np.where(unsure & ~heard, -1, counted).astype(np.int32), np.array(odd, np.int64))


def _explained(changes: Effects, birth: int, claims: list[int], more: int, room: Room, first: int) -> bool:
    """Tell whether unknown sets explain a claim, the last of `claims`, that is `more` ahead of the count."""
    claim = claims[-1]
    if len(claims) == 1 and (birth < 0 or changes.kind[birth] == APPEAR or changes.zxid[birth] < first):
        return True
    before = birth if len(claims) == 1 else claims[0]
    # A transaction of which only a Stat tells may have set the path more than that once.
    since = changes.since[before] - (changes.call[before] < 0)
    until = changes.zxid[claim] + (changes.call[claim] < 0)
    return 0 < more <= room(int(changes.path[claim]), int(since), int(until))
