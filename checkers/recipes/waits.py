"""Who waited for a lock or for the lead of an election, and from when to when."""

from dataclasses import dataclass

from checkers.context import in_time, life_of, program_ended, word
from checkers.recipes.contest import ELECTION, LOCK, Contest
from checkers.wording import parent_of
from harness.history import Event, History
from harness.history.views import Operation, pair_operations


@dataclass(frozen=True, slots=True)
class Wait:
    """One stretch of time (ns) in which somebody wanted to hold or to lead."""

    contest: Contest
    resource: str
    """The lock's path, or the election's."""
    node: str
    start: int
    end: int
    began: int
    """Index of the event that began it."""
    granted: bool
    """It ended with what was wanted."""


def waits(history: History) -> list[Wait]:
    """Return all waiting, in order of its start.

    For a lock that is a call of `acquire`, until its answer. For an election it is the time in line, from the
    event `candidate` to the next one of that session, or to the end of the session or of that life of the
    node; the time as a leader is part of it.
    """
    acquired = [_acquiring(history, one) for one in pair_operations(history.select("acquire"))]
    found = [*acquired, *_candidacies(history)]
    return sorted(found, key=lambda wait: (wait.start, wait.began))


def _acquiring(history: History, call: Operation) -> Wait:
    return Wait(
        contest=LOCK,
        resource=call.invoke.key,
        node=call.invoke.node or call.invoke.process,
        start=call.invoke.time,
        end=call.complete.time if call.complete else history.end,
        began=call.invoke.index,
        granted=call.outcome == "ok",
    )


def _candidacies(history: History) -> list[Wait]:
    """Return who stood in the line of an election, up to when the place certainly was wanted."""
    found: list[Wait] = []
    open_now: dict[tuple[str, int], Event] = {}
    """{life of the node, session: its `candidate`}"""
    for event in in_time(history.select("candidate", "session", "node", "stepped-down", type="event")):
        over = [key for key, candidate in open_now.items() if _ends(event, *key, candidate)]
        found += [_candidacy(open_now.pop(key), event.time) for key in over]
        if event.f == "candidate":
            open_now[life_of(event.process), event.session] = event
    return [*found, *(_candidacy(event, history.end) for event in open_now.values())]


def _ends(event: Event, life: str, session: int, candidate: Event) -> bool:
    """Tell whether the event ends what the candidate of this life and session waits for."""
    if event.f == "node":
        return event.node == candidate.node and program_ended(event)
    if life_of(event.process) != life:
        return False
    if event.f == "stepped-down":
        # Whoever leaves of its own will deletes its node, and may not be asked for it any more.
        return event.key == candidate.key and word(event, "why") in {"term", "stopping", "refused"}
    if event.session != session:
        return False
    return event.f == "candidate" or word(event, "state") in {"lost", "closed", "abandoned"}


def _candidacy(event: Event, end: int) -> Wait:
    return Wait(
        contest=ELECTION,
        resource=parent_of(event.key),
        node=event.node or event.process,
        start=event.time,
        end=end,
        began=event.index,
        granted=False,
    )
