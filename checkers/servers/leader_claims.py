"""What servers claimed to lead: stretches of time in which the monitor found one a leader in an epoch."""

from dataclasses import dataclass
from itertools import groupby

from checkers.context import number, told
from harness.history import Event, History


@dataclass(frozen=True, slots=True)
class Claim:
    """One server, leader in one epoch in two answers in a row or more; between them it certainly was."""

    server: str
    epoch: int
    start: int
    """Time (ns) by which the first of the answers had been given."""
    end: int
    """Time (ns) at which the last of the answers had not been asked for yet."""
    events: tuple[int, ...]
    """Indexes of the first and the last answer."""


def leader_claims(history: History) -> list[Claim]:
    """Return all claims, in order of their begin.

    One answer alone proves no stretch of time. It may also name an epoch that has passed: the epoch is that
    of the last transaction applied, and a fresh leader answers for a moment before it sets its own.
    """
    polls: dict[str, list[Event]] = {}
    for event in history.select("server", type="event"):
        if told(event, "mode") is not None:
            polls.setdefault(event.node, []).append(event)
    claims = []
    for server, events in polls.items():
        events.sort(key=lambda event: (event.time, event.index))
        for epoch, run in groupby(events, key=_epoch_led):
            answers = list(run)
            first, last = answers[0], answers[-1]
            asked = number(last, "sent") or last.time
            if epoch and asked > first.time:
                claims.append(Claim(server, epoch, first.time, asked, (first.index, last.index)))
    return sorted(claims, key=lambda claim: (claim.start, claim.end, claim.server))


def _epoch_led(event: Event) -> int:
    """Return the epoch that a server claims to lead, 0 where it claims none."""
    return number(event, "epoch") if told(event, "mode") == "leader" else 0
