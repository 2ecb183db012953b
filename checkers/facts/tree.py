"""The claimed tree: what every path was after every transaction, as far as the history allows to say.

Replayed from acknowledged writes, known ends of sessions and those unknown writes that evidence places: a
Stat that names their zxid exactly; else the need for them between two statements about a path. What cannot
be explained by any placement stays in `wrong` and `misfits`; checkers say what it means.
"""

from dataclasses import dataclass

import numpy as np

from checkers.facts.candidates import Candidates
from checkers.facts.effects import (
    APPEAR,
    END,
    NOBODY,
    Effects,
    acknowledged,
    chosen,
    row,
    table,
    together,
)
from checkers.facts.evidence import Evidence, evidence
from checkers.facts.family import Family, family
from checkers.facts.given import given
from checkers.facts.horizon import horizon
from checkers.facts.household import Household
from checkers.facts.lists import Lists, Misfit, lists, odd_lists
from checkers.facts.paths import Paths
from checkers.facts.placing import Placing, contradictions
from checkers.facts.positions import Positions
from checkers.facts.refused import Refused, refused
from checkers.facts.reveal import reveal
from checkers.facts.sessions import Session, sessions
from checkers.facts.sightings import Sightings, listings, settled, sightings
from checkers.facts.timeline import Timeline, timeline
from checkers.facts.transactions import CREATE, FOREVER, Transactions, transactions
from checkers.facts.unknowns import Unknowns, unknowns
from checkers.facts.words import WRITES, Words, answered
from harness.history import History
from harness.history.columns import EVENT, I4, I8


@dataclass(slots=True, kw_only=True)
class Tree:
    """What the checkers of writes and reads compare with."""

    positions: Positions
    paths: Paths
    line: Timeline
    family: Family
    effects: Effects
    """All effects of writes, checks included; the ends of sessions and what is assumed are not here."""
    seen: Sightings
    refusals: Refused
    evidence: Evidence
    wrong: I8
    """Rows of `evidence` that nothing explains."""
    lists: Lists
    misfits: list[Misfit]
    """Children that lists show or lack without an explanation."""
    assumed: Effects
    """Effects that evidence demands without telling their zxid."""
    candidates: Candidates
    undecided: dict[int, list[int]]
    """{path: calls of unknown writes} where the search ended before it was done."""
    first: int
    """The lowest zxid of a transaction that is not older than the history."""
    last: int
    """The zxid up to which the history is complete."""

    def at(self, paths: I4 | I8, places: I8) -> I8:
        """Return the rows of `line` that tell the states of paths at places."""
        return self.line.at(self.positions.key(paths, places))


def tree(history: History) -> Tree:
    """Replay a history. To be called through `History.derive`, so that it is done once."""
    columns, paths, last = history.columns, Paths(history.columns.texts), history.derive(horizon)
    done, seen = history.derive(transactions), settled(history, history.derive(sightings))
    known, unknown = history.derive(sessions), history.derive(unknowns)
    first = _first(history)
    refusals = refused(history, paths)
    positions = _positions(history, paths, done, unknown)
    candidates = Candidates(unknown, paths, _taken(history, known))
    effects = together(acknowledged(history, done), _root(paths))

    def replayed(*more: Effects) -> Timeline:
        whole = together(effects, _ends(effects, known), *more)
        return timeline(whole, positions, candidates.room, first)

    line = replayed()
    found = reveal(history, line, positions, seen, candidates, first, last)
    if len(found):
        effects = together(effects, found)
        line = replayed()
    said = evidence(seen, effects, refusals, paths, positions, last)
    told = settled(history, history.derive(listings))
    old = given(line, said, seen, told, candidates, paths, positions, columns.items, first, last)
    if len(old):
        effects = together(effects, old)
        line = replayed()
    placing = Placing(line, said, candidates, known, positions)
    placing.settle_all()
    assumed = placing.effects()
    born = family(replayed(assumed) if len(assumed) else line, paths, positions)
    shown = lists(told, effects, born, positions, columns.items, last)
    odd = np.unique(shown.parent[odd_lists(shown, born)]).tolist()
    misfits: list[Misfit] = []
    for parent in odd:
        misfits += Household(parent, shown, born, columns.items, paths).examine(placing.explain)
    assumed = placing.effects()
    if len(assumed):
        line = replayed(assumed)
        born = family(line, paths, positions)
    wrong = contradictions(line, said)
    return Tree(
        positions=positions,
        paths=paths,
        line=line,
        family=born,
        effects=effects,
        seen=seen,
        refusals=refusals,
        evidence=said,
        wrong=wrong[~np.isin(said.path[wrong], list(placing.undecided))],
        lists=shown,
        misfits=misfits,
        assumed=assumed,
        candidates=candidates,
        undecided=placing.undecided,
        first=first,
        last=last,
    )


def _first(history: History) -> int:
    """Return the lowest zxid that is not older than the history: that of a write, or the one after a read."""
    zxid = history.calls.zxid
    writes = history.derive(answered) & Words(history).among(history.calls.f, WRITES)
    return int((zxid + ~writes)[zxid > 0].min(initial=FOREVER))


def _positions(history: History, paths: Paths, done: Transactions, unknown: Unknowns) -> Positions:
    stats, calls = history.columns.stats, history.calls
    parts = [done.part, unknown.part, calls.cause]
    most = max(int(part.max(initial=0)) for part in parts) + 1
    zxids = np.concatenate((calls.zxid, history.columns.zxid[history.columns.type == EVENT], stats.mzxid))
    # Children that only lists name are numbered beyond the texts.
    return Positions(zxids, most, len(paths) + len(history.columns.items))


def _taken(history: History, known: dict[int, Session]) -> I8:
    """Return the zxids of all transactions whose answers are known, and of known ends of sessions."""
    calls = history.calls
    writes = history.derive(answered) & Words(history).among(calls.f, WRITES)
    closed = [session.closed for session in known.values() if session.closed < FOREVER]
    # Calls are in order of time, and zxids so nearly in their own that this sort has little to do.
    taken = np.sort(np.concatenate((calls.zxid[writes], np.array(closed, np.int64))), kind="stable")
    return taken[np.diff(taken, prepend=-1) > 0]


def _root(paths: Paths) -> Effects:
    """The root is always there."""
    return table([row(paths.number("/"), 0, APPEAR, owner=NOBODY)])


def _ends(effects: Effects, known: dict[int, Session]) -> Effects:
    """Return for each node of a session whose end is known that it is gone by then."""
    closed = {one.id: one.closed for one in known.values() if one.closed < FOREVER}
    ids = np.array(sorted(closed), np.int64)
    ends = np.array([closed[one] for one in ids.tolist()] or [0], np.int64)
    born = np.flatnonzero((effects.kind == CREATE) & np.isin(effects.owner, ids))
    end = ends[np.minimum(np.searchsorted(ids, effects.owner[born]), len(ends) - 1)]
    born, end = born[end > effects.zxid[born]], end[end > effects.zxid[born]]
    lapsed = chosen(effects, born)
    lapsed.kind = np.full_like(lapsed.kind, END)
    lapsed.zxid = lapsed.since = end
    for name in ("data", "claimed", "stat", "call"):
        setattr(lapsed, name, np.full_like(getattr(lapsed, name), -1))
    lapsed.part = np.zeros_like(lapsed.part)
    return lapsed
