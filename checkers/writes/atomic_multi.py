"""A `multi` happens as a whole or not at all: no read sees a part of it.

Broken when a read whose prefix holds a multi, acknowledged or shown by a Stat, shows one of its paths exactly
as it was right before the multi (`half-seen`), though the multi's answer, or somebody else's read, shows
that its other parts took effect; or when a read whose prefix ends before the multi shows a path as the
multi left it (`seen-early`). When every sighting of the multi's other paths lacks it as well, the multi is
lost as a whole, which is a matter of `durability`.

It is sound because the state right before the multi, and its zxid, do not depend on an unknown write: each
is named by the read's own Stat, or told by an acknowledged write.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.transactions import CREATE, DELETE, SET
from checkers.facts.tree import Tree, tree
from checkers.narration import Narration
from checkers.reads.misreadings import DELETED, OLDER, UNMADE, UNWRITTEN, misreadings
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import MOST
from checkers.wording import count, token
from harness.history import History
from harness.history.columns import I8

NAME = "atomic-multi"


@guarantee(NAME, "A multi happens as a whole or not at all.", upon=tree)
def atomic_multi(history: History) -> Result:
    """Judge every multi that happened; `checked` counts the sightings of paths as a multi had left them."""
    known = history.derive(tree)
    multi = _multi_rows(known)
    seen = known.seen
    state = known.at(seen.path, known.positions.after(seen.zxid))
    shown = int(np.isin(state, multi).sum())
    multis = len(np.unique(known.line.effects.zxid[multi]))
    return conclude(
        NAME,
        held=f"{count(multis, 'multi')} were seen whole in {count(shown, 'sighting')} of what they left.",
        checked=shown,
        violations=list(_violations(history, known, multi)),
        missing=[] if shown else ["No read saw what a multi had left, so none could see half of one."],
        measures={"multis": multis, "sightings": shown},
    )


def _multi_rows(known: Tree) -> I8:
    """Return the rows of the timeline that are effects of a multi on more than one path."""
    effects = known.line.effects
    writes = np.flatnonzero(np.isin(effects.kind, (CREATE, SET, DELETE)) & (effects.call >= 0))
    writes = writes[np.lexsort((effects.path[writes], effects.zxid[writes]))]
    zxid, path = effects.zxid[writes], effects.path[writes]
    new = np.ones(len(writes), bool)
    new[1:] = zxid[1:] != zxid[:-1]
    other = np.zeros(len(writes), np.int64)
    other[1:] = ~new[1:] & (path[1:] != path[:-1])
    which = np.cumsum(new) - 1
    several = np.bincount(which, other) > 0
    found: I8 = np.sort(writes[several[which]])
    return found


def _violations(history: History, known: Tree, multi: I8) -> Iterator[Violation]:
    found = history.derive(misreadings)
    early = _early(history, known, multi)
    rows = np.concatenate((_without(history, known, multi), early))
    times = history.calls.completed[known.seen.call[found.seen[rows]]]
    too_soon, told = set(early.tolist()), 0
    for row in rows[np.argsort(times, kind="stable")].tolist():
        if row in too_soon:
            yield _early_violation(history, known, row)
        elif not _lost_whole(known, int(found.state[row]), set(found.seen.tolist())):
            yield _half_violation(history, known, row)
        else:
            continue
        told += 1
        if told == MOST:
            return


def _without(history: History, known: Tree, multi: I8) -> I8:
    """Return the misreadings that show a path as it was right before a multi that their prefix holds."""
    found, line, seen = history.derive(misreadings), known.line, known.seen
    rows = np.flatnonzero(np.isin(found.kind, OLDER) & np.isin(found.state, multi))
    path, zxid = line.effects.path[found.state[rows]], line.effects.zxid[found.state[rows]]
    before = known.at(path, known.positions.before(zxid))
    sighting = found.seen[rows]
    alive, stat = seen.alive[sighting], seen.stat[sighting]
    mzxid = np.append(history.columns.stats.mzxid, -1)[stat]
    same = (alive == line.alive[before]) & (~alive | (stat < 0) | (mzxid == line.mzxid[before]))
    found_rows: I8 = rows[same]
    return found_rows


def _early(history: History, known: Tree, multi: I8) -> I8:
    """Return the misreadings that show what a multi left although their prefix does not hold it."""
    found, seen = history.derive(misreadings), known.seen
    # Where the multi creates the path, nothing should have been there.
    early_kinds = np.isin(found.kind, (UNWRITTEN, UNMADE, DELETED))
    rows = np.flatnonzero(early_kinds & (seen.stat[found.seen] >= 0))
    mzxid = history.columns.stats.mzxid[seen.stat[found.seen[rows]]]
    left = known.at(seen.path[found.seen[rows]], known.positions.after(mzxid))
    written = np.isin(left, multi) & (np.append(known.line.effects.zxid, -1)[left] == mzxid)
    early = (mzxid > seen.zxid[found.seen[rows]]) & written
    found_rows: I8 = rows[early]
    return found_rows


def _others(known: Tree, state: int) -> I8:
    """Return the timeline's rows of a multi's effects on other paths, the last one of each."""
    effects = known.line.effects
    rows = np.flatnonzero((effects.zxid == effects.zxid[state]) & (effects.path != effects.path[state]))
    last = np.ones(len(rows), bool)
    last[:-1] = effects.path[rows[1:]] != effects.path[rows[:-1]]
    found: I8 = rows[last]
    return found


def _sightings(known: Tree, row: int) -> I8:
    """Return the sightings that should show a path exactly as an effect left it."""
    seen, line = known.seen, known.line
    path = int(line.effects.path[row])
    left, right = np.searchsorted(seen.path, [path, path + 1])
    state = known.at(seen.path[left:right], known.positions.after(seen.zxid[left:right]))
    found: I8 = np.flatnonzero(state == row) + left
    return found


def _lost_whole(known: Tree, state: int, wrong: set[int]) -> bool:
    """Tell whether all that ever looked at a multi's other paths lacks the multi, too."""
    seen = [int(one) for row in _others(known, state).tolist() for one in _sightings(known, row)]
    return bool(seen) and all(one in wrong for one in seen)


def _half_violation(history: History, known: Tree, row: int) -> Violation:
    found, say = history.derive(misreadings), Narration(history)
    line, state = known.line, int(found.state[row])
    call, multi = int(known.seen.call[found.seen[row]]), int(line.effects.call[state])
    others = _others(known, state)
    right = _right(history, known, others.tolist())
    path = known.paths.say(int(line.effects.path[state]))
    other = known.paths.say(int(line.effects.path[others[0]]))
    shown = f"{say.answered(right)} shows that it changed" if right >= 0 else "it changed"
    before = int(known.at(*_place_before(known, state))[0])
    calls, events = say.traces(line, (before, int(line.born[state]), int(line.born[before])))
    return say.violation(
        "half-seen",
        (
            f"{path} was in {say.answered(call)} as it was before the multi of {say.who(multi)} (transaction "
            f"{token(int(line.effects.zxid[state]))}, {say.outcome(multi)}), though {shown} {other}, too."
        ),
        path,
        call,
        [multi, right, *calls],
        events,
    )


def _right(history: History, known: Tree, states: Iterable[int]) -> int:
    """Return a call that rightly shows one of some states, -1 where none does."""
    wrong = set(history.derive(misreadings).seen.tolist())
    seen = (int(one) for state in states for one in _sightings(known, state))
    return next((int(known.seen.call[one]) for one in seen if one not in wrong), -1)


def _place_before(known: Tree, state: int) -> tuple[I8, I8]:
    effects = known.line.effects
    zxid = effects.zxid[state : state + 1]
    return effects.path[state : state + 1].astype(np.int64), known.positions.before(zxid)


def _early_violation(history: History, known: Tree, row: int) -> Violation:
    found, say = history.derive(misreadings), Narration(history)
    sighting = int(found.seen[row])
    call, zxid = int(known.seen.call[sighting]), known.seen.zxid[sighting]
    stat = known.seen.stat[sighting]
    mzxid = history.columns.stats.mzxid[stat : stat + 1]
    left = known.at(known.seen.path[sighting : sighting + 1], known.positions.after(mzxid))
    multi = int(known.line.effects.call[left[0]])
    right = _right(history, known, [int(left[0]), *_others(known, int(left[0])).tolist()])
    state = int(found.state[row])
    calls, events = say.traces(known.line, (state, int(known.line.born[state])))
    path = known.paths.say(int(known.seen.path[sighting]))
    return say.violation(
        "seen-early",
        (
            f"{path} was in {say.answered(call)} as the multi of {say.who(multi)} left it in transaction "
            f"{token(int(mzxid[0]))}, though the answer shows only what happened up to {token(int(zxid))}."
        ),
        path,
        call,
        [multi, right, *calls],
        events,
    )
