"""Every read shows exactly the state after all transactions up to its zxid (sequential consistency).

The header of a read's answer names a prefix of the transactions. Acknowledged writes, ends of sessions and
what evidence shows of writes without an answer are replayed in the order of their zxids
(`checkers/facts/tree.py`), and every sighting is compared with the path's state at its own zxid: whether it
is there, data, version, owner, and the transactions that made and changed it; a list of children with all
that live. Where a write without an answer may explain a difference, it is taken to have happened. So an
alarm means: no placement of the unknown writes makes this answer true.

The idea of verifying the order that a system claims, instead of searching for one, is that of Elle's
recoverable versions (Kingsbury & Alvaro, 2020).
"""

from collections.abc import Iterator

from checkers.conclusion import conclude
from checkers.facts.tree import tree
from checkers.facts.undecided import undecided
from checkers.narration import Narration
from checkers.reads.misread_lists import list_violations, misread_lists, too_young
from checkers.reads.misreadings import (
    DELETED,
    KINDS,
    MISSING,
    STALE,
    UNMADE,
    UNWRITTEN,
    WRONG_OWNER,
    WRONG_VALUE,
    Misreadings,
    misreadings,
)
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import MOST
from checkers.wording import count, session_name, token
from harness.history import History

NAME = "prefix-reads"


@guarantee(NAME, "Every read shows the state after all transactions up to its zxid.", upon=tree)
def prefix_reads(history: History) -> Result:
    """Judge every read; `checked` counts the nodes and lists that answers showed."""
    known = history.derive(tree)
    found = history.derive(misreadings)
    odd = misread_lists(known)
    read = int((known.lists.deleted < 0).sum())
    checked = found.compared + read
    return conclude(
        NAME,
        held=(
            f"{count(found.compared, 'sighting')} of nodes and {count(read, 'list')} of children were the "
            f"state at their zxids."
        ),
        checked=checked,
        violations=[*_violations(history, found), *list_violations(history, odd[:MOST])],
        missing=[
            *([] if checked else ["Nothing was read, so no read could be compared."]),
            *undecided(history, known),
        ],
        measures={
            "sightings": found.compared,
            "lists": read,
            "misreadings": len(found.seen) + len(odd),
            "placed": len(known.candidates.placed),
            "assumed": len(known.assumed),
        },
    )


def _violations(history: History, found: Misreadings) -> Iterator[Violation]:
    """Yield the first ones by the time of their answers."""
    known = history.derive(tree)
    calls = known.seen.call[found.seen]
    order = history.calls.completed[calls].argsort(kind="stable")[:MOST]
    for place in order.tolist():
        yield violation(history, int(found.seen[place]), int(found.state[place]), int(found.kind[place]))


def violation(history: History, row: int, state: int, kind: int) -> Violation:
    """Tell of one sighting that is not the state at its zxid."""
    known = history.derive(tree)
    say, line, seen = Narration(history), known.line, known.seen
    call, path = int(seen.call[row]), known.paths.say(int(seen.path[row]))
    shown = _shown_effect(history, row)
    calls, events = say.traces(line, (state, int(line.born[state]), shown))
    if kind == UNMADE:
        calls += too_young(
            history, int(seen.path[row]), int(known.positions.after(seen.zxid[row : row + 1])[0])
        )
    return say.violation(
        KINDS[kind], f"{path} {_story(history, row, state, kind)}.", path, call, calls, events
    )


def _shown_effect(history: History, row: int) -> int:
    """Return the timeline's row of the write that a sighting shows, -1 where nobody knows one."""
    known = history.derive(tree)
    stats, stat = history.columns.stats, int(known.seen.stat[row])
    if stat < 0:
        return -1
    zxid = stats.mzxid[stat : stat + 1]
    found = int(known.at(known.seen.path[row : row + 1], known.positions.after(zxid))[0])
    same = found < len(known.line) and known.line.effects.zxid[found] == zxid[0]
    return found if same else -1


def _story(history: History, row: int, state: int, kind: int) -> str:
    known, say = history.derive(tree), Narration(history)
    line, seen, stats = known.line, known.seen, history.columns.stats
    stat, texts = int(seen.stat[row]), history.columns.texts
    prefix = token(int(seen.zxid[row]))
    where = f"in {say.answered(int(seen.call[row]))}, which shows everything up to transaction {prefix}"
    last = say.effect(line, state) if state < len(line) else "nobody had ever made it"
    shown = f"transaction {token(int(stats.mzxid[stat]))}" if stat >= 0 else "nobody knows what"
    stories = {
        MISSING: f"was not there {where}, though {last} and nobody had deleted it",
        DELETED: f"was there {where}, though {last}",
        UNMADE: f"was there {where}, as {shown} left it, though {last} and nobody made it since",
        STALE: f"was as {shown} had left it {where}, though {last}",
        UNWRITTEN: f"was as {shown} had left it {where}, but no write of it can be that one: {last}",
        WRONG_VALUE: f"held {texts.say(int(seen.data[row]))!r} {where}, though {last} to other data",
    }
    if kind in stories:
        return stories[kind]
    if kind == WRONG_OWNER:
        owner = session_name(int(stats.ephemeralOwner[stat]))
        return f"belonged to session {owner} {where}, though it was made for {_owner(int(line.owner[state]))}"
    version = f"had version {stats.version[stat]} {where}"
    return f"{version}, though it was version {line.version[state]} since {last}"


def _owner(owner: int) -> str:
    return f"session {session_name(owner)}" if owner > 0 else "no session"
