"""For how long a server may be behind the others, and when it stood still for reasons of ours.

A follower that hears nothing of its leader for `syncLimit` ticks stops to serve, and a leader without a
quorum notices within one tick more, so (syncLimit + 2) ticks are the longest that anybody serves an old
state. A paused server notices nothing: when it goes on, it answers from before the pause until its next
tick.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.context import plan_of, real_faults
from harness.history import History
from harness.history.columns import I4, I8

STALLS = frozenset({"pause", "stutter", "throttle"})
"""Effects under which a server stands still, or nearly, and so is late to notice that nobody follows it."""

SYNC_LIMIT = 5
"""Ticks, where the plan does not say."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of time (ns) in which paused servers may answer from the past."""

    servers: tuple[str, ...]
    start: int
    end: int


def tick(history: History) -> int | None:
    """Return one tick in ns, None without a plan that tells it."""
    plan = plan_of(history)
    try:
        return None if plan is None else round(plan.tick * 1e9)
    except ValueError:
        return None


def ticks(history: History, more: int) -> int | None:
    """Return (syncLimit + more) ticks in ns, None without a plan that tells them."""
    plan, one = plan_of(history), tick(history)
    if plan is None or one is None:
        return None
    try:
        return (int(plan.zoo.get("syncLimit", SYNC_LIMIT)) + more) * one
    except ValueError:
        return None


def pauses(history: History) -> list[Pause]:
    """Return when servers stood still, each with the time that one needs to notice."""
    notice = ticks(history, 2) or 0
    return [
        Pause(fault.targets, fault.begin, (history.end if fault.healed is None else fault.healed) + notice)
        for fault in real_faults(history)
        if fault.effect in STALLS and fault.role != "app"
    ]


def within(pause: Pause, start: I8, end: I8) -> NDArray[np.bool_]:
    """Tell which stretches of time touch a pause."""
    return (start <= pause.end) & (end >= pause.start)


def numbers_of(
    history: History, servers: Iterable[str], names: dict[str, str], told: I4
) -> NDArray[np.bool_]:
    """Tell for text numbers of server addresses which may be one of some servers.

    `names` gives the servers' names by address; one that it does not hold may be any server.
    """
    wanted = set(servers)
    maybe = []
    for number in np.unique(told).tolist():
        address = history.columns.texts.say(number)
        name = names.get(address.partition(":")[0], address)
        if name in wanted or name not in names.values():
            maybe.append(number)
    found: NDArray[np.bool_] = np.isin(told, maybe)
    return found
