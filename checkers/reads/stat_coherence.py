"""Every Stat agrees with itself, its header, its data, and with every other Stat of the same version.

Broken when a Stat is out of bounds (`out-of-bounds`: czxid <= mzxid <= Z and czxid <= pzxid <= Z, for the
header's zxid Z), when the Stat of a write does not name its own transaction (`other-transaction`), when one
version of one node, which is (path, czxid, version), has two contents, data or mzxid (`two-contents`), when
the length is not that of the data (`wrong-length`), when the number of children is not that of the list
beside it (`wrong-children`), or when `cversion` is not twice the creates of children less the number of
children (`wrong-cversion`): so clients count changes of children.

It is sound because all of it but the last holds for each answer alone, or for two of them, whatever happened
in between; for the last one, every unknown create that may have happened below the node is allowed for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.paths import mark
from checkers.facts.transactions import CREATE
from checkers.facts.tree import Tree, tree
from checkers.narration import Narration
from checkers.reads.creates_below import CreatesBelow
from checkers.reads.shown_stats import ShownStats, shown_stats
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import MOST
from checkers.wording import count, token
from harness.history import History
from harness.history.columns import I8, OK

NAME = "stat-coherence"


@dataclass(frozen=True, slots=True)
class Odd:
    """One Stat that is wrong; `other` is a call that shows the opposite, or -1."""

    kind: str
    row: int
    other: int = -1


@guarantee(
    NAME, "Every Stat agrees with its header, its data and every other Stat of the same version.", upon=tree
)
def stat_coherence(history: History) -> Result:
    """Judge every Stat; `checked` counts them."""
    known, shown = history.derive(tree), history.derive(shown_stats)
    found = [odd for rule in RULES for odd in rule(history, known, shown)]
    found.sort(key=lambda odd: (int(history.calls.completed[shown.call[odd.row]]), odd.row))
    return conclude(
        NAME,
        held=f"{count(len(shown), 'Stat')} agreed with their headers, their data and each other.",
        checked=len(shown),
        violations=[_violation(history, known, shown, odd) for odd in found[:MOST]],
        missing=[] if len(shown) else ["No answer told a Stat, so none could be compared."],
        measures={"stats": len(shown), "incoherent": len(found)},
    )


def _out_of_bounds(history: History, known: Tree, shown: ShownStats) -> Iterator[Odd]:  # noqa: ARG001 - one shape for all rules
    stats, stat = history.columns.stats, shown.stat
    czxid, mzxid, pzxid = stats.czxid[stat], stats.mzxid[stat], stats.pzxid[stat]
    # What a Stat does not tell is 0.
    mzxid, pzxid = np.where(mzxid == 0, czxid, mzxid), np.where(pzxid == 0, czxid, pzxid)
    latest = np.maximum(mzxid, pzxid)
    wrong = (np.minimum(mzxid, pzxid) < czxid) | (latest > shown.zxid) | (stats.version[stat] < 0)
    for row in np.flatnonzero(wrong).tolist():
        yield Odd("out-of-bounds", row)


def _other_transaction(history: History, known: Tree, shown: ShownStats) -> Iterator[Odd]:  # noqa: ARG001
    stats = history.columns.stats
    own = np.where(shown.kind == CREATE, stats.czxid[shown.stat], stats.mzxid[shown.stat])
    wrong = (shown.kind >= 0) & (own != shown.zxid)
    for row in np.flatnonzero(wrong).tolist():
        yield Odd("other-transaction", row)


def _two_contents(history: History, known: Tree, shown: ShownStats) -> Iterator[Odd]:
    stats = history.columns.stats
    czxid, version = stats.czxid[shown.stat], stats.version[shown.stat]
    mzxid, data = stats.mzxid[shown.stat], shown.data
    # Within one transaction a path may be made twice: the Stat of a write counts where it was the last.
    rows = np.flatnonzero((shown.kind < 0) | (shown.place == _last_place(known, shown)))
    key = mark(shown.path[rows]) ^ mark(czxid[rows] * 3 + 1) ^ mark(version[rows].astype(np.int64) * 7 + 2)
    rows = rows[np.lexsort((-data[rows], key))]
    one, other = rows[:-1], rows[1:]
    same = (
        (shown.path[one] == shown.path[other])
        & (czxid[one] == czxid[other])
        & (version[one] == version[other])
    )
    differs = (mzxid[one] != mzxid[other]) | ((data[one] != data[other]) & (data[other] >= 0))
    for at in np.flatnonzero(same & differs).tolist():
        first, last = sorted((int(one[at]), int(other[at])), key=lambda row: int(shown.call[row]))
        yield Odd("two-contents", last, int(shown.call[first]))


def _last_place(known: Tree, shown: ShownStats) -> I8:
    state = known.at(shown.path, known.positions.after(shown.zxid))
    found: I8 = np.append(known.line.places, -1)[state]
    return found


def _wrong_length(history: History, known: Tree, shown: ShownStats) -> Iterator[Odd]:  # noqa: ARG001
    texts, told = history.columns.texts.all, np.flatnonzero(shown.data >= 0)
    length = np.full(len(texts), -1, np.int64)
    used = np.zeros(len(texts), bool)
    used[shown.data[told]] = True
    numbers = np.flatnonzero(used)
    length[numbers] = [data_length(texts[number]) for number in numbers.tolist()]
    wrong = length[shown.data[told]] != history.columns.stats.dataLength[shown.stat[told]]
    for row in told[wrong].tolist():
        yield Odd("wrong-length", row)


def data_length(told: str) -> int:
    """Return the length of data of which a history tells the tag, and the length where it is another one."""
    tag, colon, length = told.rpartition(":")
    return int(length) if colon and tag and length.isdecimal() else len(told.encode("utf-8", "surrogatepass"))


def _wrong_children(history: History, known: Tree, shown: ShownStats) -> Iterator[Odd]:  # noqa: ARG001
    calls, stats = history.calls, history.columns.stats
    listing = (calls.f == history.columns.texts.find("children")) & (calls.outcome == OK)
    rows = np.flatnonzero((shown.kind < 0) & listing[shown.call])
    wrong = calls.count[shown.call[rows]] != stats.numChildren[shown.stat[rows]]
    for row in rows[wrong].tolist():
        yield Odd("wrong-children", row)


def _wrong_cversion(history: History, known: Tree, shown: ShownStats) -> Iterator[Odd]:
    stats, line = history.columns.stats, known.line
    creates = CreatesBelow(known)
    state = known.at(shown.path, shown.place)
    born = line.born[state]
    rows = np.flatnonzero(line.alive[state] & (line.czxid[state] == stats.czxid[shown.stat]) & (born >= 0))
    rows = rows[creates.counted(born[rows])]
    made = creates.count(shown.path[rows], born[rows], shown.place[rows])
    twice = stats.cversion[shown.stat[rows]].astype(np.int64) + stats.numChildren[shown.stat[rows]]
    rows, more = rows[twice != 2 * made], (twice - 2 * made)[twice != 2 * made]
    room = creates.room(born[rows], shown.zxid[rows])
    for row in rows[(more % 2 != 0) | (more < 0) | (more > 2 * room)].tolist():
        yield Odd("wrong-cversion", row)


RULES: tuple[Callable[[History, Tree, ShownStats], Iterator[Odd]], ...] = (
    _out_of_bounds,
    _other_transaction,
    _two_contents,
    _wrong_length,
    _wrong_children,
    _wrong_cversion,
)


def _violation(history: History, known: Tree, shown: ShownStats, odd: Odd) -> Violation:
    say, stats, stat = Narration(history), history.columns.stats, int(shown.stat[odd.row])
    call, path = int(shown.call[odd.row]), known.paths.say(int(shown.path[odd.row]))
    czxid, mzxid, pzxid = (token(int(column[stat])) for column in (stats.czxid, stats.mzxid, stats.pzxid))
    zxid, version = token(int(shown.zxid[odd.row])), int(stats.version[stat])
    story = {
        "out-of-bounds": f"with czxid {czxid}, mzxid {mzxid} and pzxid {pzxid}, which cannot be at {zxid}",
        "other-transaction": f"with czxid {czxid} and mzxid {mzxid}, though its own transaction was {zxid}",
        "wrong-length": f"with length {stats.dataLength[stat]} for the data {_data(history, shown, odd)}",
        "wrong-children": f"with {stats.numChildren[stat]} children beside a list of "
        f"{history.calls.count[call]}",
        "wrong-cversion": f"with cversion {stats.cversion[stat]} and {stats.numChildren[stat]} children, "
        "which does not fit to the creates of children before it",
    }
    if odd.kind == "two-contents":
        told = f"as version {version} of {czxid} with mzxid {mzxid} and data {_data(history, shown, odd)}, "
        story[odd.kind] = told + f"though {say.answered(odd.other)} showed that version with another content"
    state = int(known.at(shown.path[odd.row : odd.row + 1], shown.place[odd.row : odd.row + 1])[0])
    calls, events = say.traces(known.line, (int(known.line.born[state]),))
    return say.violation(
        odd.kind,
        f"{path} was shown by {say.answered(call)} {story[odd.kind]}.",
        path,
        call,
        [odd.other, *calls],
        events,
    )


def _data(history: History, shown: ShownStats, odd: Odd) -> str:
    data = int(shown.data[odd.row])
    return repr(history.columns.texts.say(data)) if data >= 0 else "that nobody told"
