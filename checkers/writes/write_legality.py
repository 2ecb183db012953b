"""Every answer to a write is right for the state of the tree right before its zxid.

Refused writes are transactions, too: `NodeExists`, `NoNode`, `BadVersion`, `NotEmpty` and
`NoChildrenForEphemerals` each claim something of the state that they found, as success does. The claimed
tree (`checkers/facts/tree.py`) is replayed in the order of the zxids, and each answer compared: the parent
is there and not ephemeral, the node is there or is not, the version is the expected one, there are no
children, the path made is the one asked for, a set's new version is the old one plus one. The parts of a
multi are compared in turn; of a refused one the part that was the cause, after those before it.

It is sound because whatever unknown writes can explain, they do: they count as happened where an answer needs
them, and as sets in between where a version needs them. Sequential numbers are judged by `sequence-names`.
"""

from checkers.conclusion import conclude
from checkers.facts.transactions import transactions
from checkers.facts.tree import tree
from checkers.facts.undecided import undecided
from checkers.narration import Narration
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import MOST, outcome
from checkers.wording import count
from checkers.writes.illegal import Illegal, illegal, illegal_refusals
from checkers.writes.tentative import illegal_multis
from checkers.writes.vouched import vouched
from harness.history import History

NAME = "write-legality"

CLAIMS = {
    "node-existed": "created {path}, which was there",
    "node-missing": "succeeded on {path}, which was not there",
    "parent-missing": "created a child of {path}, which was not there",
    "below-ephemeral": "created a child of {path}, which was ephemeral",
    "version-mismatch": "succeeded on {path}, expecting version {number}, which was not its version",
    "wrong-new-version": "left {path} at version {number}, which is not one more than before",
    "wrong-path": "created {made}, though {path} was asked for",
    "not-empty": "deleted the parent of {path}, which was there",
    "false-no-node": "was refused because {path} was not there, though it was",
    "false-node-exists": "was refused because {path} was there, though it was not",
    "false-bad-version": "was refused because of the version of {path}, though it had no reason to be",
    "false-not-empty": "was refused because {path} had children, though it had none",
    "false-no-children": "was refused because {path} was ephemeral, though it was not",
}
"""What an answer claimed, by kind."""


@guarantee(NAME, "Every write succeeds or is refused as the state right before it demands.", upon=tree)
def write_legality(history: History) -> Result:
    """Judge every answered write; `checked` counts their effects, checks and refusals."""
    known, done = history.derive(tree), history.derive(transactions)
    found = [
        *illegal(known, done),
        *illegal_refusals(known),
        *illegal_multis(history, known),
    ]
    found = sorted(set(found), key=lambda one: (int(history.calls.completed[one.call]), one.call, one.part))
    checked, refusals = len(done) + len(known.refusals), count(len(known.refusals), "refusal")
    return conclude(
        NAME,
        held=(
            f"{count(len(done), 'effect')} of acknowledged writes and {refusals} were right for the state "
            "before them."
        ),
        checked=checked,
        violations=[_violation(history, one) for one in found[:MOST]],
        missing=[
            *([] if checked else ["No write was answered, so no answer could be compared."]),
            *undecided(history, known),
        ],
        measures={"effects": len(done), "refusals": len(known.refusals), "illegal": len(found)},
    )


def _violation(history: History, one: Illegal) -> Violation:
    known, say = history.derive(tree), Narration(history)
    path, line = known.paths.say(one.path), known.line
    claim = CLAIMS[one.kind].format(
        path=path, number=one.number, made=known.paths.say(one.number) if one.kind == "wrong-path" else ""
    )
    sentence = f"The {say.f(one.call)} by {say.who(one.call)} ({outcome(history, one.call)}) {claim}"
    calls, events = [one.call], list[int]()
    if one.kind == "wrong-new-version":
        before = one.state - 1
        calls, events = say.traces(line, (one.state, before, int(line.born[one.state])))
        sentence += f": before, {say.effect(line, before)}" if line.born[one.state] <= before else ""
    elif one.kind != "wrong-path":
        last = say.effect(line, one.state) if one.state < len(line) else "nobody had ever made it"
        sentence += f": {last}"
        calls, events = say.traces(line, (one.state, int(line.born[one.state])))
        calls += vouched(history, known, one.path, one.state, one.zxid)
    return say.violation(one.kind, f"{sentence}.", path, one.call, calls, events)
