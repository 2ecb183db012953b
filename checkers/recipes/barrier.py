"""A double barrier: nobody begins a round before all are there, nobody is let go before all are done.

And then everybody does and is. Judged by the deeds `enter` and `leave` alone, in real time. A party is an
app node.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from checkers.conclusion import conclude
from checkers.context import fault_ids, in_time, life_of, plan_of, word
from checkers.recipes.blocked_parties import blocked_parties
from checkers.recipes.quiet import ON_THEIR_WAY
from checkers.recipes.rounds import Round, rounds
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.wording import count, listed, moment
from harness.history import Event, History, Operation

NAME = "barrier"


@guarantee(NAME, "Nobody begins a round before all are there, and nobody is let go before all are done.")
def barrier(history: History) -> Result:
    """Judge every round; `checked` counts the deeds that were done."""
    found, ends = rounds(history), _session_ends(history)
    entered = sum(deed.outcome == "ok" for one in found for deed in one.enters)
    left = sum(deed.outcome == "ok" for one in found for deed in one.leaves)
    return conclude(
        NAME,
        held=(
            f"{count(len(found), 'round')}: {count(entered, 'time')} somebody began when all were there, and "
            f"{count(left, 'time')} somebody was let go when all were done."
        ),
        checked=entered + left,
        violations=[
            *(violation for one in found for violation in _too_early_in(history, one)),
            *(violation for one in found for violation in _too_early_out(history, one, ends)),
            *blocked_parties(history, found),
        ],
        missing=() if entered else ("Nobody ever passed the barrier, so there was nothing to judge.",),
        measures={"rounds": len(found), "entered": entered, "left": left},
    )


def _done(history: History, deeds: list[Operation]) -> Iterator[Event]:
    """Yield the completions of what was done, except those that calls of others may have been late for.

    In a history that was cut off, a call can be missing that was made before the answer to another.
    """
    last = history.end if history.closed else history.end - ON_THEIR_WAY
    for deed in deeds:
        if deed.complete is not None and deed.outcome == "ok" and deed.complete.time <= last:
            yield deed.complete


def _too_early_in(history: History, one: Round) -> Iterator[Violation]:
    """Yield who began before so many parties as the round needs had asked to enter it."""
    first: dict[str, int] = {}
    for deed in one.enters:
        first.setdefault(deed.invoke.node, deed.invoke.time)
    asked = sorted(first.values())
    for done in _done(history, one.enters):
        there = bisect_right(asked, done.time)
        if there >= one.of:
            continue
        names = listed(sorted(node for node, time in first.items() if time <= done.time))
        yield Violation(
            kind="computed-too-early",
            sentence=(
                f"{done.node} began round {one.number} of {one.key} at {moment(history, done.time)}, when "
                f"only {there} of {one.of} parties had asked to enter it: {names}."
            ),
            witness=(done.index,),
            time=done.time,
            until=done.time,
            nodes=(done.node,),
            key=one.key,
            faults=fault_ids(history, done.time, done.time),
        )


@dataclass(frozen=True, slots=True)
class Stay:
    """One party's part in a round: begun, and certainly not over before it asked to leave."""

    began: Event
    asked: Event


def _session_ends(history: History) -> dict[str, list[int]]:
    """Return by life of a node when (ns) it told of the end of a session, in order."""
    ends: dict[str, list[int]] = {}
    for event in in_time(history.select("session", type="event")):
        if word(event, "state") in {"lost", "closed", "abandoned"}:
            ends.setdefault(life_of(event.process), []).append(event.time)
    return ends


def _stays(history: History, one: Round, ends: dict[str, list[int]]) -> list[Stay]:
    """Return the parts that were taken from beginning to end in one life of a node.

    A party that was let go took part until it asked for that. Of one that was not, because it was killed or
    lost its session, nobody knows until when it did. A session may have ended one timeout before its client
    tells.
    """
    plan = plan_of(history)
    late = round(plan.session_timeout * 1e9) if plan else 0
    began: dict[str, Event] = {}
    for deed in one.enters:
        if deed.complete is not None and deed.outcome == "ok":
            began.setdefault(life_of(deed.complete.process), deed.complete)
    asked: dict[str, Event] = {}
    last: dict[str, Operation] = {}
    for deed in one.leaves:
        life = life_of(deed.invoke.process)
        asked.setdefault(life, deed.invoke)
        last[life] = deed
    return [
        Stay(began[life], asked[life])
        for life, deed in last.items()
        if deed.complete is not None
        and deed.outcome == "ok"
        and life in began
        and began[life].time < asked[life].time
        and (history.closed or deed.complete.time + late <= history.end)
        and not any(began[life].time < end <= deed.complete.time + late for end in ends.get(life, ()))
    ]


def _too_early_out(history: History, one: Round, ends: dict[str, list[int]]) -> Iterator[Violation]:
    """Yield who was let go while another one had begun and had not asked to leave yet."""
    stays = _stays(history, one, ends)
    for done in _done(history, one.leaves):
        others = [
            stay
            for stay in stays
            if stay.began.node != done.node and stay.began.time < done.time < stay.asked.time
        ]
        if not others:
            continue
        latest = max(others, key=lambda stay: stay.asked.time)
        yield Violation(
            kind="left-too-early",
            sentence=(
                f"{done.node} was let go from round {one.number} of {one.key} at "
                f"{moment(history, done.time)}, when {latest.asked.node}, which had begun it at "
                f"{moment(history, latest.began.time)}, still computed: it asked to leave only at "
                f"{moment(history, latest.asked.time)}."
            ),
            witness=(latest.began.index, done.index, latest.asked.index),
            time=done.time,
            until=latest.asked.time,
            nodes=(done.node, latest.asked.node),
            key=one.key,
            faults=fault_ids(history, done.time, latest.asked.time),
        )
