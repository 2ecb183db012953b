"""What was handed out: only what was put, only once, and to one consumer at a time."""

from collections.abc import Iterator

from checkers.context import fault_ids
from checkers.recipes.believed import EXCUSES, Overlap
from checkers.recipes.queues.items import items
from checkers.recipes.queues.telling import broken, end_of, said
from checkers.result import Violation
from checkers.wording import client, moment, stretch
from harness.history import History

WORDS = {"take": "taken", "consume": "consumed"}


def invented(history: History) -> Iterator[Violation]:
    """Yield the items that were taken though nobody can have put them by then.

    A put without an answer may have happened; one that certainly did nothing puts nothing. That nobody put an
    item at all can be said only of a history that was written to its end.
    """
    for item in history.derive(items).values():
        can = [put for put in item.puts if put.outcome != "fail"]
        for take in item.takes:
            if any(put.invoke.time <= end_of(history, take) for put in can):
                continue
            if can:
                why = f"{client(can[0].invoke.process)} put it only at {moment(history, can[0].invoke.time)}"
            elif item.puts:
                why = f"the put of it by {client(item.puts[0].invoke.process)} had certainly done nothing"
            elif history.closed:
                why = "nobody had put it"
            else:
                continue
            sentence = f"{item.name} was taken from {item.key} by {said(history, take)}, though {why}."
            yield broken(history, "invented", sentence, [*item.puts[:1], take], key=item.key)
            break


def delivered_twice(history: History, removes: str) -> Iterator[Violation]:
    """Yield the items that were removed more than once."""
    word = WORDS[removes]
    for item in history.derive(items).values():
        done = sorted(item.acknowledged(removes), key=lambda one: end_of(history, one))
        if len(done) > 1:
            sentence = (
                f"{item.name} of {item.key} was {word} by {said(history, done[0])} and {word} again by "
                f"{said(history, done[1])}."
            )
            shown = [*item.puts[:1], *done[:2]]
            yield broken(history, "delivered-twice", sentence, shown, key=item.key)


def held_by_two(history: History, found: list[Overlap]) -> Iterator[Violation]:
    """Yield the overlaps of holders that no fault on the older one's node explains to its end."""
    for one in found:
        if not one.unexplained:
            continue
        old, new = one.old, one.new
        sentence = (
            f"{old.node} and {new.node} both held {old.resource} for {stretch(one.end - one.start)}: "
            f"{old.node} since {moment(history, old.start)}, {new.node} since {moment(history, new.start)}"
        )
        more = "no fault explains it"
        if one.excuse is not None:
            more = (
                f"that {old.node} {EXCUSES[one.excuse.effect]} explains "
                f"{stretch(one.explained - one.start)} of it, with one session timeout after it, and nothing "
                f"explains the other {stretch(one.unexplained)}"
            )
        witness = [old.began, new.began, *(i for i in (old.ended, new.ended) if i is not None)]
        yield Violation(
            kind="held-by-two",
            sentence=f"{sentence}; {more}.",
            witness=tuple(sorted(witness + (list(one.excuse.events[:1]) if one.excuse else []))),
            time=one.explained,
            until=one.end,
            nodes=(old.node, new.node),
            key=old.resource,
            faults=fault_ids(history, one.start, one.end),
        )
