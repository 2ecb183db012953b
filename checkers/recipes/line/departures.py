"""Departures from a line while the programs worked, and whom each of them woke."""

from dataclasses import dataclass

from checkers.context import Span
from checkers.facts.transactions import FOREVER
from checkers.recipes.line.changes import Change, changes
from checkers.recipes.line.stays import UNKNOWN, Stay, stays
from checkers.recipes.quiet import working_span
from harness.history import Event, History


@dataclass(frozen=True, slots=True)
class Departure:
    """One departure, mostly of one candidate."""

    change: Change
    left: tuple[Stay, ...]
    """Who left; nobody where that is not known."""
    others: tuple[Stay, ...]
    """Who else stood in line just before."""
    woken: tuple[Event, ...]
    """Watch events to them, one or more each; none of whoever was not, or no longer, in line."""

    @property
    def candidates(self) -> int:
        """How many stood in line just before, whoever left included; 0 where the transaction is not known."""
        return 0 if self.change.zxid == UNKNOWN else len(self.others) + len(self.left)


def departures(history: History) -> list[Departure]:
    """Return the departures that were told of while the programs worked; when they end, everybody leaves."""
    span = working_span(history)
    found = [one for one in history.derive(changes).departures if _within(one, span)]
    return [_look(history, *pair) for pair in zip(found, _before(history, found), strict=True)]


def _within(change: Change, span: Span | None) -> bool:
    return span is None or span.start <= change.time <= span.end


def _before(history: History, found: list[Change]) -> list[list[Stay]]:
    """Return who stood in line right before each departure: one sweep over the transactions of each line."""
    coming: dict[str, list[Stay]] = {}
    for stay in sorted(history.derive(stays).values(), key=lambda stay: stay.since, reverse=True):
        coming.setdefault(stay.line, []).append(stay)
    there: dict[str, list[Stay]] = {}
    before: list[list[Stay]] = [[] for _ in found]
    for place in sorted(range(len(found)), key=lambda place: _order(found[place])):
        line, zxid = found[place].line, _order(found[place])
        standing = list(there.get(line, []))  # a departure keeps the list of its own moment
        while coming[line] and coming[line][-1].since < zxid:
            standing.append(coming[line].pop())
        there[line] = before[place] = [stay for stay in standing if stay.stands(zxid)]
    return before


def _order(change: Change) -> int:
    return FOREVER if change.zxid == UNKNOWN else change.zxid


def _look(history: History, change: Change, before: list[Stay]) -> Departure:
    left = tuple(history.derive(stays)[path] for path in change.paths)
    others = tuple(stay for stay in before if stay.path not in change.paths)
    waiting = {stay.session for stay in others} - {stay.session for stay in left}
    woken = tuple(event for event in change.events if event.session in waiting)
    return Departure(change, left, others, woken)
