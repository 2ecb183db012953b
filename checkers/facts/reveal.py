"""Stats reveal transactions that nobody has answered for: each names the zxids of a create and of a set.

Nothing but a write of the path puts its zxid into `czxid` and `mzxid`. Where the history knows no such write,
one of the unknown ones has that zxid: the one that wrote the data shown with it, or the only one that fits.
What has several candidates happened at that zxid, too, but nobody knows who asked for it.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from checkers.facts.candidates import Candidates
from checkers.facts.effects import NOBODY, SOMEBODY, Effects, Row, row, table
from checkers.facts.positions import Positions
from checkers.facts.sightings import Sightings
from checkers.facts.timeline import Timeline
from checkers.facts.transactions import CHECK, CREATE, EMPTY, SET, UNTOLD
from checkers.facts.unknowns import Unknowns
from harness.history import History
from harness.history.columns import I4, I8, SEQUENCE


@dataclass(slots=True)
class Wanted:
    """A create or set of which only the zxid is known."""

    path: int
    zxid: int
    kind: int
    data: int = UNTOLD
    owner: int | None = None
    version: int = -1
    rows: list[int] = field(default_factory=list)
    """Candidates."""


def reveal(
    history: History,
    line: Timeline,
    positions: Positions,
    seen: Sightings,
    candidates: Candidates,
    first: int,
    last: int,
) -> Effects:
    """Return the effects that Stats reveal beyond those of `line`, and place their calls in `candidates`.

    A Stat that names a zxid which no unknown write can have reveals nothing. What is older than `first`
    was there when the history began, and what is younger than `last` may be the work of a call that the
    history lacks.
    """
    wanted = _wanted(history, line, positions, seen)
    old = [one for one in wanted if one.zxid < first]
    rows = [effect for one in old for effect in _old(one)]
    new = [one for one in wanted if first <= one.zxid <= last]
    for one in new:
        one.rows = _fitting(one, candidates)
    _place(new, candidates)
    found: dict[tuple[int, int], Row] = {}
    for one in new:
        if len(one.rows) > 1:
            rows += _anonymous(one)
        elif one.rows:
            _placed(one, candidates, found)
    return table([*rows, *found.values()])


def _fitting(one: Wanted, candidates: Candidates) -> list[int]:
    """Return the unknown writes that a Stat can speak of.

    Data that only one of them wrote is proof, even where it came too late to be right: that a session's
    old request was still carried out is for other guarantees to say.
    """
    unknown = candidates.unknown
    possible = [row for row in candidates.on(one.kind, one.path) if _matches(one, row, candidates)]
    fitting = [row for row in possible if candidates.fits(row, one.zxid, one.zxid)]
    if not fitting and one.data > EMPTY and candidates.free(one.zxid, one.zxid):
        return [row for row in possible if int(unknown.data[_last(unknown, row)]) == one.data]
    return fitting


def _matches(one: Wanted, row: int, candidates: Candidates) -> bool:
    """Tell whether what a Stat shows can be the work of an effect and of what its call does after it."""
    unknown = candidates.unknown
    later = _later(unknown, row)
    if unknown.kind[later].tolist().count(SET) != len(later) or (one.kind == SET and len(later)):
        return False  # It was deleted again, or another set of the same call shows.
    if one.kind == CREATE:
        fresh = one.version in {-1, len(later)}
        return fresh and candidates.wrote(_last(unknown, row), one.data) and candidates.owns(row, one.owner)
    expected = int(unknown.expected[row])
    # Of several sets in one call the version tells nothing of what the last one expected.
    alone = np.count_nonzero((unknown.call == unknown.call[row]) & (unknown.path == unknown.path[row])) == 1
    right = expected < 0 or one.version < 0 or one.version == expected + 1 or not alone
    return right and candidates.wrote(row, one.data)


def _later(unknown: Unknowns, row: int) -> I8:
    """Return what the call of an effect does to the same path after it."""
    right = int(np.searchsorted(unknown.call, unknown.call[row], "right"))
    later = np.arange(row + 1, right)
    found: I8 = later[(unknown.path[later] == unknown.path[row]) & (unknown.kind[later] != CHECK)]
    return found


def _last(unknown: Unknowns, row: int) -> int:
    """Return the last effect of a call on the path of one of its effects: that is what a Stat shows."""
    later = _later(unknown, row)
    return int(later[-1]) if len(later) else row


def _place(wanted: list[Wanted], candidates: Candidates) -> None:
    """Give every zxid that has one candidate left to it, until nothing changes."""
    unknown, placed = candidates.unknown, candidates.placed
    changed = True
    while changed:
        changed = False
        for one in wanted:
            one.rows = [r for r in one.rows if placed.get(int(unknown.call[r]), one.zxid) == one.zxid]
            # A zxid is that of one call, whatever path shows it.
            sure = [r for r in one.rows if int(unknown.call[r]) in placed]
            one.rows = sure or one.rows
            calls = {int(unknown.call[r]) for r in one.rows}
            if len(calls) == 1 and not calls <= placed.keys():
                placed[calls.pop()] = one.zxid
                changed = True
            # Of several effects of one call on a path the last one shows.
            one.rows = one.rows if len(calls) > 1 else one.rows[-1:]


def _placed(one: Wanted, candidates: Candidates, found: dict[tuple[int, int], Row]) -> None:
    """Add all effects of a call that turned out to have happened: {(call, part): effect}."""
    unknown = candidates.unknown
    shown = one.rows[0]
    last = _last(unknown, shown)
    call = int(unknown.call[shown])
    left, right = np.searchsorted(unknown.call, [call, call + 1])
    for r in range(int(left), int(right)):
        kind, place = int(unknown.kind[r]), (call, int(unknown.part[r]))
        # Which path an unseen sequential create made nobody knows; a list of children may tell.
        unseen = kind == CREATE and unknown.flags[r] & SEQUENCE and r != shown
        if kind == CHECK or unseen or (place in found and r not in {shown, last}):
            continue
        candidates.located.add(r)
        whose = one.owner if r == shown and one.owner is not None else int(candidates.owner[r])
        found[place] = row(
            one.path if r == shown else int(unknown.path[r]),
            one.zxid,
            kind,
            part=place[1],
            data=int(unknown.data[r]),
            owner=whose if kind == CREATE else NOBODY,
            claimed=one.version if r == last else -1,
            call=call,
        )


def _anonymous(one: Wanted) -> list[Row]:
    """Return effects of which nobody knows who asked; a young node with a version was set at once, too."""
    owner = SOMEBODY if one.owner is None else one.owner
    if one.kind == SET:
        return [row(one.path, one.zxid, SET, data=one.data, claimed=one.version)]
    sets = range(1, max(one.version, 0) + 1)
    made = [row(one.path, one.zxid, CREATE, data=UNTOLD if sets else one.data, owner=owner)]
    return made + [row(one.path, one.zxid, SET, part=part, data=one.data) for part in sets]


def _old(one: Wanted) -> list[Row]:
    """Return what was done before the history began."""
    owner = SOMEBODY if one.owner is None else one.owner
    whose = owner if one.kind == CREATE else NOBODY
    return [row(one.path, one.zxid, one.kind, data=one.data, owner=whose, claimed=one.version)]


def _wanted(history: History, line: Timeline, positions: Positions, seen: Sightings) -> list[Wanted]:
    """Return the zxids in Stats at which the timeline knows nothing, each once."""
    stats, effects = history.columns.stats, line.effects
    told = np.flatnonzero((seen.stat >= 0) & seen.alive)
    stat = seen.stat[told]
    state = line.at(positions.key(seen.path[told], positions.after(seen.zxid[told])))
    other = (line.czxid[state] != stats.czxid[stat]) | (line.mzxid[state] != stats.mzxid[stat])
    told, stat = told[other], stat[other]
    # The answer to a set shows its own zxid, but also when the node was made.
    sets = np.flatnonzero((effects.kind == SET) & (effects.stat >= 0))
    sets = sets[line.czxid[sets] != stats.czxid[effects.stat[sets]]]
    path = np.concatenate((seen.path[told], effects.path[sets]))
    zxid = np.concatenate((seen.zxid[told], effects.zxid[sets]))
    data = np.concatenate((seen.data[told], effects.data[sets]))
    stat = np.concatenate((stat, effects.stat[sets]))
    sane = (stats.czxid[stat] > 0) & (stats.czxid[stat] <= stats.mzxid[stat]) & (stats.mzxid[stat] <= zxid)
    path, data, stat = path[sane], data[sane], stat[sane]
    return _unknown_zxids(history, line, positions, (path, data, stat))


def _unknown_zxids(
    history: History, line: Timeline, positions: Positions, shown: tuple[I4, I4, I4]
) -> list[Wanted]:
    """Take the paths, data and Stats of sightings that the timeline cannot explain."""
    stats = history.columns.stats
    path, data, stat = shown
    found: dict[tuple[int, int], Wanted] = {}
    for kind, zxid in ((CREATE, stats.czxid[stat]), (SET, stats.mzxid[stat])):
        last = stats.mzxid[stat] == zxid
        if kind == SET:
            last = last & (stats.mzxid[stat] != stats.czxid[stat])
        some = np.flatnonzero(~_known(line, positions, path, zxid) & (last | (kind == CREATE)))
        for at in some.tolist():
            one = found.setdefault((int(path[at]), int(zxid[at])), Wanted(int(path[at]), int(zxid[at]), kind))
            if kind == CREATE:
                one.owner = int(stats.ephemeralOwner[stat[at]])
            if last[at]:
                one.version = int(stats.version[stat[at]])
                one.data = int(data[at]) if data[at] >= 0 else one.data
    return sorted(found.values(), key=lambda one: (one.path, one.zxid))


def _known(line: Timeline, positions: Positions, path: I4, zxid: I8) -> NDArray[np.bool_]:
    """Tell for which (path, zxid) the timeline has an effect of exactly that zxid."""
    state = line.at(positions.key(path, positions.after(zxid)))
    known: NDArray[np.bool_] = np.append(line.effects.zxid, -1)[state] == zxid
    return known
