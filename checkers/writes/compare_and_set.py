"""Of several writers that expect the same version, one wins.

A `set` that names the version it expects replaces that version and no other. Broken when the version that it
made is not the expected one plus one (`wrong-version`), or when a second acknowledged `set` replaced the same
version of the same incarnation of the node (`replaced-twice`), whether that one named a version or not. The
Stat that every `set` is answered with says which incarnation (czxid) it was and which version came out, parts
of a `multi` too. Found by grouping by (path, czxid, version).

No false alarm: only acknowledged sets are compared, a node's version rises by one with each set, and a node
that was deleted and created anew has another czxid. It is what the recipes for optimistic locking rely on
(ZooKeeper's programmer's guide, "Data Access").
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.facts.transactions import SET, transactions
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import broken, deed, earliest, outcome
from checkers.wording import count
from harness.history import History
from harness.history.columns import I8

NAME = "compare-and-set"


@guarantee(NAME, "Of several writers that expect the same version of a node, one wins.")
def compare_and_set(history: History) -> Result:
    """Judge all acknowledged sets that named a version; `checked` counts them."""
    told = history.derive(transactions)
    stats = history.columns.stats
    sets = np.flatnonzero((told.kind == SET) & (told.stat >= 0))
    demanding = sets[told.expected[sets] >= 0]
    wrong = demanding[stats.version[told.stat[demanding]] != told.expected[demanding] + 1]
    first, second = _twice(history, sets)
    time = history.calls.completed
    violations = [_wrong(history, row) for row in earliest(wrong, time[told.call[wrong]])]
    pairs = earliest(np.arange(len(first)), time[told.call[second]])
    violations += [_replaced(history, int(first[i]), int(second[i])) for i in pairs]
    return conclude(
        NAME,
        held=(
            f"{count(len(demanding), 'acknowledged set')} that expected a version, among {len(sets):,} sets: "
            "each replaced the version that it expected, and no other set replaced it, too."
        ),
        checked=len(demanding),
        violations=violations,
        missing=()
        if len(demanding)
        else ("No set that expected a version was acknowledged with a Stat: nothing was compared.",),
        measures={"compared": len(demanding), "wrong_versions": len(wrong), "replaced_twice": len(first)},
    )


def _twice(history: History, sets: I8) -> tuple[I8, I8]:
    """Return pairs of sets that replaced one version, at least one of each pair having expected it."""
    told, stats = history.derive(transactions), history.columns.stats
    stat = told.stat[sets]
    demands = told.expected[sets] >= 0
    replaced = np.where(demands, told.expected[sets], stats.version[stat] - 1)
    path, czxid = told.path[sets], stats.czxid[stat]
    # Those that expected a version come first, so that each group's first row is one of them if any is.
    order = np.lexsort((~demands, replaced, czxid, path))
    path, czxid, replaced = path[order], czxid[order], replaced[order]
    same = (path[1:] == path[:-1]) & (czxid[1:] == czxid[:-1]) & (replaced[1:] == replaced[:-1])
    # Of three sets in one group the first two are told.
    pairs = np.flatnonzero(same & ~np.concatenate(([False], same[:-1])))
    pairs = pairs[demands[order][pairs]]
    one, other = sets[order[pairs]], sets[order[pairs + 1]]
    return np.minimum(one, other), np.maximum(one, other)


def _wrong(history: History, row: int) -> Violation:
    told, stats = history.derive(transactions), history.columns.stats
    call = int(told.call[row])
    sentence = (
        f"{deed(history, call)} expected version {int(told.expected[row])} of {_path(history, row)} and was "
        f"{outcome(history, call)}, but made version {int(stats.version[told.stat[row]])}."
    )
    return broken(history, "wrong-version", sentence, (call,), key=_path(history, row))


def _replaced(history: History, first: int, second: int) -> Violation:
    told, stats = history.derive(transactions), history.columns.stats
    one, other = int(told.call[first]), int(told.call[second])
    version = max(int(told.expected[row]) for row in (first, second))
    sentence = (
        f"{deed(history, one)}, {outcome(history, one)}, and {deed(history, other)}, "
        f"{outcome(history, other)}, both replaced version {version} of {_path(history, first)} "
        f"(created by transaction {int(stats.czxid[told.stat[first]]):#x})."
    )
    return broken(history, "replaced-twice", sentence, (one, other), key=_path(history, first))


def _path(history: History, row: int) -> str:
    return history.columns.texts.say(int(history.derive(transactions).path[row]))
