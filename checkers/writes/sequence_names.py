"""The number at the end of a sequential node's name is that of the creates before it under its parent.

ZooKeeper counts every create below one incarnation of a parent, sequential or not, deleted since or not. So
for each acknowledged sequential create, number minus known creates before it is the number of creates that
nobody has answered for: it starts at 0 with each new parent, never falls (`too-low`), and rises by no more
than there are unknown creates below the parent that can lie in between (`too-high`). Two nodes with one
number make it fall. A created path that does not consist of the path asked for and ten digits is `malformed`.

It is sound because every unknown create that fits into the gap is allowed for, whether or not anything else
shows that it happened. Of a parent that was there before the history began only the rises are judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.effects import VANISH
from checkers.facts.paths import SUFFIX
from checkers.facts.transactions import CREATE, transactions
from checkers.facts.tree import Tree, tree
from checkers.narration import Narration
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import MOST
from checkers.wording import count, token
from harness.history import History
from harness.history.columns import I8, SEQUENCE

NAME = "sequence-names"


@guarantee(NAME, "A sequential node's number counts the creates before it under its parent.", upon=tree)
def sequence_names(history: History) -> Result:
    """Judge every sequential create; `checked` counts those that were acknowledged."""
    known = history.derive(tree)
    made = _made(history, known)
    found = list(_odd(known, made))
    checked = int((made.number >= 0).sum()) + len(made.malformed)
    return conclude(
        NAME,
        held=f"The numbers of {count(checked, 'sequential node')} were those of the creates before them.",
        checked=checked,
        violations=[_malformed(history, row) for row in made.malformed[:MOST].tolist()]
        + [_violation(history, known, made, one) for one in found[:MOST]],
        missing=[] if checked else ["No sequential node was made, so no number could be compared."],
        measures={"sequential": checked, "wrong": len(found) + len(made.malformed)},
    )


@dataclass(slots=True, kw_only=True)
class Made:
    """Creates with a known zxid below known parents, sorted by (parent's birth, zxid, part)."""

    effect: I8
    """Row of the tree's effects."""
    parent: I8
    """Row of the timeline at which the parent was made, -1 where nobody knows."""
    above: I8
    """Path of the parent."""
    before: I8
    """Number of known creates before this one below the same parent."""
    number: I8
    """That at the end of the name; -1 for a create that is not sequential, or not acknowledged."""
    malformed: I8
    """Rows of the transactions whose created path is not what was asked for with a number."""


def _made(history: History, known: Tree) -> Made:
    effects, done = known.effects, history.derive(transactions)
    rows = np.flatnonzero((effects.kind == CREATE) & (effects.zxid >= known.first))
    above = known.paths.parents(effects.path[rows])
    rows, above = rows[above >= 0], above[above >= 0]
    state = known.at(above, known.positions.before(effects.zxid[rows], effects.part[rows]))
    parent = np.where(known.line.alive[state], known.line.born[state], -1)
    order = np.lexsort((effects.part[rows], effects.zxid[rows], above, parent))
    rows, above, parent = rows[order], above[order], parent[order]
    new = np.ones(len(rows), bool)
    new[1:] = (parent[1:] != parent[:-1]) | (above[1:] != above[:-1])
    starts = np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0)) if len(rows) else rows
    number = np.full(len(rows), -1, np.int64)
    # Acknowledged writes are the first rows of the effects, in the same order.
    acknowledged = np.flatnonzero(rows < len(done))
    wanted = acknowledged[(done.flags[rows[acknowledged]] & SEQUENCE) != 0]
    malformed = []
    for place in wanted.tolist():
        row = int(rows[place])
        path, asked = known.paths.say(int(done.path[row])), known.paths.say(int(done.asked[row]))
        digits = path[len(asked) :]
        if path.startswith(asked) and len(digits) == SUFFIX and digits.isdigit():
            number[place] = int(digits)
        elif int(effects.zxid[row]) <= known.last:
            malformed.append(row)
    return Made(
        effect=rows,
        parent=parent,
        above=above,
        before=np.arange(len(rows)) - starts,
        number=number,
        malformed=np.array(malformed, np.int64),
    )


@dataclass(frozen=True, slots=True)
class Odd:
    """A number that cannot be: rows of `Made`, the last sequential one before it (or -1), and how far off."""

    row: int
    last: int
    rise: int
    room: int


def _odd(known: Tree, made: Made) -> Iterator[Odd]:
    rows = np.flatnonzero(made.number >= 0)
    unknown = made.number[rows] - made.before[rows]
    first = np.ones(len(rows), bool)
    first[1:] = (made.parent[rows[1:]] != made.parent[rows[:-1]]) | (
        made.above[rows[1:]] != made.above[rows[:-1]]
    )
    last = np.where(first, 0, np.concatenate(([0], unknown[:-1])))
    for at in np.flatnonzero(unknown != last).tolist():
        row = int(rows[at])
        if first[at] and not _counted(known, int(made.parent[row])):
            continue
        before = -1 if first[at] else int(rows[at - 1])
        rise = int(unknown[at] - last[at])
        low, high = _gap(known, made, row, before)
        room = _room(known, int(made.above[row]), low, high)
        # A parent that was made anew, unseen, begins to count anew.
        possible = 0 < rise <= room or known.candidates.anew(int(made.above[row]), low, high)
        if not possible and high <= known.last:
            yield Odd(row, before, rise, room)


def _counted(known: Tree, parent: int) -> bool:
    """Tell whether the creates below a parent are known from its birth on."""
    line = known.line
    return parent >= 0 and line.effects.kind[parent] < VANISH and line.effects.zxid[parent] >= known.first


def _gap(known: Tree, made: Made, row: int, before: int) -> tuple[int, int]:
    """Return the zxids between which what a number counts must lie: of the one before, or the birth."""
    effects = known.effects
    birth = int(known.line.effects.zxid[made.parent[row]])
    low = int(effects.zxid[made.effect[before]]) if before >= 0 else birth
    return low, int(effects.zxid[made.effect[row]])


def _room(known: Tree, parent: int, low: int, high: int) -> int:
    """Return how many unknown creates may have happened below a parent between two zxids, both exclusive."""
    candidates = known.candidates
    return sum(
        1
        for one in candidates.parents.get(parent, ())
        if candidates.unknown.kind[one] == CREATE
        and one not in candidates.located
        and candidates.fits(one, low + 1, high - 1)
    )


def _violation(history: History, known: Tree, made: Made, odd: Odd) -> Violation:
    say, effects = Narration(history), known.effects
    call = int(effects.call[made.effect[odd.row]])
    path = known.paths.say(int(effects.path[made.effect[odd.row]]))
    parent = known.paths.say(int(made.above[odd.row]))
    expected = int(made.number[odd.row]) - odd.rise
    than = f"{expected} or up to {odd.room} more" if odd.room else str(expected)
    calls, events = say.traces(known.line, (int(made.parent[odd.row]),))
    if odd.rise < 0:
        calls += _skipped(known, made, odd)
    if odd.last >= 0:
        last = int(effects.call[made.effect[odd.last]])
        story = f", as the number {made.number[odd.last]} of {say.who(last)} before it says"
        calls.append(last)
    else:
        story = f", the number of creates since {parent} was made"
    return say.violation(
        "too-high" if odd.rise > 0 else "too-low",
        (
            f"The create of {say.who(call)} (transaction {token(int(effects.zxid[made.effect[odd.row]]))}, "
            f"{say.outcome(call)}) made {path}, though its number should be {than}{story}."
        ),
        path,
        call,
        calls,
        events,
    )


def _skipped(known: Tree, made: Made, odd: Odd) -> list[int]:
    """Return the calls of so many creates that a number should have counted that it is too low for them."""
    last = int(made.number[odd.last]) if odd.last >= 0 else -1
    begin = max(odd.row - int(made.before[odd.row]), odd.last + 1)
    calls: list[int] = known.effects.call[made.effect[begin : odd.row]].tolist()
    return calls[: max(int(made.number[odd.row]) - last, 0)]


def _malformed(history: History, row: int) -> Violation:
    say, texts, done = Narration(history), history.columns.texts, history.derive(transactions)
    call, path = int(done.call[row]), texts.say(int(done.path[row]))
    return say.violation(
        "malformed",
        (
            f"The sequential create of {say.who(call)} at {texts.say(int(done.asked[row]))} (transaction "
            f"{token(int(done.zxid[row]))}, {say.outcome(call)}) made {path or 'nothing'}, which is not the "
            "path asked for with ten digits."
        ),
        path,
        call,
    )
