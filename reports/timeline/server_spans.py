"""What the servers said of themselves, as stretches of time."""

from collections.abc import Iterable

import msgspec

from harness.history import Event
from reports.clock import Clock
from reports.values import mapping, text, whole

BLIND_AFTER = 3_000_000_000
"""Nanoseconds without a poll after which nothing is claimed about a server."""


class ModeSpan(msgspec.Struct, frozen=True):
    """A server in one mode and epoch. Times in seconds."""

    start: float
    end: float
    mode: str
    """`leader`, `follower`, `observer`, `standalone`, `looking`, `down`, or `not observed`."""
    epoch: int | None


def mode_spans(polls: Iterable[Event], clock: Clock) -> list[ModeSpan]:
    """Join a server's `server` events to spans, each from a poll to the next.

    Neighbours of the same mode and epoch are merged. Where the next poll is more than 3 s away the
    span ends at its own poll and the stretch between is `not observed`.
    """
    ordered = sorted(polls, key=lambda event: event.time)
    pieces: list[tuple[int, int, str, int | None]] = []
    for poll, following in zip(ordered, [*ordered[1:], None], strict=False):
        value = mapping(poll.value)
        until = poll.time if following is None else following.time
        blind = until - poll.time > BLIND_AFTER
        seen_until = poll.time if blind else until
        pieces.append((poll.time, seen_until, text(value.get("mode")), whole(value.get("epoch"))))
        if blind:
            pieces.append((poll.time, until, "not observed", None))
    return _merge(pieces, clock)


def _merge(pieces: list[tuple[int, int, str, int | None]], clock: Clock) -> list[ModeSpan]:
    merged: list[tuple[int, int, str, int | None]] = []
    for start, end, mode, epoch in pieces:
        if merged and merged[-1][2:] == (mode, epoch):
            merged[-1] = (merged[-1][0], end, mode, epoch)
        else:
            merged.append((start, end, mode, epoch))
    return [
        ModeSpan(clock.seconds(start), clock.seconds(end), mode, epoch) for start, end, mode, epoch in merged
    ]


def mode_at(spans: Iterable[ModeSpan], second: float) -> ModeSpan | None:
    """Return the span that covers a time, the later one where two touch; None where there is none."""
    found = None
    for span in spans:
        if span.start <= second <= span.end:
            found = span
    return found
