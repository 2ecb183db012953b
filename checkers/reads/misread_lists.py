"""Lists of children that are not the living ones."""

from collections.abc import Iterator, Sequence

import numpy as np

from checkers.facts.lists import Misfit
from checkers.facts.transactions import FOREVER
from checkers.facts.tree import Tree, tree
from checkers.narration import Narration
from checkers.result import Violation
from checkers.wording import token
from harness.history import History


def misread_lists(known: Tree) -> list[Misfit]:
    """Return what lists that were read show or lack, in the order of their calls."""
    table = known.lists
    read = [misfit for misfit in known.misfits if table.deleted[misfit.row] < 0]
    return sorted(read, key=lambda misfit: (int(table.call[misfit.row]), misfit.child))


def list_violations(history: History, misfits: Sequence[Misfit]) -> Iterator[Violation]:
    """Tell of lists that show or lack a child."""
    for misfit in misfits:
        yield list_violation(history, misfit)


def list_violation(history: History, misfit: Misfit) -> Violation:
    """Tell of one list that shows a child which is not there, lacks one which is, or names one twice."""
    known, say = history.derive(tree), Narration(history)
    line, table = known.line, known.lists
    call = int(table.call[misfit.row])
    parent = known.paths.say(int(table.parent[misfit.row]))
    where = (
        f"{say.answered(call)}, which shows everything up to transaction {token(int(table.zxid[misfit.row]))}"
    )
    if misfit.child < 0:
        kind, key, sentence = "child-twice", parent, f"{parent} had one child twice in {where}"
        calls, events = [call], list[int]()
    else:
        row = misfit.row
        state = int(known.line.at(misfit.child * line.span + table.place[row : row + 1])[0])
        last = say.effect(line, state) if state < len(line) else "nobody had ever made it"
        key = known.paths.say(misfit.child)
        kind = "extra-child" if misfit.listed else "missing-child"
        sentence = f"{key} was {'' if misfit.listed else 'not '}among the children in {where}, though {last}"
        calls, events = say.traces(line, (state, int(line.born[state])))
        if misfit.listed and state == len(line):
            calls += too_young(history, misfit.child, int(table.place[misfit.row]))
    return say.violation(kind, f"{sentence}.", key, call, calls, events)


def too_young(history: History, path: int, place: int) -> list[int]:
    """Return the calls that show why a path at a place cannot be older than the history.

    The first answer says when the history began; a parent that was made since, or a list without the path,
    that it came later.
    """
    known, calls, table = history.derive(tree), history.calls, history.derive(tree).lists
    began = int(np.where(calls.zxid > 0, calls.zxid, FOREVER).argmin())
    parent = known.paths.parents(np.array([path]))
    state = known.at(parent, np.array([place]))
    birth = known.line.born[state]
    made = birth[birth >= 0]
    earlier = np.flatnonzero((table.parent == parent) & (table.place < place))[:1]
    return [began, *known.line.effects.call[made].tolist(), *table.call[earlier].tolist()]
